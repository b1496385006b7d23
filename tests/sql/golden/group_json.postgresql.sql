-- book?select=data,count()&order=data
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT g2.v0 AS "data", count(*) AS "count"
FROM (SELECT t1."data" AS v0
FROM "public"."book" AS t1) AS g2 GROUP BY g2.v0 ORDER BY g2.v0 ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
