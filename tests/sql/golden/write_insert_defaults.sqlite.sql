-- POST book?columns=id,title,mine  missing=default
-- change
INSERT INTO "main"."book" ("id", "title", "mine") VALUES ($1, $2, $3) RETURNING 1
