CREATE TABLE a (id int, b int);
UPDATE a SET b = 1;
--- second.sql
UPDATE a SET b = 1; -- !
UPDATE a SET b = 1 WHERE id > 3; -- !
DELETE FROM a; -- !
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
