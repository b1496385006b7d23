-- book?select=title,review(body)&review.order=id.desc&review.limit=3&order=id
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || coalesce(_row.c1, '[]') || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS c0, (SELECT '[' || group_concat($3 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}') || ']' AS anon_1
FROM (SELECT t3."body" AS c0
FROM "main"."review" AS t3
WHERE t3."book_id" = p2.k0 ORDER BY t3."id" DESC
LIMIT $4 OFFSET $5) AS _row) AS c1
FROM (SELECT t1."title" AS v0, t1."id" AS k0
FROM "main"."book" AS t1 ORDER BY t1."id" ASC
LIMIT $6 OFFSET $7) AS p2) AS _row
