-- author?select=name,book!inner(title)&book.offset=1
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_1
FROM (SELECT t4."title" AS c0
FROM "main"."book" AS t4
WHERE t4."author_id" = p3.k0
LIMIT $4 OFFSET $5) AS _row) AS c1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
WHERE EXISTS (SELECT 1 AS one
FROM "main"."book" AS t2
WHERE t2."author_id" = t1."id"
LIMIT $6 OFFSET $7)
LIMIT $8 OFFSET $9) AS p3) AS _row
