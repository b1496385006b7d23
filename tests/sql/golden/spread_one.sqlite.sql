-- book?select=title,...author(writer:name)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || CASE typeof(_row.c1) WHEN 'text' THEN json_quote(_row.c1) WHEN 'integer' THEN _row.c1 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c1) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT t1."title" AS c0, t2."name" AS c1
FROM "main"."book" AS t1 LEFT OUTER JOIN "main"."author" AS t2 ON t2."id" = t1."author_id"
LIMIT $3 OFFSET $4) AS _row
