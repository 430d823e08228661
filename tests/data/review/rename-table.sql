CREATE TABLE a (id int);
--- second.sql
ALTER TABLE a RENAME TO b; -- !
ALTER INDEX i RENAME TO j;
