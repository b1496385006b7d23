-- POST book
-- change
INSERT INTO "main"."book" DEFAULT VALUES RETURNING 1
