ALTER TYPE mood ADD VALUE 'fine'; -- !
ALTER TYPE mood RENAME VALUE 'fine' TO 'good';
