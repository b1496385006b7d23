-- book?select=title,review!inner(body)&review.score_id=gt.2
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p3.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_1
FROM (SELECT t4."body" AS c0
FROM "main"."review" AS t4
WHERE t4."book_id" = p3.k0 AND t4."score_id" > $4) AS _row) AS c1
FROM (SELECT t1."title" AS v0, t1."id" AS k0
FROM "main"."book" AS t1
WHERE EXISTS (SELECT 1 AS one
FROM "main"."review" AS t2
WHERE t2."book_id" = t1."id" AND t2."score_id" > $5)
LIMIT $6 OFFSET $7) AS p3) AS _row
