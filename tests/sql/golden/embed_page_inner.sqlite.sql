-- author?select=name,book!inner(title)&book.offset=1
SELECT CAST('[' || coalesce(group_concat(coalesce(printf($1, CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END, coalesce(_row.c1, '[]')), zeroblob(2147483647))), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS c0, (SELECT '[' || group_concat(coalesce(printf($2, CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END), zeroblob(2147483647))) || ']' AS anon_1
FROM (SELECT t4."title" AS c0
FROM "main"."book" AS t4
WHERE t4."author_id" = p3.k0
LIMIT $3 OFFSET $4) AS _row) AS c1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
WHERE EXISTS (SELECT 1 AS one
FROM "main"."book" AS t2
WHERE t2."author_id" = t1."id"
LIMIT $5 OFFSET $6)
LIMIT $7 OFFSET $8) AS p3) AS _row
