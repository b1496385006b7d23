-- ?select=id&ok=is.true&name=not.is.null
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE ("main"."item"."ok" IS TRUE) AND NOT ("main"."item"."name" IS NULL)
LIMIT ? OFFSET ?) AS _row
