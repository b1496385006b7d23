-- ?select=id&id=eq(any).{1,2}&name=like(all).{a*,*b}
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT "main"."item"."id" AS c0
FROM "main"."item"
WHERE CASE WHEN ("main"."item"."id" IS NULL) THEN NULL ELSE EXISTS (SELECT 1
FROM json_each(?) AS anon_1
WHERE "main"."item"."id" = anon_1.value) END = 1 AND CASE WHEN ("main"."item"."name" IS NULL) THEN NULL ELSE NOT (EXISTS (SELECT 1
FROM json_each(?) AS anon_2
WHERE NOT ("main"."item"."name" GLOB anon_2.value))) END = 1
LIMIT ? OFFSET ?) AS _row
