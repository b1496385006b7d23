-- book?select=author(name),price.max()
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT CAST(g2.v0 AS json) AS "author", max(g2.v1) AS "max"
FROM (SELECT CAST((SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t3."name" AS "name"
FROM "public"."author" AS t3
WHERE t3."id" = t1."author_id"
LIMIT 1 OFFSET 0) AS _row) AS TEXT) AS v0, t1."price" AS v1
FROM "public"."book" AS t1
LIMIT ALL OFFSET 0) AS g2 GROUP BY g2.v0
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
