-- POST book  return=headers-only
-- statement
WITH _written AS
(INSERT INTO "public"."book" ("id", "title", "price", "data", "mine") SELECT _body."id" AS "id", _body."title" AS "title", _body."price" AS "price", _body."data" AS "data", _body."mine" AS "mine"
FROM json_to_recordset(CAST($1::VARCHAR AS json)) AS _body("id" int4, "title" text, "price" numeric, "data" jsonb, "mine" text) RETURNING "public"."book"."id")
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected, (SELECT CAST(json_build_array(CAST(_written."id" AS TEXT)) AS TEXT) AS json_build_array_1
FROM _written
LIMIT 1) AS key
