-- book?select=author_id,total:price.sum()&having=(total.gt.10,total.lt.99)&order=total.desc
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT h3.f0 AS "author_id", h3.f1 AS "total"
FROM (SELECT g2.v0 AS f0, sum(g2.v1) AS f1
FROM (SELECT t1."author_id" AS v0, t1."price" AS v1
FROM "public"."book" AS t1) AS g2 GROUP BY g2.v0) AS h3
WHERE (h3.f1 > CAST($1::VARCHAR AS numeric)) AND (h3.f1 < CAST($2::VARCHAR AS numeric)) ORDER BY h3.f1 DESC NULLS FIRST
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS _row
