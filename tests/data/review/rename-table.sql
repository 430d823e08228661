CREATE TABLE a (id int);
--- second.sql
ALTER TABLE a RENAME TO b; -- !
ALTER INDEX i RENAME TO j;
--- third.sql
CREATE TABLE c (id int CONSTRAINT c_key PRIMARY KEY, a int);
CREATE INDEX c_a ON c (a);
--- fourth.sql
ALTER TABLE c_key RENAME TO c_pkey;
ALTER TABLE c_a RENAME TO c_b;
ALTER TABLE unknown RENAME TO known; -- !
ALTER TABLE c RENAME TO d; -- !
