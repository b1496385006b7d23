-- select=data&order=id
SELECT CAST(coalesce(group_concat(_row.c0, ''), '') AS BLOB) AS body, count(*) AS page_total
FROM (SELECT "main"."book"."data" AS c0
FROM "main"."book" ORDER BY "main"."book"."id" ASC
LIMIT $1 OFFSET $2) AS _row
