-- POST book  resolution=merge-duplicates
-- change
INSERT INTO "main"."book" ("id") VALUES ((NULL)) ON CONFLICT ("id") DO NOTHING RETURNING 1
