-- DELETE book?id=in.(1,12345)
-- change
DELETE FROM "main"."book" AS t0 WHERE t0."id" IN (SELECT anon_1.value
FROM json_each($1) AS anon_1) RETURNING 1
