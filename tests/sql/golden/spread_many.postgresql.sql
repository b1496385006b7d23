-- author?select=name,...book(title,price)&book.order=id
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT s4.e0 AS "name", s4.e1 -> 0 AS "title", s4.e1 -> 1 AS "price"
FROM (SELECT p2.v0 AS e0, (SELECT json_build_array(coalesce(json_agg(_row."title"), '[]'), coalesce(json_agg(_row."price"), '[]')) AS json_build_array_1
FROM (SELECT t3."title" AS "title", t3."price" AS "price"
FROM "public"."book" AS t3
WHERE t3."author_id" = p2.k0 ORDER BY t3."id" ASC NULLS LAST) AS _row) AS e1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "public"."author" AS t1
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS p2
LIMIT ALL OFFSET 0) AS s4) AS _row
