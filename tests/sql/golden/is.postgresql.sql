-- ?select=id&ok=is.true&name=not.is.null
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item"
WHERE ("public"."item"."ok" IS TRUE) AND NOT ("public"."item"."name" IS NULL)
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
