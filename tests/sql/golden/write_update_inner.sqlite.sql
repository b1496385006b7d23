-- PATCH book?select=id,author!inner(name)&author.name=eq.secret  return=representation
-- change
UPDATE "main"."book" AS t0 SET "price"=$1 WHERE EXISTS (SELECT 1 AS one
FROM "main"."author" AS t1
WHERE t1."id" = t0."author_id" AND t1."name" = $2) RETURNING rowid
-- rows
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p1.v0 AS c0, (SELECT $3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}' AS anon_1
FROM (SELECT t2."name" AS c0
FROM "main"."author" AS t2
WHERE t2."id" = p1.k0 AND t2."name" = $4
LIMIT 1 OFFSET 0) AS _row) AS c1
FROM (SELECT t0."id" AS v0, t0."author_id" AS k0
FROM json_each($5) AS _key JOIN "main"."book" AS t0 ON t0.rowid = _key.value ORDER BY _key.key
LIMIT $6 OFFSET $7) AS p1) AS _row
