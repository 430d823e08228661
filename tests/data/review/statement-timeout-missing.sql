CREATE INDEX i ON t (a); -- !
ALTER TABLE t ADD b int;
SET statement_timeout = '5s';
CREATE INDEX j ON t (a);
