UPDATE a SET b = 1, c = 2, b = 3 WHERE id = 1; -- !
UPDATE a SET b = 1, c = 2 WHERE id = 1;
UPDATE a SET b[1] = 1, b[2] = 2 WHERE id = 1;
