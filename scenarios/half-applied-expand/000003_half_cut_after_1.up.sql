COMMIT;
ALTER TABLE customers ADD COLUMN joined_at timestamptz;
COMMIT;
-- The next statement is not reached: the session is killed here (statement-kill); what was committed stays.
SELECT pg_sleep(60), 'after statement 1';
