ALTER TYPE mood RENAME VALUE 'fine' TO 'good'; -- !
ALTER TYPE mood ADD VALUE 'fine';
