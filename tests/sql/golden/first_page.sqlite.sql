-- ?select=id&ok=is.true&order=name.desc&cursor= first_page None
WITH b3 AS
(SELECT "main"."item"."id" AS v0, "main"."item"."name" AS o0, "main"."item"."id" AS o1
FROM "main"."item"
WHERE "main"."item"."ok" IS 1 ORDER BY "main"."item"."name" DESC NULLS FIRST, "main"."item"."id" DESC
LIMIT $2 OFFSET 0),
w4 AS
(SELECT u2.*, row_number() OVER (ORDER BY u2.o0 DESC NULLS FIRST, u2.o1 DESC) AS n
FROM (SELECT *
FROM b3) AS u2)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total, EXISTS (SELECT 1
FROM w4
WHERE w4.n > $3) AS more, EXISTS (SELECT 1
FROM w4
WHERE w4.n BETWEEN $3 AND $2 GROUP BY w4.o0, w4.o1
HAVING count(*) > 1) AS tied, (SELECT CASE WHEN (typeof(w4.o0) IN ('text', 'blob')) THEN CAST(substr(typeof(w4.o0), 1, 1) || w4.o0 AS BLOB) ELSE w4.o0 END AS anon_1
FROM w4
WHERE w4.n = $3) AS key0, (SELECT CASE WHEN (typeof(w4.o1) IN ('text', 'blob')) THEN CAST(substr(typeof(w4.o1), 1, 1) || w4.o1 AS BLOB) ELSE w4.o1 END AS anon_2
FROM w4
WHERE w4.n = $3) AS key1
FROM (SELECT p1.v0 AS c0
FROM (SELECT *
FROM w4
WHERE w4.n <= $3 ORDER BY w4.n) AS p1) AS _row
