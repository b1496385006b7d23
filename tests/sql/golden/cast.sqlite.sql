-- ?select=id::text,price::int4,n:name
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || CASE typeof(_row.c1) WHEN 'integer' THEN _row.c1 WHEN 'text' THEN json_quote(_row.c1) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c1) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' END || $3 || CASE typeof(_row.c2) WHEN 'text' THEN json_quote(_row.c2) WHEN 'integer' THEN _row.c2 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c2) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c2)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT pg_text("main"."item"."id") AS c0, pg_integer("main"."item"."price") AS c1, "main"."item"."name" AS c2
FROM "main"."item"
LIMIT $4 OFFSET $5) AS _row
