CREATE TABLE a (id int);
CREATE DOMAIN plain AS text;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FUNCTION steady() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
--- second.sql
ALTER TABLE a ADD COLUMN c1 int;
ALTER TABLE a ADD COLUMN c2 int DEFAULT -1 NOT NULL;
ALTER TABLE a ADD COLUMN c3 text DEFAULT lower('X');
ALTER TABLE a ADD COLUMN c4 date DEFAULT current_date;
ALTER TABLE a ADD COLUMN c5 int DEFAULT 1 + length('a');
ALTER TABLE a ADD COLUMN c6 timestamptz DEFAULT now();
ALTER TABLE a ADD COLUMN c7 plain;
ALTER TABLE a ADD COLUMN c8 int DEFAULT steady();
ALTER TABLE a ADD COLUMN c9 int GENERATED ALWAYS AS (id * 2) VIRTUAL;
ALTER TABLE a ADD COLUMN d1 timestamptz DEFAULT clock_timestamp(); -- !
ALTER TABLE a ADD COLUMN d2 uuid DEFAULT gen_random_uuid(); -- !
ALTER TABLE a ADD COLUMN d3 float8 DEFAULT random(); -- !
ALTER TABLE a ADD COLUMN d4 int GENERATED ALWAYS AS (id * 2) STORED; -- !
ALTER TABLE a ADD COLUMN d5 serial; -- !
ALTER TABLE a ADD COLUMN d6 int GENERATED ALWAYS AS IDENTITY; -- !
ALTER TABLE a ADD COLUMN d7 positive; -- !
ALTER TABLE a ADD COLUMN d8 int DEFAULT somebodys_function(); -- !
CREATE TABLE fresh (id int);
ALTER TABLE fresh ADD COLUMN e serial;
--- third.sql
CREATE DOMAIN nested AS positive;
--- fourth.sql
ALTER TABLE a ADD COLUMN f1 positive[];
ALTER TABLE a ADD COLUMN f2 nested; -- !
ALTER TABLE a ADD COLUMN f3 somebodys_type;
