-- SPDX-License-Identifier: MIT
-- From schema version 11 to 12: products have variants.

-- The price of a product that has any is that of the cheapest one; catalogctl keeps it so.
CREATE TABLE variant (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 2147483647),
    product_id     INTEGER NOT NULL REFERENCES product (id) ON UPDATE CASCADE ON DELETE CASCADE,
    position       INTEGER NOT NULL CHECK (position BETWEEN 1 AND 2147483647),
    options        TEXT    NOT NULL CHECK (options <> '' AND instr(options, char(0)) = 0), -- fcgi-catalog/catalog/variant.h
    sku            TEXT    NOT NULL DEFAULT '' CHECK (length(sku) <= 100 AND instr(sku, char(0)) = 0),
    price_in_cents INTEGER NOT NULL CHECK (price_in_cents BETWEEN 0 AND 2147483647),
    stock          TEXT    NOT NULL DEFAULT ''
                   CHECK (stock IN ('', 'in-stock', 'low', 'out-of-stock', 'preorder', 'discontinued')),
    image          TEXT    NOT NULL DEFAULT '' CHECK (length(image) <= 2048 AND instr(image, char(0)) = 0),
    compare_at_price_in_cents INTEGER NOT NULL DEFAULT 0
                   CHECK (compare_at_price_in_cents = 0 OR compare_at_price_in_cents BETWEEN price_in_cents + 1 AND 2147483647)
) STRICT;
CREATE INDEX variant_by_product ON variant (product_id);

-- Variants that have left: one that comes back, with the same options in the same product, gets its id back, and no
-- other does.
CREATE TABLE former_variant (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    product_id INTEGER NOT NULL,
    options    TEXT    NOT NULL
) STRICT;
CREATE INDEX former_variant_by_product ON former_variant (product_id);

CREATE TRIGGER variant_id_left AFTER DELETE ON variant
BEGIN
    INSERT INTO former_variant (id, product_id, options) VALUES (OLD.id, OLD.product_id, OLD.options);
END;
CREATE TRIGGER variant_id_came_back AFTER INSERT ON variant
WHEN EXISTS (SELECT 1 FROM former_variant WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'this id was that of a variant of another product, and is not used again')
    FROM former_variant WHERE id = NEW.id AND product_id <> NEW.product_id;
    DELETE FROM former_variant WHERE id = NEW.id;
END;

-- As it was, and for each variant its fields in the order of fcgi-catalog/catalog/variant.def.
DROP VIEW lists_now;
CREATE VIEW lists_now (product_id, lists) AS
    SELECT id, CAST(
        coalesce((SELECT group_concat('c' || category || char(0), '')
                  FROM (SELECT category FROM product_category WHERE product_id = product.id ORDER BY category)), '') ||
        coalesce((SELECT group_concat('t' || tag || char(0), '')
                  FROM (SELECT tag FROM product_tag WHERE product_id = product.id ORDER BY tag)), '') ||
        coalesce((SELECT group_concat('i' || url || char(0) || alt || char(0), '')
                  FROM (SELECT url, alt FROM product_image WHERE product_id = product.id ORDER BY position)), '') ||
        coalesce((SELECT group_concat('v' || id || char(0) || options || char(0) || sku || char(0) ||
                                      price_in_cents || char(0) || stock || char(0) || image || char(0) ||
                                      compare_at_price_in_cents || char(0), '')
                  FROM (SELECT * FROM variant WHERE product_id = product.id ORDER BY position, id)), '') AS BLOB)
    FROM product;

CREATE TRIGGER variant_inserted_lists AFTER INSERT ON variant
BEGIN
    INSERT INTO lists_due (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER variant_updated_lists AFTER UPDATE ON variant
BEGIN
    INSERT INTO lists_due (product_id) SELECT OLD.product_id UNION SELECT NEW.product_id;
END;
CREATE TRIGGER variant_deleted_lists AFTER DELETE ON variant
BEGIN
    INSERT INTO lists_due (product_id) VALUES (OLD.product_id);
END;
CREATE TRIGGER product_deleted_variants AFTER DELETE ON product
BEGIN
    DELETE FROM variant WHERE product_id = OLD.id;
END;
