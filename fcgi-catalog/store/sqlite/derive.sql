-- SPDX-License-Identifier: MIT
-- Makes everything that is derived from other rows anew: after an upgrade, and when a large import did without the
-- triggers. Not sort_name: see the triggers.

DELETE FROM category_above;
INSERT INTO category_above SELECT * FROM category_above_now;

DELETE FROM product_in;
INSERT INTO product_in (category, product_id, price_in_cents)
SELECT DISTINCT category, product_id, price_in_cents FROM product_in_now CROSS JOIN product ON product.id = product_id
ORDER BY category, product_id;

UPDATE category SET product_count = 0 WHERE product_count <> 0;
UPDATE category SET product_count = counted.products
FROM (SELECT category, count(*) AS products FROM product_in GROUP BY category) AS counted
WHERE number = counted.category;
