BEGIN;

-- Running downgrade a3 -> a2

DROP INDEX account_by_name;

UPDATE alembic_version SET version_num='a2' WHERE alembic_version.version_num = 'a3';

-- Running downgrade a2 -> a1

ALTER TABLE account DROP COLUMN note;

UPDATE alembic_version SET version_num='a1' WHERE alembic_version.version_num = 'a2';

-- Running downgrade a1 -> 

DROP TABLE account;

DELETE FROM alembic_version WHERE alembic_version.version_num = 'a1';

COMMIT;

