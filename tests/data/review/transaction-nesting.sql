BEGIN;
BEGIN; -- !
COMMIT;
COMMIT; -- !
--- goose.sql
-- +goose Up
BEGIN; -- !
COMMIT; -- !
