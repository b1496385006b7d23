-- ?select=id&name=like.a*&name=ilike.*B&name=match.^a&name=imatch.b$
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE ("main"."item"."name" GLOB $2) AND pg_ilike($3, CAST("main"."item"."name" AS BLOB)) AND regexp($4, CAST("main"."item"."name" AS BLOB)) AND iregexp($5, CAST("main"."item"."name" AS BLOB))
LIMIT $6 OFFSET $7) AS _row
