CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE a (id int REFERENCES p);
--- second.sql
CREATE TABLE c (p int REFERENCES p); -- !
ALTER TABLE a ADD COLUMN b int REFERENCES p; -- !
SET lock_timeout = '1s';
CREATE TABLE d (p int REFERENCES p);
