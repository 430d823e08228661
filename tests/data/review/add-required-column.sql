CREATE TABLE a (id int);
--- second.sql
ALTER TABLE a ADD COLUMN b int NOT NULL; -- !
ALTER TABLE a ADD COLUMN c int NOT NULL DEFAULT 0;
ALTER TABLE a ADD COLUMN d int;
ALTER TABLE unknown ADD e text NOT NULL, -- !
  ADD f text;
