-- book?select=title,review!inner(body)&review.score_id=gt.2
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS "title", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t4."body" AS "body"
FROM "public"."review" AS t4
WHERE t4."book_id" = p3.k0 AND (t4."score_id" > CAST($1::VARCHAR AS int4))) AS _row) AS "review"
FROM (SELECT t1."title" AS v0, t1."id" AS k0
FROM "public"."book" AS t1
WHERE EXISTS (SELECT 1 AS one
FROM "public"."review" AS t2
WHERE t2."book_id" = t1."id" AND (t2."score_id" > CAST($2::VARCHAR AS int4)))
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS p3) AS _row
