-- book?select=title,review(),tag()&or=(review.is.null,tag.not.is.null)
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'text' THEN json_quote(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT t1."title" AS c0
FROM "main"."book" AS t1
WHERE NOT (EXISTS (SELECT 1 AS one
FROM "main"."review" AS t2
WHERE t2."book_id" = t1."id")) OR (EXISTS (SELECT 1 AS one
FROM "main"."tag" AS t3 JOIN "main"."book_tag" AS t4 ON t3."id" = t4."tag_id"
WHERE t4."book_id" = t1."id"))
LIMIT $2 OFFSET $3) AS _row
