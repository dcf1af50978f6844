-- SPDX-License-Identifier: MIT
-- From schema version 5 to 6: products have a compare-at price.

-- 0: there is none. Kept while it is above the price.
ALTER TABLE product ADD COLUMN compare_at_price_in_cents INTEGER NOT NULL DEFAULT 0
    CHECK (compare_at_price_in_cents BETWEEN 0 AND 2147483647);

CREATE TRIGGER product_compare_at_inserted AFTER INSERT ON product
WHEN NEW.compare_at_price_in_cents BETWEEN 1 AND NEW.price_in_cents
BEGIN
    UPDATE product SET compare_at_price_in_cents = 0 WHERE id = NEW.id;
END;
CREATE TRIGGER product_compare_at_updated AFTER UPDATE OF price_in_cents, compare_at_price_in_cents ON product
WHEN NEW.compare_at_price_in_cents BETWEEN 1 AND NEW.price_in_cents
BEGIN
    UPDATE product SET compare_at_price_in_cents = 0 WHERE id = NEW.id;
END;

DROP TRIGGER product_updated_at;
CREATE TRIGGER product_updated_at AFTER UPDATE OF slug, description, price_in_cents, sku, name, stock,
    compare_at_price_in_cents ON product
WHEN OLD.updated_at <> 0 AND NEW.updated_at = OLD.updated_at AND
     (NEW.slug, NEW.description, NEW.price_in_cents, NEW.sku, NEW.name, NEW.stock, NEW.compare_at_price_in_cents) IS NOT
     (OLD.slug, OLD.description, OLD.price_in_cents, OLD.sku, OLD.name, OLD.stock, OLD.compare_at_price_in_cents)
BEGIN
    UPDATE product SET updated_at = unixepoch() WHERE id = NEW.id;
END;
