-- author?select=name,mentor_id(name),pupils:author(name)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || $3 || coalesce(_row.c2, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS c0, (SELECT $4 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}' AS anon_1
FROM (SELECT t3."name" AS c0
FROM "main"."author" AS t3
WHERE t3."id" = p2.k0
LIMIT 1 OFFSET 0) AS _row) AS c1, (SELECT '[' || group_concat($5 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_2
FROM (SELECT t4."name" AS c0
FROM "main"."author" AS t4
WHERE t4."mentor_id" = p2.k1) AS _row) AS c2
FROM (SELECT t1."name" AS v0, t1."mentor_id" AS k0, t1."id" AS k1
FROM "main"."author" AS t1
LIMIT $6 OFFSET $7) AS p2) AS _row
