-- POST book
-- statement
WITH _written AS
(INSERT INTO "public"."book" SELECT FROM json_array_elements(CAST($1::VARCHAR AS json)) RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
