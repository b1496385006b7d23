-- POST book  return=representation
-- change
INSERT INTO "main"."book" ("id", "title", "data") VALUES ($1, $2, $3) RETURNING rowid
-- rows
SELECT CAST('[' || coalesce(group_concat('{' || printf($1, CASE typeof(_row.c0) WHEN 'real' THEN pg_real(_row.c0) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c0)) || '"' ELSE json_quote(_row.c0) END, CASE typeof(_row.c1) WHEN 'real' THEN pg_real(_row.c1) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c1)) || '"' ELSE json_quote(_row.c1) END, CASE typeof(_row.c2) WHEN 'real' THEN pg_real(_row.c2) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c2)) || '"' ELSE json_quote(_row.c2) END, CASE WHEN typeof(_row.c3) = 'text' AND json_valid(_row.c3) THEN _row.c3 ELSE CASE typeof(_row.c3) WHEN 'real' THEN pg_real(_row.c3) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c3)) || '"' ELSE json_quote(_row.c3) END END, CASE typeof(_row.c4) WHEN 'real' THEN pg_real(_row.c4) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c4)) || '"' ELSE json_quote(_row.c4) END, CASE typeof(_row.c5) WHEN 'real' THEN pg_real(_row.c5) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c5)) || '"' ELSE json_quote(_row.c5) END, CASE typeof(_row.c6) WHEN 'real' THEN pg_real(_row.c6) WHEN 'blob' THEN '"\\x' || lower(hex(_row.c6)) || '"' ELSE json_quote(_row.c6) END) || '}'), '') || ']' AS BLOB) AS body, count(*) AS page_total
FROM (SELECT t0."id" AS c0, t0."title" AS c1, t0."price" AS c2, t0."data" AS c3, t0."author_id" AS c4, t0."odd ""name""" AS c5, t0."mine" AS c6
FROM json_each($2) AS _key JOIN "main"."book" AS t0 ON t0.rowid = _key.value ORDER BY _key.key
LIMIT $3 OFFSET $4) AS _row
