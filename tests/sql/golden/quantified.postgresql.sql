-- ?select=id&id=eq(any).{1,2}&name=like(all).{a*,*b}
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."id" = any(CAST($1::VARCHAR[] AS int4[]))) AND ("public"."item"."name" LIKE all(CAST($2::VARCHAR[] AS text[])))
LIMIT $3::BIGINT OFFSET $4::BIGINT) AS _row
