-- ?
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id", "public"."item"."name" AS "name", "public"."item"."price" AS "price", "public"."item"."ok" AS "ok", "public"."item"."data" AS "data", "public"."item"."Odd name" AS "Odd name"
FROM "public"."item"
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
