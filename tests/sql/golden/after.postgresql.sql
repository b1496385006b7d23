-- ?select=id&ok=is.true&order=name.desc&cursor= after ('a', '5')
WITH b3 AS
(SELECT "public"."item"."id" AS v0, "public"."item"."name" AS o0, "public"."item"."id" AS o1
FROM "public"."item"
WHERE ("public"."item"."ok" IS TRUE) AND "public"."item"."name" = CAST($1::VARCHAR AS text) AND "public"."item"."id" < CAST($2::VARCHAR AS int4) ORDER BY "public"."item"."id" DESC NULLS FIRST
LIMIT $3::BIGINT OFFSET 0),
b5 AS
(SELECT *
FROM (SELECT "public"."item"."id" AS v0, "public"."item"."name" AS o0, "public"."item"."id" AS o1
FROM "public"."item"
WHERE ("public"."item"."ok" IS TRUE) AND "public"."item"."name" < CAST($1::VARCHAR AS text) ORDER BY "public"."item"."name" DESC NULLS FIRST, "public"."item"."id" DESC NULLS FIRST
LIMIT $3::BIGINT OFFSET 0) AS b4 ORDER BY b4.o0 DESC NULLS FIRST, b4.o1 DESC NULLS FIRST
LIMIT $3::BIGINT - (SELECT count(*) AS count_1
FROM b3) OFFSET 0),
w6 AS
(SELECT u2.*, row_number() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC NULLS FIRST) AS n
FROM (SELECT *
FROM b3 UNION ALL SELECT *
FROM b5) AS u2)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, EXISTS (SELECT 1
FROM w6
WHERE w6.n > $4::BIGINT) AS more, EXISTS (SELECT 1
FROM w6
WHERE w6.n BETWEEN $4::BIGINT AND $3::BIGINT GROUP BY w6.o0, w6.o1
HAVING count(*) > 1) AS tied, (SELECT CAST(w6.o0 AS TEXT) AS "w6.o0"
FROM w6
WHERE w6.n = $4::BIGINT) AS key0, (SELECT CAST(w6.o1 AS TEXT) AS "w6.o1"
FROM w6
WHERE w6.n = $4::BIGINT) AS key1
FROM (SELECT p1.v0 AS "id"
FROM (SELECT *
FROM w6
WHERE w6.n <= $4::BIGINT ORDER BY w6.n) AS p1) AS _row
