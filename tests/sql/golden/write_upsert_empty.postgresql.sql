-- POST book  resolution=merge-duplicates
-- statement
WITH _written AS
(INSERT INTO "public"."book" SELECT FROM json_array_elements(CAST($1::VARCHAR AS json)) ON CONFLICT ("id") DO NOTHING RETURNING 1 AS one)
SELECT NULL AS body, 0 AS page_total, (SELECT count(*) AS count_1
FROM _written) AS affected, coalesce(nullif(current_setting('poolgate.updated', true), ''), '0')::int8 AS updated, set_config('poolgate.updated', '', true) AS forgotten
