-- ?select=id&id=in.(1,2,3)&name=not.in.(a,b)
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE "main"."item"."id" IN (SELECT anon_1.value
FROM json_each(?) AS anon_1) AND ("main"."item"."name" NOT IN (SELECT anon_2.value
FROM json_each(?) AS anon_2))
LIMIT ? OFFSET ?) AS _row
