CREATE TABLE a (id int);
TRUNCATE a;
--- second.sql
TRUNCATE a CASCADE; -- !
