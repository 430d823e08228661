BEGIN;

-- Running upgrade a1 -> a2

ALTER TABLE account ADD COLUMN note TEXT;

UPDATE alembic_version SET version_num='a2' WHERE alembic_version.version_num = 'a1';

-- Running upgrade a2 -> a3

CREATE INDEX account_by_name ON account (name);

UPDATE alembic_version SET version_num='a3' WHERE alembic_version.version_num = 'a2';

COMMIT;

