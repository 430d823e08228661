CREATE INDEX i ON t (a, b, c, d); -- !
CREATE UNIQUE INDEX j ON t (a, b, c, d);
CREATE INDEX k ON t (a, b, c);
