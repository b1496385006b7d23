-- POST book  return=headers-only
-- change
INSERT INTO "main"."book" ("id", "title", "price", "data", "mine") VALUES ($1, $2, $3, $4, $5) RETURNING rowid
-- rows
SELECT NULL AS body, 0 AS page_total, json_array(CAST(t0."id" AS TEXT)) AS "key"
FROM json_each($1) AS _key JOIN "main"."book" AS t0 ON t0.rowid = _key.value
