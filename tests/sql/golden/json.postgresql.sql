-- ?select=data->a->>b,n:data->0&data->>a=eq.x&data->b=gt.5&order=data->>a
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT ("public"."item"."data" -> $1::VARCHAR) ->> $2::VARCHAR AS "b", "public"."item"."data" -> $3::INTEGER AS "n"
FROM "public"."item"
WHERE (("public"."item"."data" ->> $4::VARCHAR) = CAST($5::VARCHAR AS text)) AND (CAST("public"."item"."data" -> $6::VARCHAR AS jsonb) > CAST($7::VARCHAR AS jsonb)) ORDER BY ("public"."item"."data" ->> $8::VARCHAR) ASC NULLS LAST
LIMIT $9::BIGINT OFFSET $10::BIGINT) AS _row
