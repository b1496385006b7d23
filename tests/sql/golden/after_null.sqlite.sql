-- ?select=id&ok=is.true&order=name.desc&cursor= after_null (None, '5')
WITH b3 AS
(SELECT "main"."item"."id" AS v0, "main"."item"."name" AS o0, "main"."item"."id" AS o1
FROM "main"."item"
WHERE ("main"."item"."ok" IS 1) AND "main"."item"."name" IS NULL AND "main"."item"."id" < $2 ORDER BY "main"."item"."id" DESC
LIMIT $3 OFFSET 0),
b4 AS
(SELECT "main"."item"."id" AS v0, "main"."item"."name" AS o0, "main"."item"."id" AS o1
FROM "main"."item"
WHERE ("main"."item"."ok" IS 1) AND "main"."item"."name" IS NOT NULL ORDER BY "main"."item"."name" DESC, "main"."item"."id" DESC
LIMIT $3 - (SELECT count(*) AS count_1
FROM b3) OFFSET 0),
w5 AS
(SELECT u2.*, row_number() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC) AS n
FROM (SELECT *
FROM b3 UNION ALL SELECT *
FROM b4) AS u2)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total, EXISTS (SELECT 1
FROM w5
WHERE w5.n > $4) AS more, EXISTS (SELECT 1
FROM w5
WHERE w5.n BETWEEN $4 AND $3 GROUP BY w5.o0, w5.o1
HAVING count(*) > 1) AS tied, (SELECT CASE WHEN (typeof(w5.o0) IN ('text', 'blob')) THEN CAST(substr(typeof(w5.o0), 1, 1) || w5.o0 AS BLOB) ELSE w5.o0 END AS anon_1
FROM w5
WHERE w5.n = $4) AS key0, (SELECT CASE WHEN (typeof(w5.o1) IN ('text', 'blob')) THEN CAST(substr(typeof(w5.o1), 1, 1) || w5.o1 AS BLOB) ELSE w5.o1 END AS anon_2
FROM w5
WHERE w5.n = $4) AS key1
FROM (SELECT p1.v0 AS c0
FROM (SELECT *
FROM w5
WHERE w5.n <= $4 ORDER BY w5.n) AS p1) AS _row
