-- author?select=name,book(title,review(body),tag(name))&id=eq.1
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "name", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT p4.v0 AS "title", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_2
FROM (SELECT t5."body" AS "body"
FROM "public"."review" AS t5
WHERE t5."book_id" = p4.k0) AS _row) AS "review", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_3
FROM (SELECT t6."name" AS "name"
FROM "public"."tag" AS t6 JOIN "public"."book_tag" AS t7 ON t6."id" = t7."tag_id"
WHERE t7."book_id" = p4.k0) AS _row) AS "tag"
FROM (SELECT t3."title" AS v0, t3."id" AS k0
FROM "public"."book" AS t3
WHERE t3."author_id" = p2.k0) AS p4) AS _row) AS "book"
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "public"."author" AS t1
WHERE t1."id" = CAST($1::VARCHAR AS int4)
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS p2) AS _row
