-- POST book?select=id,author(name),review(body)&order=id.desc  return=representation
-- change
INSERT INTO "main"."book" ("id", "title", "price", "data", "mine") VALUES ($1, $2, $3, $4, $5) RETURNING rowid
-- rows
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || $3 || coalesce(_row.c2, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p1.v0 AS c0, (SELECT $4 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}' AS anon_1
FROM (SELECT t2."name" AS c0
FROM "main"."author" AS t2
WHERE t2."id" = p1.k0
LIMIT 1 OFFSET 0) AS _row) AS c1, (SELECT '[' || group_concat($5 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_2
FROM (SELECT t3."body" AS c0
FROM "main"."review" AS t3
WHERE t3."book_id" = p1.k1) AS _row) AS c2
FROM (SELECT t0."id" AS v0, t0."author_id" AS k0, t0."id" AS k1
FROM json_each($6) AS _key JOIN "main"."book" AS t0 ON t0.rowid = _key.value ORDER BY t0."id" DESC, _key.key
LIMIT $7 OFFSET $8) AS p1) AS _row
