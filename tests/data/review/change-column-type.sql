CREATE DOMAIN plain AS text;
CREATE DOMAIN short AS text CHECK (length(VALUE) < 5);
CREATE TABLE a (s varchar(20), t text, n numeric(10,2), i int, j json, z timestamp, c char(3), d text, k varchar(5) CHECK (k <> ''), b varbit(5), p timestamptz(3));
--- second.sql
ALTER TABLE a ALTER s TYPE varchar(50);
ALTER TABLE a ALTER s TYPE text;
ALTER TABLE a ALTER t TYPE varchar;
ALTER TABLE a ALTER n TYPE numeric(12,2);
ALTER TABLE a ALTER d TYPE plain;
ALTER TABLE a ALTER b TYPE varbit(9);
ALTER TABLE a ALTER p TYPE timestamptz;
ALTER TABLE a ALTER n TYPE numeric(12,4); -- !
ALTER TABLE a ALTER t TYPE varchar(9); -- !
ALTER TABLE a ALTER i TYPE bigint; -- !
ALTER TABLE a ALTER j TYPE jsonb; -- !
ALTER TABLE a ALTER z TYPE timestamptz; -- !
ALTER TABLE a ALTER c TYPE char(5); -- !
ALTER TABLE a ALTER k TYPE text; -- !
ALTER TABLE a ALTER d TYPE short; -- !
ALTER TABLE unknown ALTER x TYPE text; -- !
--- third.sql
CREATE TABLE e (z timestamp, y timestamp, i int);
CREATE INDEX ON e (z);
--- fourth.sql
SET TimeZone = 'UTC';
ALTER TABLE e ALTER y TYPE timestamptz;
ALTER TABLE e ALTER z TYPE timestamptz; -- !
ALTER TABLE e ALTER i TYPE int USING i;
ALTER TABLE e ALTER i TYPE int USING i + 0; -- !
--- fifth.sql
CREATE TABLE f (a text COLLATE "C" UNIQUE, b text COLLATE "C", c text UNIQUE, d plain, e short, g text COLLATE mine UNIQUE);
--- sixth.sql
ALTER TABLE f ALTER g TYPE text COLLATE public.mine;
ALTER TABLE f ALTER g TYPE text COLLATE other; -- !
ALTER TABLE f ALTER a TYPE text COLLATE "C";
ALTER TABLE f ALTER a TYPE text; -- !
ALTER TABLE f ALTER a TYPE text COLLATE "default";
ALTER TABLE f ALTER b TYPE text;
ALTER TABLE f ALTER c TYPE text COLLATE pg_catalog."C"; -- !
ALTER TABLE f ALTER d TYPE text;
ALTER TABLE f ALTER e TYPE text;
ALTER TABLE f ALTER e TYPE short; -- !
