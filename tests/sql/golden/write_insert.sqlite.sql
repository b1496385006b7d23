-- POST book
-- change
INSERT INTO "main"."book" ("id", "title", "price", "data", "mine") VALUES ($1, $2, $3, $4, $5) RETURNING 1
