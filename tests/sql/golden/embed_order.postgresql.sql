-- book?select=title,author(name)&order=author(name).desc,id
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS "title", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t4."name" AS "name"
FROM "public"."author" AS t4
WHERE t4."id" = p3.k0
LIMIT 1 OFFSET 0) AS _row) AS "author"
FROM (SELECT t1."title" AS v0, t1."author_id" AS k0
FROM "public"."book" AS t1 LEFT OUTER JOIN "public"."author" AS t2 ON t2."id" = t1."author_id" ORDER BY t2."name" DESC NULLS FIRST, t1."id" ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS p3) AS _row
