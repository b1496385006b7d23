-- book?select=title,author(name)&order=id
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "title", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t3."name" AS "name"
FROM "public"."author" AS t3
WHERE t3."id" = p2.k0
LIMIT 1 OFFSET 0) AS _row) AS "author"
FROM (SELECT t1."title" AS v0, t1."author_id" AS k0
FROM "public"."book" AS t1 ORDER BY t1."id" ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS p2) AS _row
