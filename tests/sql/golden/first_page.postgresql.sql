-- ?select=id&ok=is.true&order=name.desc&cursor= first_page None
WITH b3 AS
(SELECT "public"."item"."id" AS v0, "public"."item"."name" AS o0, "public"."item"."id" AS o1
FROM "public"."item"
WHERE "public"."item"."ok" IS TRUE ORDER BY "public"."item"."name" DESC NULLS FIRST, "public"."item"."id" DESC NULLS FIRST
LIMIT $1::BIGINT OFFSET 0),
w4 AS
(SELECT u2.*, row_number() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC NULLS FIRST) AS n
FROM (SELECT *
FROM b3) AS u2)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, EXISTS (SELECT 1
FROM w4
WHERE w4.n > $2::BIGINT) AS more, EXISTS (SELECT 1
FROM w4
WHERE w4.n BETWEEN $2::BIGINT AND $1::BIGINT GROUP BY w4.o0, w4.o1
HAVING count(*) > 1) AS tied, (SELECT CAST(w4.o0 AS TEXT) AS "w4.o0"
FROM w4
WHERE w4.n = $2::BIGINT) AS key0, (SELECT CAST(w4.o1 AS TEXT) AS "w4.o1"
FROM w4
WHERE w4.n = $2::BIGINT) AS key1
FROM (SELECT p1.v0 AS "id"
FROM (SELECT *
FROM w4
WHERE w4.n <= $2::BIGINT ORDER BY w4.n) AS p1) AS _row
