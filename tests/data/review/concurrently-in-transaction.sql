CREATE INDEX CONCURRENTLY a ON t (id);
BEGIN;
CREATE INDEX CONCURRENTLY b ON t (id); -- !
COMMIT;
DROP INDEX CONCURRENTLY b;
--- 1_one.up.sql
CREATE INDEX CONCURRENTLY c ON t (id);
--- 2_two.up.sql
SELECT 1;
CREATE INDEX CONCURRENTLY d ON t (id); -- !
--- goose.sql
-- +goose Up
CREATE INDEX CONCURRENTLY e ON t (id); -- !
-- +goose Down
DROP INDEX CONCURRENTLY e; -- !
--- goose_without.sql
-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY f ON t (id);
-- +goose Down
DROP INDEX CONCURRENTLY f;
--- dbmate.sql
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY g ON t (id);
-- migrate:down
VACUUM FULL t; -- !
--- V1__flyway.sql
CREATE INDEX CONCURRENTLY h ON t (id);
