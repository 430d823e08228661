-- The order schema of a small shop, with deterministic content: the same rows on every machine.
CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped', 'cancelled');

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  country char(2) NOT NULL DEFAULT 'DE',
  registered_at timestamptz NOT NULL,
  CONSTRAINT customers_email_has_at CHECK (email LIKE '%_@_%')
);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  status order_status NOT NULL DEFAULT 'placed',
  placed_at timestamptz NOT NULL,
  shipping numeric(12, 2) NOT NULL DEFAULT 4.90 CHECK (shipping >= 0),
  total numeric(12, 2) NOT NULL CHECK (total >= 0)
);
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at DESC);
CREATE INDEX orders_open ON orders (placed_at) WHERE status IN ('placed', 'paid');

CREATE TABLE order_items (
  order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  position integer NOT NULL CHECK (position > 0),
  sku text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
  attributes jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (order_id, position)
);
CREATE INDEX order_items_by_sku ON order_items (sku);

-- Double entry: what an order debits from one account it credits to another, so each order sums to zero.
CREATE TABLE ledger_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders (id),
  account text NOT NULL CHECK (account IN ('receivable', 'revenue')),
  amount numeric(14, 2) NOT NULL CHECK (amount <> 0),
  booked_at timestamptz NOT NULL,
  UNIQUE (order_id, account)
);

CREATE VIEW order_balances AS
  SELECT orders.id AS order_id, orders.customer_id, orders.total, sum(ledger_entries.amount) AS balance
  FROM orders JOIN ledger_entries ON ledger_entries.order_id = orders.id
  GROUP BY orders.id;

INSERT INTO customers (email, name, country, registered_at)
SELECT format('customer-%s@example.com', n), format('Customer %s', n),
       (ARRAY['DE', 'FR', 'NL', 'PL', 'SE'])[1 + n % 5],
       timestamptz '2026-01-01 00:00:00+00' + n * interval '3 hours'
FROM generate_series(1, 500) AS n;

-- Prices are whole and shipping never is: every amount in the ledger has a fraction.
INSERT INTO orders (customer_id, status, placed_at, shipping, total)
SELECT 1 + n * 37 % 500, (ARRAY['shipped', 'shipped', 'paid', 'placed', 'cancelled'])[1 + n % 5]::order_status,
       timestamptz '2026-03-01 00:00:00+00' + n * interval '7 minutes', 3 + (1 + n % 99) / 100.0,
       3 + (1 + n % 99) / 100.0
FROM generate_series(1, 5000) AS n;

INSERT INTO order_items (order_id, position, sku, quantity, unit_price, attributes)
SELECT n, position, format('SKU-%s', lpad((1 + (n * 13 + position * 7) % 200)::text, 4, '0')),
       1 + (n + position) % 3, 5 + (n * 13 + position * 7) % 90,
       jsonb_build_object('colour', (ARRAY['red', 'green', 'blue'])[1 + n % 3], 'gift', n % 11 = 0)
FROM generate_series(1, 5000) AS n, generate_series(1, 1 + n % 3) AS position;

UPDATE orders SET total = shipping + items.price
FROM (SELECT order_id, sum(quantity * unit_price) AS price FROM order_items GROUP BY order_id) AS items
WHERE items.order_id = orders.id;

INSERT INTO ledger_entries (order_id, account, amount, booked_at)
SELECT orders.id, side.account, side.sign * orders.total, orders.placed_at
FROM orders CROSS JOIN (VALUES (1, 'receivable', 1), (2, 'revenue', -1)) AS side (rank, account, sign)
ORDER BY orders.id, side.rank;

ANALYZE customers, orders, order_items, ledger_entries;
