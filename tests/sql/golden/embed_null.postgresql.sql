-- book?select=title,review(),tag()&or=(review.is.null,tag.not.is.null)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT t1."title" AS "title"
FROM "public"."book" AS t1
WHERE NOT (EXISTS (SELECT 1 AS one
FROM "public"."review" AS t2
WHERE t2."book_id" = t1."id")) OR (EXISTS (SELECT 1 AS one
FROM "public"."tag" AS t3 JOIN "public"."book_tag" AS t4 ON t3."id" = t4."tag_id"
WHERE t4."book_id" = t1."id"))
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
