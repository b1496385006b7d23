-- POST book
-- statement
WITH _written AS
(INSERT INTO "public"."book" DEFAULT VALUES RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected
