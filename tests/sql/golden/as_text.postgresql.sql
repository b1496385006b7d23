-- select=title&price=gt.5
SELECT pg_catalog.convert_to(coalesce(string_agg(concat(_row."title"), E'\n'), ''), 'UTF8') AS body, count(*) AS page_total
FROM (SELECT "public"."book"."title" AS "title"
FROM "public"."book"
WHERE "public"."book"."price" > CAST($1::VARCHAR AS numeric)
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
