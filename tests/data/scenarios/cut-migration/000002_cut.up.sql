CREATE TABLE cut_migration (id integer);
INSERT INTO cut_migration SELECT generate_series(1, 1000);
SELECT pg_sleep(30), 'a backfill that takes its time';
