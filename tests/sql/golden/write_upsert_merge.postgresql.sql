-- POST book  return=representation,resolution=merge-duplicates
-- statement
WITH _written AS
(INSERT INTO "public"."book" ("id", "title", "price", "data", "mine") SELECT _body."id" AS "id", _body."title" AS "title", _body."price" AS "price", _body."data" AS "data", _body."mine" AS "mine"
FROM json_to_recordset(CAST($1::VARCHAR AS json)) AS _body("id" int4, "title" text, "price" numeric, "data" jsonb, "mine" text) ON CONFLICT ("id") DO UPDATE SET "id" = excluded."id", "title" = excluded."title", "price" = excluded."price", "data" = excluded."data", "mine" = excluded."mine" WHERE set_config('poolgate.updated', (coalesce(nullif(current_setting('poolgate.updated', true), ''), '0')::int8 + 1)::text, true) <> '' RETURNING "public"."book"."id", "public"."book"."title", "public"."book"."price", "public"."book"."data", "public"."book"."author_id", "public"."book"."odd ""name""", "public"."book"."mine")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected, coalesce(nullif(current_setting('poolgate.updated', true), ''), '0')::int8 AS updated, set_config('poolgate.updated', '', true) AS forgotten
FROM (SELECT _written."id" AS "id", _written."title" AS "title", _written."price" AS "price", _written."data" AS "data", _written."author_id" AS "author_id", _written."odd ""name""" AS "odd ""name""", _written."mine" AS "mine"
FROM _written
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
