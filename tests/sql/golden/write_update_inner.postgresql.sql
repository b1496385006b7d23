-- PATCH book?select=id,author!inner(name)&author.name=eq.secret  return=representation
-- statement
WITH _written AS
(UPDATE "public"."book" AS t0 SET "price"=_body."price" FROM json_to_record(CAST($1::VARCHAR AS json)) AS _body("price" numeric) WHERE EXISTS (SELECT 1 AS one
FROM "public"."author" AS t3
WHERE t3."id" = t0."author_id" AND (t3."name" = CAST($2::VARCHAR AS text))) RETURNING t0."id", t0."author_id")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
FROM (SELECT p1.v0 AS "id", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t2."name" AS "name"
FROM "public"."author" AS t2
WHERE t2."id" = p1.k0 AND (t2."name" = CAST($3::VARCHAR AS text))
LIMIT 1 OFFSET 0) AS _row) AS "author"
FROM (SELECT _written."id" AS v0, _written."author_id" AS k0
FROM _written
LIMIT $4::BIGINT OFFSET $5::BIGINT) AS p1) AS _row
