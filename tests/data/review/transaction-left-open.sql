BEGIN;
COMMIT;
--- second.sql
BEGIN;
ALTER TABLE a ADD b int; -- !
