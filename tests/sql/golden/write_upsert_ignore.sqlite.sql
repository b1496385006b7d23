-- POST book?on_conflict=title  resolution=ignore-duplicates
-- change
INSERT INTO "main"."book" ("id", "title", "price", "data", "mine") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("title") DO NOTHING RETURNING 1
