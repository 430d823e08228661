CREATE TABLE a (
  b json, -- !
  c jsonb
);
ALTER TABLE a ADD d json; -- !
