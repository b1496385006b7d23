-- book?select=title,tag(name)&tag.name=eq.x
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "title", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t3."name" AS "name"
FROM "public"."tag" AS t3 JOIN "public"."book_tag" AS t4 ON t3."id" = t4."tag_id"
WHERE t4."book_id" = p2.k0 AND (t3."name" = CAST($1::VARCHAR AS text))) AS _row) AS "tag"
FROM (SELECT t1."title" AS v0, t1."id" AS k0
FROM "public"."book" AS t1
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS p2) AS _row
