-- ?select=id&id=in.(1,2,3)&name=not.in.(a,b)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE "main"."item"."id" IN (SELECT anon_1.value
FROM json_each($2) AS anon_1) AND ("main"."item"."name" NOT IN (SELECT anon_2.value
FROM json_each($3) AS anon_2))
LIMIT $4 OFFSET $5) AS _row
