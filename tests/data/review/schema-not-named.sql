CREATE TABLE a (id bigint); -- !
CREATE TABLE s.a (id bigint);
CREATE TEMPORARY TABLE b (id bigint);
CREATE TYPE mood AS ENUM ('sad'); -- !
CREATE VIEW v AS SELECT 1; -- !
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; -- !
ALTER TABLE a ADD b int;
