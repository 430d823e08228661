CREATE TABLE a (id int);
ALTER TABLE a ADD COLUMN b int UNSIGNED; -- !
GRANT SELECT ON ${schema}.a TO :role;
ALTER TABLE a ADD COLUMN c int GENERATED ALWAYS AS (id * 2) VIRTUAL;
COPY a (id) FROM stdin;
1
it's no SQL; DROP
\.
SELECT 1;
\connect other
