-- PATCH book?id=eq.12345&title=like.sec*
-- statement
WITH _written AS
(UPDATE "public"."book" AS t0 SET "title"=_body."title", "data"=_body."data" FROM json_to_record(CAST($1::VARCHAR AS json)) AS _body("title" text, "data" jsonb) WHERE (t0."id" = CAST($2::VARCHAR AS int4)) AND (t0."title" LIKE CAST($3::VARCHAR AS text)) RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
