-- author?select=name,...book(title,...review(body))
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, 'null') || $3 || coalesce(_row.c2, 'null') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (WITH s7 AS MATERIALIZED
(SELECT p2.v0 AS e0, (SELECT '[' || '[' || coalesce(group_concat(CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END), '') || ']' || ',' || '[' || coalesce(group_concat(coalesce(_row.c1, 'null')), '') || ']' || ']' AS anon_1
FROM (WITH s6 AS MATERIALIZED
(SELECT p4.v0 AS e0, (SELECT '[' || '[' || coalesce(group_concat(CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END), '') || ']' || ']' AS anon_2
FROM (SELECT t5."body" AS c0
FROM "main"."review" AS t5
WHERE t5."book_id" = p4.k0) AS _row) AS e1
FROM (SELECT t3."title" AS v0, t3."id" AS k0
FROM "main"."book" AS t3
WHERE t3."author_id" = p2.k0) AS p4)
SELECT s6.e0 AS c0, s6.e1 -> '$[0]' AS c1
FROM s6) AS _row) AS e1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
LIMIT $4 OFFSET $5) AS p2)
SELECT s7.e0 AS c0, s7.e1 -> '$[0]' AS c1, s7.e1 -> '$[1]' AS c2
FROM s7) AS _row
