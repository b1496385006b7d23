-- POST book?columns=id,title,mine  missing=default
-- statement
WITH _written AS
(INSERT INTO "public"."book" ("id", "title", "mine") SELECT _body."id" AS "id", _body."title" AS "title", CASE WHEN jsonb_exists(_each.v, 'mine') THEN _body."mine" ELSE ('x' || 'y') END AS anon_1
FROM jsonb_array_elements(CAST($1::VARCHAR AS jsonb)) AS _each(v), jsonb_to_record(_each.v) AS _body("id" int4, "title" text, "mine" text) RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
