-- Nothing: a new Job, after the history was repaired.
SELECT 1;
