CREATE TABLE a (id int);
SET search_path = public;
CREATE TABLE b (id int); -- !
--- second.sql
BEGIN;
CREATE TABLE c (id int);
CREATE TABLE d (id int);
COMMIT;
--- third.sql
CREATE TABLE e (id int);
