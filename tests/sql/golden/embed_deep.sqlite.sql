-- author?select=name,book(title,review(body),tag(name))&id=eq.1
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $4 || coalesce(_row.c1, '[]') || $5 || coalesce(_row.c2, '[]') || '}') || ']' AS anon_1
FROM (SELECT p4.v0 AS c0, (SELECT '[' || group_concat($6 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_2
FROM (SELECT t5."body" AS c0
FROM "main"."review" AS t5
WHERE t5."book_id" = p4.k0) AS _row) AS c1, (SELECT '[' || group_concat($7 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_3
FROM (SELECT t6."name" AS c0
FROM "main"."tag" AS t6 JOIN "main"."book_tag" AS t7 ON t6."id" = t7."tag_id"
WHERE t7."book_id" = p4.k0) AS _row) AS c2
FROM (SELECT t3."title" AS v0, t3."id" AS k0
FROM "main"."book" AS t3
WHERE t3."author_id" = p2.k0) AS p4) AS _row) AS c1
FROM (SELECT t1."name" AS v0, t1."id" AS k0
FROM "main"."author" AS t1
WHERE t1."id" = $8
LIMIT $9 OFFSET $10) AS p2) AS _row
