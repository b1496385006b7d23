-- PATCH book?id=eq.12345  return=representation,missing=default
-- statement
WITH _written AS
(UPDATE "public"."book" AS t0 SET "mine"=CASE WHEN jsonb_exists(CAST($1::VARCHAR AS jsonb), 'mine') THEN _body."mine" ELSE ('x' || 'y') END FROM jsonb_to_record(CAST($1::VARCHAR AS jsonb)) AS _body("mine" text) WHERE t0."id" = CAST($2::VARCHAR AS int4) RETURNING t0."id", t0."title", t0."price", t0."data", t0."author_id", t0."odd ""name""", t0."mine")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
FROM (SELECT _written."id" AS "id", _written."title" AS "title", _written."price" AS "price", _written."data" AS "data", _written."author_id" AS "author_id", _written."odd ""name""" AS "odd ""name""", _written."mine" AS "mine"
FROM _written
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS _row
