-- ?select=id&name=like.a*&name=ilike.*B&name=match.^a&name=imatch.b$
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."name" LIKE CAST($1::VARCHAR AS text)) AND ("public"."item"."name" ILIKE CAST($2::VARCHAR AS text)) AND ("public"."item"."name" ~ CAST($3::VARCHAR AS text)) AND ("public"."item"."name" ~* CAST($4::VARCHAR AS text))
LIMIT $5::BIGINT OFFSET $6::BIGINT) AS _row
