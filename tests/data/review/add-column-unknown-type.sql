CREATE TABLE a (id int);
CREATE DOMAIN plain AS text;
CREATE TYPE mood AS ENUM ('well');
--- second.sql
ALTER TABLE a ADD COLUMN b int, ADD COLUMN c citext, ADD COLUMN d mood, ADD COLUMN e plain;
ALTER TABLE a ADD COLUMN f somebodys_type; -- !
ALTER TABLE a ADD COLUMN g app.text; -- !
ALTER TABLE a ADD COLUMN h somebodys_type[];
CREATE TABLE fresh (id int);
ALTER TABLE fresh ADD COLUMN i somebodys_type;
