-- book?select=title,...author(writer:name)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT t1."title" AS "title", t2."name" AS "writer"
FROM "public"."book" AS t1 LEFT OUTER JOIN "public"."author" AS t2 ON t2."id" = t1."author_id"
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS _row
