ALTER SYSTEM SET work_mem = '1MB'; -- !
ALTER ROLE app SET statement_timeout = 0; -- !
ALTER ROLE app CONNECTION LIMIT 3; -- !
ALTER DATABASE app SET work_mem = '1MB'; -- !
ALTER FUNCTION f() SET work_mem = '1MB'; -- !
ALTER VIEW v SET (security_barrier); -- !
ALTER TABLE t SET (fillfactor = 70);
SET work_mem = '1MB';
