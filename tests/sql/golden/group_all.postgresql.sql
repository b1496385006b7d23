-- book?select=count(),price.sum()
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT count(*) AS "count", sum(g2.v1) AS "sum"
FROM (SELECT t1."price" AS v1
FROM "public"."book" AS t1) AS g2
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
