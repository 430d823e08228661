CREATE TABLE p (id int PRIMARY KEY, code varchar(5) CONSTRAINT p_code UNIQUE, name varchar(5));
CREATE TABLE c (id int CHECK (id > 0), p int CONSTRAINT c_p REFERENCES p, code varchar(5) REFERENCES p (code), again varchar(5) REFERENCES p (code), other int, up int REFERENCES c (id));
--- second.sql
ALTER TABLE c DROP CONSTRAINT c_p; -- !
ALTER TABLE c DROP CONSTRAINT c_id_check;
ALTER TABLE c ALTER code TYPE varchar(9); -- !
ALTER TABLE p ALTER code TYPE varchar(9); -- !
ALTER TABLE p ALTER name TYPE varchar(9);
ALTER TABLE c DROP COLUMN other;
ALTER TABLE c DROP COLUMN up;
ALTER TABLE c DROP COLUMN code; -- !
ALTER TABLE p DROP CONSTRAINT p_code CASCADE; -- !
