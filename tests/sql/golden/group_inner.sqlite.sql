-- author?select=name,book!inner(n:count())&book.having=(n.gt.1)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p5.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_1
FROM (SELECT h8.f0 AS c0
FROM (SELECT count(*) AS f0
FROM (SELECT 1 AS one
FROM "main"."book" AS t6
WHERE t6."author_id" = p5.k0) AS g7) AS h8
WHERE h8.f0 > $4) AS _row) AS c1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
WHERE EXISTS (SELECT h4.f0 AS c0
FROM (SELECT count(*) AS f0
FROM (SELECT 1 AS one
FROM "main"."book" AS t2
WHERE t2."author_id" = t1."id") AS g3) AS h4
WHERE h4.f0 > $5)
LIMIT $6 OFFSET $7) AS p5) AS _row
