-- book?select=author(name),price.max()
SELECT CAST('[' || coalesce(group_concat($1 || coalesce(_row.c0, 'null') || $2 || CASE typeof(_row.c1) WHEN 'real' THEN CASE WHEN abs(_row.c1) BETWEEN 0.0001 AND 1e14 AND CAST(CAST(_row.c1 AS TEXT) AS REAL) = _row.c1 THEN CAST(_row.c1 AS TEXT) ELSE pg_real(_row.c1) END WHEN 'text' THEN json_quote(_row.c1) WHEN 'integer' THEN _row.c1 WHEN 'null' THEN 'null' WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (WITH g2 AS MATERIALIZED
(SELECT (SELECT $3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}' AS anon_1
FROM (SELECT t3."name" AS c0
FROM "main"."author" AS t3
WHERE t3."id" = t1."author_id"
LIMIT 1 OFFSET 0) AS _row) AS v0, t1."price" AS v1
FROM "main"."book" AS t1)
SELECT g2.v0 AS c0, max(g2.v1) AS c1
FROM g2 GROUP BY g2.v0
LIMIT $4 OFFSET $5) AS _row
