-- Works for a while and then fails: everything that it did is rolled back, but the history stays dirty.
ALTER TABLE orders ADD COLUMN note text;
SELECT pg_sleep(20);
ALTER TABLE orders ADD CONSTRAINT never CHECK (total < 0);
