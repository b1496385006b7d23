-- ?select="Odd name"&"Odd name"=eq.1
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."Odd name" AS c0
FROM "main"."item"
WHERE CASE WHEN (typeof("main"."item"."Odd name") IN ('integer', 'real')) THEN "main"."item"."Odd name" = $2 ELSE "main"."item"."Odd name" = $3 END = 1
LIMIT $4 OFFSET $5) AS _row
