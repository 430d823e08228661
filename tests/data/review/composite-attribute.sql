ALTER TYPE address ADD ATTRIBUTE city text; -- !
ALTER TYPE address DROP ATTRIBUTE city; -- !
ALTER TYPE address ALTER ATTRIBUTE city TYPE varchar; -- !
ALTER TYPE address RENAME TO place;
ALTER TABLE address ADD city text;
