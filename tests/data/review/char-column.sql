CREATE TABLE a (
  b char(10), -- !
  c text
);
