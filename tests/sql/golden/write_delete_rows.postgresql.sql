-- DELETE book?id=gt.12345&select=title,review(body)  return=representation
-- statement
WITH _written AS
(DELETE FROM "public"."book" AS t0 WHERE t0."id" > CAST($1::VARCHAR AS int4) RETURNING t0."id", t0."title")
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
FROM (SELECT p1.v0 AS "title", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t2."body" AS "body"
FROM "public"."review" AS t2
WHERE t2."book_id" = p1.k0) AS _row) AS "review"
FROM (SELECT _written."title" AS v0, _written."id" AS k0
FROM _written
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS p1) AS _row
