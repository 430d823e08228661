UPDATE ledger_entries SET amount = amount + 1 WHERE id = 1;
SELECT 1 / 0;
