-- ?select=id&id=gte.5&name=not.eq.x&price=isdistinct.2.5
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."id" >= CAST($1::VARCHAR AS int4)) AND NOT ("public"."item"."name" = CAST($2::VARCHAR AS text)) AND ("public"."item"."price" IS DISTINCT FROM CAST($3::VARCHAR AS float8))
LIMIT $4::BIGINT OFFSET $5::BIGINT) AS _row
