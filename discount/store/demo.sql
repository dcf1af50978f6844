-- SPDX-License-Identifier: MIT
-- The demo's rule: customer 1 gets 10 % off every product.
INSERT INTO rule (key, label, customer_id, percent)
VALUES ('demo', '10 % off everything for customer 1', 1, 1000);
