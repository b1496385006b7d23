-- select=data&order=id
SELECT coalesce(string_agg(CAST(_row."data" AS bytea), ''::bytea), ''::bytea) AS body, count(*) AS page_total
FROM (SELECT "public"."book"."data" AS "data"
FROM "public"."book" ORDER BY "public"."book"."id" ASC NULLS LAST
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
