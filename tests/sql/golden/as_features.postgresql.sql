-- select=id,title,author(name)&price=gt.5
SELECT json_send(json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(CAST("Gis"."st_asgeojson"(_row.*) AS json)), '[]'))) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "id", p2.v1 AS "title", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t3."name" AS "name"
FROM "public"."author" AS t3
WHERE t3."id" = p2.k0
LIMIT 1 OFFSET 0) AS _row) AS "author"
FROM (SELECT t1."id" AS v0, t1."title" AS v1, t1."author_id" AS k0
FROM "public"."book" AS t1
WHERE t1."price" > CAST($1::VARCHAR AS numeric)
LIMIT $2::BIGINT OFFSET $3::BIGINT) AS p2) AS _row
