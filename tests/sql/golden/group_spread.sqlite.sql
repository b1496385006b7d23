-- book?select=...author(name,n:count()),price.sum()&order=author(name)
SELECT CAST('[' || coalesce(group_concat(printf($1, CASE typeof(_row.c0) WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END, CASE typeof(_row.c1) WHEN 'real' THEN pg_real(_row.c1) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' ELSE json_quote(_row.c1) END, CASE typeof(_row.c2) WHEN 'real' THEN CASE WHEN abs(_row.c2) BETWEEN 0.0001 AND 1e14 AND CAST(CAST(_row.c2 AS TEXT) AS REAL) = _row.c2 THEN CAST(_row.c2 AS TEXT) ELSE pg_real(_row.c2) END WHEN 'blob' THEN '"\\x' || lower(hex(_row.c2)) || '"' ELSE json_quote(_row.c2) END)), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT g3.v0 AS c0, count(g3.v1) AS c1, CASE WHEN (typeof(sum(g3.v2)) = 'real') THEN CAST(printf('%!.15g', sum(g3.v2)) AS FLOAT) ELSE sum(g3.v2) END AS c2
FROM (SELECT t2."name" AS v0, t2."id" AS v1, t1."price" AS v2
FROM "main"."book" AS t1 LEFT OUTER JOIN "main"."author" AS t2 ON t2."id" = t1."author_id") AS g3 GROUP BY g3.v0 ORDER BY g3.v0 ASC NULLS LAST
LIMIT $2 OFFSET $3) AS _row
