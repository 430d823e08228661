CREATE TABLE a (id int);
CREATE INDEX a_id ON a (id);
CREATE TABLE parent (id int) PARTITION BY RANGE (id);
--- second.sql
CREATE INDEX b ON a (id); -- !
CREATE UNIQUE INDEX c ON elsewhere.a (id); -- !
CREATE INDEX CONCURRENTLY d ON a (id);
CREATE INDEX e ON ONLY parent (id);
CREATE INDEX f ON parent (id); -- !
