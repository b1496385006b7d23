-- POST book  return=representation
-- statement
WITH _written AS
(INSERT INTO "public"."book" ("id", "title", "data") SELECT _body."id" AS "id", _body."title" AS "title", CAST(_body."data" AS jsonb) AS "data"
FROM json_to_recordset(CAST($1::VARCHAR AS json)) AS _body("id" int4, "title" text, "data" text) RETURNING "public"."book"."id", "public"."book"."title", "public"."book"."price", "public"."book"."data", "public"."book"."author_id", "public"."book"."odd ""name""", "public"."book"."mine")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
FROM (SELECT _written."id" AS "id", _written."title" AS "title", _written."price" AS "price", _written."data" AS "data", _written."author_id" AS "author_id", _written."odd ""name""" AS "odd ""name""", _written."mine" AS "mine"
FROM _written
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
