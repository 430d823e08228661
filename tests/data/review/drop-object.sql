DROP VIEW v; -- !
DROP FUNCTION f(int); -- !
DROP SCHEMA s; -- !
DROP TABLE t;
