-- ?select=id&name=like.a*&name=ilike.*B&name=match.^a&name=imatch.b$
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE ("main"."item"."name" GLOB ?) AND pg_ilike(?, "main"."item"."name") AND regexp(?, "main"."item"."name") AND iregexp(?, "main"."item"."name")
LIMIT ? OFFSET ?) AS _row
