-- POST book?select=id,author(name),review(body)&order=id.desc  return=representation
-- statement
WITH _written AS
(INSERT INTO "public"."book" ("id", "title", "price", "data", "mine") SELECT _body."id" AS "id", _body."title" AS "title", _body."price" AS "price", _body."data" AS "data", _body."mine" AS "mine"
FROM json_to_recordset(CAST($1::VARCHAR AS json)) AS _body("id" int4, "title" text, "price" numeric, "data" jsonb, "mine" text) RETURNING "public"."book"."id", "public"."book"."author_id")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
FROM (SELECT p1.v0 AS "id", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t2."name" AS "name"
FROM "public"."author" AS t2
WHERE t2."id" = p1.k0
LIMIT 1 OFFSET 0) AS _row) AS "author", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t3."body" AS "body"
FROM "public"."review" AS t3
WHERE t3."book_id" = p1.k1) AS _row) AS "review"
FROM (SELECT _written."id" AS v0, _written."author_id" AS k0, _written."id" AS k1
FROM _written ORDER BY _written."id" DESC NULLS FIRST
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS p1) AS _row
