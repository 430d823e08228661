CREATE TABLE a (
  id int, -- !
  b bigint
);
