-- ?select=id::text,price::int4,n:name
SELECT '[' || coalesce(group_concat('{' || printf(?, CASE WHEN (typeof(_row.c0) = 'real') THEN pg_real(_row.c0) WHEN (typeof(_row.c0) = 'blob') THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END, CASE WHEN (typeof(_row.c1) = 'real') THEN pg_real(_row.c1) WHEN (typeof(_row.c1) = 'blob') THEN '"\\x' || lower(hex(_row.c1)) || '"' ELSE json_quote(_row.c1) END, CASE WHEN (typeof(_row.c2) = 'real') THEN pg_real(_row.c2) WHEN (typeof(_row.c2) = 'blob') THEN '"\\x' || lower(hex(_row.c2)) || '"' ELSE json_quote(_row.c2) END) || '}'), '') || ']' AS body, count(*) AS page_total
FROM (SELECT CAST("main"."item"."id" AS TEXT) AS c0, CAST(round("main"."item"."price") AS INTEGER) AS c1, "main"."item"."name" AS c2
FROM "main"."item"
LIMIT ? OFFSET ?) AS _row
