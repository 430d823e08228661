ALTER TYPE mood ADD VALUE 'fine'; -- !
ALTER TYPE mood ADD VALUE 'bad' BEFORE 'sad';
ALTER TYPE mood ADD VALUE 'so so' AFTER 'sad';
