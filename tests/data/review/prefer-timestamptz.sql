CREATE TABLE a (
  b timestamp, -- !
  c timestamptz
);
