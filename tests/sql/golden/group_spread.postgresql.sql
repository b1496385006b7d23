-- book?select=...author(name,n:count()),price.sum()&order=author(name)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT g3.v0 AS "name", count(g3.v1) AS "n", sum(g3.v2) AS "sum"
FROM (SELECT t2."name" AS v0, t2."id" AS v1, t1."price" AS v2
FROM "public"."book" AS t1 LEFT OUTER JOIN "public"."author" AS t2 ON t2."id" = t1."author_id") AS g3 GROUP BY g3.v0 ORDER BY g3.v0 ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
