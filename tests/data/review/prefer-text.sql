CREATE TABLE a (
  b varchar(10), -- !
  c varchar,
  d text
);
