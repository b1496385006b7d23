-- ?select=id::text,price::int4,n:name
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT CAST("public"."item"."id" AS text) AS "id", CAST("public"."item"."price" AS int4) AS "price", "public"."item"."name" AS "n"
FROM "public"."item"
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
