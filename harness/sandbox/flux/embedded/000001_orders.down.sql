DROP VIEW order_balances;
DROP TABLE ledger_entries, order_items, orders, customers;
DROP TYPE order_status;
