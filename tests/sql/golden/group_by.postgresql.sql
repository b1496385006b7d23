-- book?select=author_id,n:count(),total:price.sum()::int&order=author_id&price=gt.1
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT g2.v0 AS "author_id", count(*) AS "n", CAST(sum(g2.v2) AS int) AS "total"
FROM (SELECT t1."author_id" AS v0, t1."price" AS v2
FROM "public"."book" AS t1
WHERE t1."price" > CAST($1::VARCHAR AS numeric)) AS g2 GROUP BY g2.v0 ORDER BY g2.v0 ASC NULLS LAST
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
