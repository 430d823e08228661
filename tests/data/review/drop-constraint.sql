CREATE TABLE a (id int CHECK (id > 0));
ALTER TABLE a DROP CONSTRAINT a_id_check;
--- second.sql
ALTER TABLE a DROP CONSTRAINT a_id_check; -- !
