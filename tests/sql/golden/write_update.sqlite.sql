-- PATCH book?id=eq.12345&title=like.sec*
-- change
UPDATE "main"."book" AS t0 SET "title"=$1, "data"=$2 WHERE t0."id" = $3 AND (t0."title" GLOB $4) RETURNING 1
