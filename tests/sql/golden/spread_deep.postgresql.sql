-- author?select=name,...book(title,...review(body))
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT s7.e0 AS "name", s7.e1 -> 0 AS "title", s7.e1 -> 1 AS "body"
FROM (SELECT p2.v0 AS e0, (SELECT json_build_array(coalesce(json_agg(_row."title"), '[]'), coalesce(json_agg(_row."body"), '[]')) AS json_build_array_1
FROM (SELECT s6.e0 AS "title", s6.e1 -> 0 AS "body"
FROM (SELECT p4.v0 AS e0, (SELECT json_build_array(coalesce(json_agg(_row."body"), '[]')) AS json_build_array_2
FROM (SELECT t5."body" AS "body"
FROM "public"."review" AS t5
WHERE t5."book_id" = p4.k0) AS _row) AS e1
FROM (SELECT t3."title" AS v0, t3."id" AS k0
FROM "public"."book" AS t3
WHERE t3."author_id" = p2.k0) AS p4
LIMIT ALL OFFSET 0) AS s6) AS _row) AS e1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "public"."author" AS t1
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS p2
LIMIT ALL OFFSET 0) AS s7) AS _row
