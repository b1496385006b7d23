-- book?select=author_id,n:count(),total:price.sum()::int&order=author_id&price=gt.1
SELECT CAST('[' || coalesce(group_concat(printf($1, CASE typeof(_row.c0) WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END, CASE typeof(_row.c1) WHEN 'real' THEN pg_real(_row.c1) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' ELSE json_quote(_row.c1) END, CASE typeof(_row.c2) WHEN 'real' THEN pg_real(_row.c2) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c2)) || '"' ELSE json_quote(_row.c2) END)), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT g2.v0 AS c0, count(*) AS c1, pg_integer(CASE WHEN (typeof(CASE WHEN (typeof(sum(g2.v2)) = 'real') THEN CAST(printf('%!.15g', sum(g2.v2)) AS FLOAT) ELSE sum(g2.v2) END) = 'real') THEN round(CASE WHEN (typeof(sum(g2.v2)) = 'real') THEN CAST(printf('%!.15g', sum(g2.v2)) AS FLOAT) ELSE sum(g2.v2) END) ELSE CASE WHEN (typeof(sum(g2.v2)) = 'real') THEN CAST(printf('%!.15g', sum(g2.v2)) AS FLOAT) ELSE sum(g2.v2) END END) AS c2
FROM (SELECT t1."author_id" AS v0, t1."price" AS v2
FROM "main"."book" AS t1
WHERE t1."price" > $2) AS g2 GROUP BY g2.v0 ORDER BY g2.v0 ASC NULLS LAST
LIMIT $3 OFFSET $4) AS _row
