-- author?select=name,book!inner(title)&book.offset=1
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS "name", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t4."title" AS "title"
FROM "public"."book" AS t4
WHERE t4."author_id" = p3.k0
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row) AS "book"
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "public"."author" AS t1
WHERE EXISTS (SELECT 1 AS one
FROM "public"."book" AS t2
WHERE t2."author_id" = t1."id"
LIMIT $3::BIGINT OFFSET $4::BIGINT)
LIMIT $5::BIGINT OFFSET $6::BIGINT) AS p3) AS _row
