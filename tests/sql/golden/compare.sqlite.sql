-- ?select=id&id=gte.5&name=not.eq.x&price=isdistinct.2.5
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE "main"."item"."id" >= $2 AND "main"."item"."name" != $3 AND ("main"."item"."price" IS NOT $4)
LIMIT $5 OFFSET $6) AS _row
