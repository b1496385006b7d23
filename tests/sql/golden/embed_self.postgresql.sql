-- author?select=name,mentor_id(name),pupils:author(name)
SELECT json_send(coalesce(json_agg(_row.*), '[]')) AS body, count(*) AS page_total
FROM (SELECT p2.v0 AS "name", (SELECT row_to_json(_row.*) AS row_to_json_1
FROM (SELECT t3."name" AS "name"
FROM "public"."author" AS t3
WHERE t3."id" = p2.k0
LIMIT 1 OFFSET 0) AS _row) AS "mentor_id", (SELECT coalesce(json_agg(_row.*), '[]') AS coalesce_1
FROM (SELECT t4."name" AS "name"
FROM "public"."author" AS t4
WHERE t4."mentor_id" = p2.k1) AS _row) AS "pupils"
FROM (SELECT t1."name" AS v0, t1."mentor_id" AS k0, t1."id" AS k1
FROM "public"."author" AS t1
LIMIT $1::BIGINT OFFSET $2::BIGINT) AS p2) AS _row
