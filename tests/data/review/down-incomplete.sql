CREATE TABLE a (id int NOT NULL, b text);
--- 1_good.up.sql
ALTER TABLE a ADD COLUMN c int;
CREATE TABLE d (id int);
--- 1_good.down.sql
DROP TABLE d;
ALTER TABLE a DROP COLUMN c;
--- 2_bad.up.sql
ALTER TABLE a ADD COLUMN e int;
ALTER TABLE a DROP COLUMN b;
--- 2_bad.down.sql
ALTER TABLE a DROP COLUMN e; -- !
--- goose.sql
-- +goose Up
ALTER TABLE a ALTER id DROP NOT NULL;
-- +goose Down
SELECT 1; -- !
