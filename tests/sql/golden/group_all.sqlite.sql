-- book?select=count(),price.sum()
SELECT CAST('[' || coalesce(group_concat($1 || CASE typeof(_row.c0) WHEN 'integer' THEN _row.c0 WHEN 'text' THEN json_quote(_row.c0) WHEN 'null' THEN 'null' WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' END || $2 || CASE typeof(_row.c1) WHEN 'real' THEN CASE WHEN abs(_row.c1) BETWEEN 0.0001 AND 1e14 AND CAST(CAST(_row.c1 AS TEXT) AS REAL) = _row.c1 THEN CAST(_row.c1 AS TEXT) ELSE pg_real(_row.c1) END WHEN 'text' THEN json_quote(_row.c1) WHEN 'integer' THEN _row.c1 WHEN 'null' THEN 'null' WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' END || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT count(*) AS c0, CASE WHEN (typeof(sum(g2.v1)) = 'real') THEN CAST(printf('%!.15g', sum(g2.v1)) AS FLOAT) ELSE sum(g2.v1) END AS c1
FROM (SELECT t1."price" AS v1
FROM "main"."book" AS t1) AS g2
LIMIT $3 OFFSET $4) AS _row
