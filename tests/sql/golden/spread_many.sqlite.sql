-- author?select=name,...book(title,price)&book.order=id
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || $3 || coalesce(_row.c2, 'null') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (WITH s4 AS MATERIALIZED
(SELECT p2.v0 AS e0, (SELECT '[' || '[' || coalesce(group_concat(CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END), '') || ']' || ',' || '[' || coalesce(group_concat(CASE typeof(_row.c1) WHEN 'real' THEN CASE WHEN abs(_row.c1) BETWEEN 0.0001 AND 1e14 AND CAST(CAST(_row.c1 AS TEXT) AS REAL) = _row.c1 THEN CAST(_row.c1 AS TEXT) ELSE pg_real(_row.c1) END WHEN 'text' THEN json_quote(_row.c1) WHEN 'integer' THEN _row.c1 WHEN 'null' THEN 'null' WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' END), '') || ']' || ']' AS anon_1
FROM (SELECT t3."title" AS c0, t3."price" AS c1
FROM "main"."book" AS t3
WHERE t3."author_id" = p2.k0 ORDER BY t3."id" ASC) AS _row) AS e1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
LIMIT $4 OFFSET $5) AS p2)
SELECT s4.e0 AS c0, s4.e1 -> '$[0]' AS c1, s4.e1 -> '$[1]' AS c2
FROM s4) AS _row
