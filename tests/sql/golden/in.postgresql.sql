-- ?select=id&id=in.(1,2,3)&name=not.in.(a,b)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."id" = any(CAST($1::VARCHAR[] AS int4[]))) AND NOT ("public"."item"."name" = any(CAST($2::VARCHAR[] AS text[])))
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS _row
