-- ?select="Odd name"&"Odd name"=eq.1
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."Odd name" AS c0
FROM "main"."item"
WHERE CASE WHEN (typeof("main"."item"."Odd name") IN ('integer', 'real')) THEN "main"."item"."Odd name" = ? ELSE "main"."item"."Odd name" = ? END = 1
LIMIT ? OFFSET ?) AS _row
