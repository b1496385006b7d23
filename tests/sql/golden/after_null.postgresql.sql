-- ?select=id&ok=is.true&order=name.desc&cursor= after_null (None, '5')
WITH w5 AS
(SELECT u2.*, row_number() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC NULLS FIRST) AS n, rank() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC NULLS FIRST) AS alike
FROM (SELECT *
FROM (SELECT "public"."item"."id" AS v0, "public"."item"."name" AS o0, "public"."item"."id" AS o1
FROM "public"."item"
WHERE ("public"."item"."ok" IS TRUE) AND NOT ("public"."item"."name" IS NOT DISTINCT FROM NULL) ORDER BY "public"."item"."name" DESC NULLS FIRST, "public"."item"."id" DESC NULLS FIRST
LIMIT $1::BIGINT OFFSET 0) AS b3 UNION ALL SELECT *
FROM (SELECT "public"."item"."id" AS v0, "public"."item"."name" AS o0, "public"."item"."id" AS o1
FROM "public"."item"
WHERE ("public"."item"."ok" IS TRUE) AND ("public"."item"."name" IS NOT DISTINCT FROM NULL) AND "public"."item"."id" < CAST($2::VARCHAR AS int4) ORDER BY "public"."item"."id" DESC NULLS FIRST
LIMIT $1::BIGINT OFFSET 0) AS b4) AS u2)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, EXISTS (SELECT 1
FROM w5
WHERE w5.n > $3::BIGINT) AS more, EXISTS (SELECT 1
FROM w5
WHERE w5.n = $1::BIGINT AND w5.alike < w5.n) AS tied, (SELECT CAST(w5.o0 AS TEXT) AS "w5.o0"
FROM w5
WHERE w5.n = $3::BIGINT) AS key0, (SELECT CAST(w5.o1 AS TEXT) AS "w5.o1"
FROM w5
WHERE w5.n = $3::BIGINT) AS key1
FROM (SELECT p1.v0 AS "id"
FROM (SELECT *
FROM w5
WHERE w5.n <= $3::BIGINT ORDER BY w5.n) AS p1) AS _row
