-- select=title&price=gt.5
SELECT CAST(coalesce(group_concat(coalesce(CASE typeof(_row.c0) WHEN 'real' THEN pg_text(_row.c0) WHEN 'blob' THEN '\x' || lower(hex(_row.c0)) WHEN 'text' THEN _row.c0 ELSE CAST(_row.c0 AS TEXT) END, ''), char(10)), '') AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."book"."title" AS c0
FROM "main"."book"
WHERE "main"."book"."price" > $1
LIMIT $2 OFFSET $3) AS _row
