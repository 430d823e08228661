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
--- third.sql
SET lock_timeout = '2s';
RESET ALL;
ALTER TABLE a ADD COLUMN g int; -- !
SET lock_timeout = '2s';
DISCARD ALL;
ALTER TABLE a ADD COLUMN h int; -- !
SET lock_timeout = '2s';
DISCARD PLANS;
ALTER TABLE a ADD COLUMN i int;
SET lock_timeout TO DEFAULT;
ALTER TABLE a ADD COLUMN j int; -- !
--- fourth.sql
BEGIN;
SET lock_timeout = '2s';
ALTER TABLE a ADD COLUMN k int;
ROLLBACK;
ALTER TABLE a ADD COLUMN l int; -- !
BEGIN;
SET lock_timeout = '2s';
COMMIT;
ALTER TABLE a ADD COLUMN m int;
BEGIN;
SAVEPOINT s;
SET lock_timeout = 0;
ROLLBACK TO s;
ALTER TABLE a ADD COLUMN n int;
SET lock_timeout = '0ms';
COMMIT AND CHAIN;
SET LOCAL lock_timeout = '10s';
ALTER TABLE a ADD COLUMN o int;
COMMIT;
ALTER TABLE a ADD COLUMN p int; -- !
--- fifth.sql
SET LOCAL lock_timeout = '2s';
ALTER TABLE a ADD COLUMN q int; -- !
SELECT set_config('lock_timeout', '2s', true);
ALTER TABLE a ADD COLUMN r int; -- !
SELECT set_config('lock_timeout', '2s', false);
ALTER TABLE a ADD COLUMN s int;
