-- author?select=name,book!inner(n:count())&book.having=(n.gt.1)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p5.v0 AS "name", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT h8.f0 AS "n"
FROM (SELECT count(*) AS f0
FROM (SELECT 1 AS one
FROM "public"."book" AS t6
WHERE t6."author_id" = p5.k0) AS g7) AS h8
WHERE h8.f0 > CAST($1::VARCHAR AS bigint)) AS _row) AS "book"
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "public"."author" AS t1
WHERE EXISTS (SELECT h4.f0 AS "n"
FROM (SELECT count(*) AS f0
FROM (SELECT 1 AS one
FROM "public"."book" AS t2
WHERE t2."author_id" = t1."id") AS g3) AS h4
WHERE h4.f0 > CAST($2::VARCHAR AS bigint))
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS p5) AS _row
