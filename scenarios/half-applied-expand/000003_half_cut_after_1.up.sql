COMMIT;
ALTER TABLE customers ADD COLUMN joined_at timestamptz;
COMMIT;
-- The session ends here, as when its pod is killed; what was committed stays.
SELECT pg_terminate_backend(pg_backend_pid());
