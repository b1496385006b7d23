-- book?select=title,review(body)&review.order=id.desc&review.limit=3&order=id
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "title", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t3."body" AS "body"
FROM "public"."review" AS t3
WHERE t3."book_id" = p2.k0 ORDER BY t3."id" DESC NULLS FIRST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row) AS "review"
FROM (SELECT t1."title" AS v0, t1."id" AS k0
FROM "public"."book" AS t1 ORDER BY t1."id" ASC NULLS LAST
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS p2) AS _row
