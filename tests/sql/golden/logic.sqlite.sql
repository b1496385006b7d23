-- ?select=id&or=(id.eq.1,and(name.eq.a,not.or(ok.is.null,id.gt.9)))
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE "main"."item"."id" = ? OR "main"."item"."name" = ? AND NOT (("main"."item"."ok" IS NULL) OR "main"."item"."id" > ?)
LIMIT ? OFFSET ?) AS _row
