CREATE TABLE a (id int, b int);
UPDATE a SET b = 1;
--- second.sql
UPDATE a SET b = 1; -- !
UPDATE a SET b = 1 WHERE id > 3; -- !
DELETE FROM a; -- !
WITH gone AS (DELETE FROM a RETURNING id) SELECT id FROM gone; -- !
MERGE INTO a USING c ON a.id = c.id WHEN MATCHED THEN UPDATE SET b = 1; -- !
EXPLAIN ANALYZE DELETE FROM a WHERE id > 3; -- !
EXPLAIN DELETE FROM a;
UPDATE alembic_version SET version_num = 'x' WHERE version_num = 'y';
DO $$
BEGIN
  UPDATE a SET b = 2; -- !
  LOOP
    UPDATE a SET b = 3 WHERE id IN (SELECT id FROM a WHERE b <> 3 LIMIT 100);
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END $$;
