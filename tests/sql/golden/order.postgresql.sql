-- ?select=id&order=name.desc.nullslast,price.asc.nullsfirst,id
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT "public"."item"."id" AS "id"
FROM "public"."item" ORDER BY "public"."item"."name" DESC NULLS LAST, "public"."item"."price" ASC NULLS FIRST, "public"."item"."id" ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
