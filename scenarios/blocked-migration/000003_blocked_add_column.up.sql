-- Costs nothing by itself, but waits for the report that reads the table, and all requests wait behind it.
ALTER TABLE customers ADD COLUMN note text;
