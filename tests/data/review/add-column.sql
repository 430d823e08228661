ALTER TABLE a ADD b int; -- !
CREATE TABLE fresh (id bigint);
ALTER TABLE fresh ADD b int;
ALTER TABLE a DROP c;
