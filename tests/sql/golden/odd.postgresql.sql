-- ?select="Odd name"&"Odd name"=eq.1
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."Odd name" AS "Odd name"
FROM "public"."item"
WHERE "public"."item"."Odd name" = CAST($1::VARCHAR AS text)
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS _row
