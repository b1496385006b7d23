-- ?select="Odd name"&"Odd name"=eq.1
SELECT CAST(coalesce(json_agg(_row.*), '[]') AS TEXT) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."Odd name" AS "Odd name"
FROM "public"."item"
WHERE "public"."item"."Odd name" = CAST($1::VARCHAR AS text)
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
