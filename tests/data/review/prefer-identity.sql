CREATE TABLE a (
  id bigserial, -- !
  b bigint
);
