-- ?select=id&id=eq(any).{1,2}&name=like(all).{a*,*b}
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE (SELECT CASE WHEN (count(*) = 0) THEN 0 ELSE max("main"."item"."id" = anon_2.value) END AS anon_1
FROM json_each($2) AS anon_2) AND (SELECT CASE WHEN (count(*) = 0) THEN 1 ELSE min("main"."item"."name" GLOB anon_4.value) END AS anon_3
FROM json_each($3) AS anon_4)
LIMIT $4 OFFSET $5) AS _row
