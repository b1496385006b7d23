-- ?select=id&or=(id.eq.1,and(name.eq.a,not.or(ok.is.null,id.gt.9)))
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."id" = CAST($1::VARCHAR AS int4)) OR ("public"."item"."name" = CAST($2::VARCHAR AS text)) AND NOT (("public"."item"."ok" IS NULL) OR ("public"."item"."id" > CAST($3::VARCHAR AS int4)))
LIMIT $4::BIGINT OFFSET $5::BIGINT) AS _row
