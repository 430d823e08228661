CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%'); -- !
CREATE DOMAIN name AS text NOT NULL; -- !
CREATE DOMAIN note AS text;
