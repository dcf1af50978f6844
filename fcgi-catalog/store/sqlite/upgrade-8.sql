-- SPDX-License-Identifier: MIT
-- From schema version 7 to 8: several products may have one SKU; the slug tells them apart.

DROP INDEX product_by_sku;
CREATE INDEX product_by_sku ON product (sku) WHERE sku <> '';

DROP TRIGGER product_taken;
CREATE TRIGGER product_taken BEFORE INSERT ON product
WHEN EXISTS (SELECT 1 FROM product WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug)
BEGIN
    SELECT RAISE(ABORT, 'a product of this id or slug is there already: UPDATE it');
END;
DROP TRIGGER product_slug_taken;
CREATE TRIGGER product_slug_taken BEFORE UPDATE OF slug ON product
WHEN EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug AND id <> OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'another product has this slug');
END;
