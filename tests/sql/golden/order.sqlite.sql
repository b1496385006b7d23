-- ?select=id&order=name.desc.nullslast,price.asc.nullsfirst,id
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item" ORDER BY "main"."item"."name" DESC NULLS LAST, "main"."item"."price" ASC NULLS FIRST, "main"."item"."id" ASC
LIMIT $2 OFFSET $3) AS _row
