CREATE TABLE a (id int);
CREATE TABLE scratch (id int);
DROP TABLE scratch;
--- second.sql
DROP TABLE IF EXISTS a CASCADE; -- !
DROP VIEW v;
