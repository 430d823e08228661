-- Leaves the schema as the drill found it.
DROP FUNCTION application();
DROP FUNCTION report(integer);
