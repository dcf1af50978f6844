-- SPDX-License-Identifier: MIT
-- The demo's products, and its rule: customer 1 gets 10 % off every product.
INSERT INTO open_revision VALUES (1);
INSERT INTO product (id, slug) VALUES (1, 'iphone-x'), (2, 'notebook-avell-g1511'), (3, 'playstation-4-slim');
INSERT INTO rule (key, label, lane, kind, value, customer_id)
VALUES ('demo', '10 % off everything for customer 1', 'contract', 'percent', 1000, 1);
UPDATE revision SET message = 'made, with the demo', changed = 4;
DELETE FROM open_revision;
