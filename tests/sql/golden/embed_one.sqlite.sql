-- book?select=title,author(name)&order=id
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS c0, (SELECT $3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}' AS anon_1
FROM (SELECT t3."name" AS c0
FROM "main"."author" AS t3
WHERE t3."id" = p2.k0
LIMIT 1 OFFSET 0) AS _row) AS c1
FROM (SELECT t1."title" AS v0, t1."author_id" AS k0
FROM "main"."book" AS t1 ORDER BY t1."id" ASC
LIMIT $4 OFFSET $5) AS p2) AS _row
