CREATE TABLE a (id int);
CREATE TABLE p (id int PRIMARY KEY);
--- second.sql
ALTER TABLE a ADD COLUMN b int; -- !
ALTER TABLE a SET (fillfactor = 80);
CREATE INDEX CONCURRENTLY i ON a (id);
CREATE TABLE c (p int REFERENCES p); -- !
BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE a ADD COLUMN c int;
COMMIT;
ALTER TABLE a ADD COLUMN d int; -- !
SET lock_timeout = 1000;
ALTER TABLE a ADD COLUMN e int;
SET lock_timeout = 0;
ALTER TABLE a ADD COLUMN f int; -- !
