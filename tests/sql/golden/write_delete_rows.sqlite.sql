-- DELETE book?id=gt.12345&select=title,review(body)  return=representation
-- find
SELECT rowid
FROM "main"."book" AS t0
WHERE t0."id" > $1
-- change
DELETE FROM "main"."book" AS t0 WHERE t0.rowid IN (SELECT _key.value
FROM json_each($1) AS _key)
-- rows
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p1.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_1
FROM (SELECT t2."body" AS c0
FROM "main"."review" AS t2
WHERE t2."book_id" = p1.k0) AS _row) AS c1
FROM (SELECT t0."title" AS v0, t0."id" AS k0
FROM json_each($4) AS _key JOIN "main"."book" AS t0 ON t0.rowid = _key.value ORDER BY _key.key
LIMIT $5 OFFSET $6) AS p1) AS _row
