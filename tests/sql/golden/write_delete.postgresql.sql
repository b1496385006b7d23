-- DELETE book?id=in.(1,12345)
-- statement
WITH _written AS
(DELETE FROM "public"."book" AS t0 WHERE t0."id" = any(CAST($1::VARCHAR[] AS int4[])) RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
