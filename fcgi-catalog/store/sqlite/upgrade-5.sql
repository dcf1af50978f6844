-- SPDX-License-Identifier: MIT
-- From schema version 4 to 5: no id is ever used again; a move in the tree of categories costs what moves; beginnings of
-- one letter are in the search index.

-- ---- Ids ----

-- What AUTOINCREMENT means: SQLite gives no id that was in the table before (sqlite_sequence has the highest). There is
-- no ALTER TABLE for it, and a table that is made anew would lose what its owner has put on it: this word is all that
-- is different.
CREATE TABLE counting (id INTEGER PRIMARY KEY AUTOINCREMENT);
DROP TABLE counting; -- sqlite_sequence stays
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER PRIMARY KEY CHECK', 'INTEGER PRIMARY KEY AUTOINCREMENT CHECK')
WHERE type = 'table' AND name IN ('product', 'customer');
PRAGMA writable_schema = RESET;
INSERT INTO sqlite_sequence (name, seq)
SELECT 'product', coalesce(max(id), 0) FROM product UNION ALL SELECT 'customer', coalesce(max(id), 0) FROM customer;

-- Products that have left, and what they were last known by: whoever comes back by one of these gets its id back, and
-- nobody else does. A slug or SKU is that of the one that left last.
CREATE TABLE former_product (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    slug TEXT    NOT NULL DEFAULT '',
    sku  TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX former_product_by_slug ON former_product (slug) WHERE slug <> '';
CREATE UNIQUE INDEX former_product_by_sku ON former_product (sku) WHERE sku <> '';

CREATE TRIGGER product_left AFTER DELETE ON product
BEGIN
    INSERT INTO former_product (id, slug, sku) VALUES (OLD.id, OLD.slug, OLD.sku);
END;
CREATE TRIGGER former_product_named BEFORE INSERT ON former_product
BEGIN
    UPDATE former_product SET slug = '' WHERE slug = NEW.slug AND slug <> '';
    UPDATE former_product SET sku = '' WHERE sku = NEW.sku AND sku <> '';
END;
CREATE TRIGGER former_product_counted AFTER INSERT ON former_product
BEGIN
    UPDATE sqlite_sequence SET seq = NEW.id WHERE name = 'product' AND seq < NEW.id;
END;
CREATE TRIGGER product_came_back AFTER INSERT ON product WHEN EXISTS (SELECT 1 FROM former_product WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'this id was that of another product, which has left, and is not used again')
    FROM former_product WHERE id = NEW.id AND slug <> NEW.slug AND (sku = '' OR sku <> NEW.sku);
    DELETE FROM former_product WHERE id = NEW.id;
END;

-- ---- Lists ----

-- The product that an import is writing: it puts the lists and the words into the row itself.
CREATE TABLE product_in_writing (
    product_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

DROP TRIGGER lists_made;
CREATE TRIGGER lists_made INSTEAD OF INSERT ON lists_due
WHEN NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.product_id)
BEGIN
    UPDATE product SET lists = (SELECT lists FROM lists_now WHERE product_id = NEW.product_id)
    WHERE id = NEW.product_id AND lists <> (SELECT lists FROM lists_now WHERE product_id = NEW.product_id);
END;

DROP TRIGGER category_words_made;
CREATE TRIGGER category_words_made INSTEAD OF INSERT ON category_words_due
WHEN NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.product_id)
BEGIN
    UPDATE product
    SET category_words = coalesce((SELECT group_concat(CASE name WHEN '' THEN slug ELSE name END, ' ')
                                   FROM (SELECT DISTINCT number, name, slug
                                         FROM product_in_now CROSS JOIN category ON number = product_in_now.category
                                         WHERE product_id = NEW.product_id ORDER BY number)), '')
    WHERE id = NEW.product_id;
END;

-- ---- The tree ----

-- category_above has the 63 next above a category, and how many steps up they are. A product that is in more than
-- PRODUCT_CATEGORIES_MAX, those above its own included, cannot be read anyway.
ALTER TABLE category_above ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
DROP VIEW category_above_now;
CREATE VIEW category_above_now (category, above, steps) AS
    WITH RECURSIVE way (category, above, steps) AS (
        SELECT number, number, 0 FROM category
        UNION SELECT way.category, upper.number, way.steps + 1
              FROM way JOIN category lower ON lower.number = way.above JOIN category upper ON upper.slug = lower.parent
              WHERE way.steps < 63)
    SELECT category, above, min(steps) FROM way GROUP BY category, above;
DELETE FROM category_above;
INSERT INTO category_above SELECT * FROM category_above_now;
CREATE INDEX category_above_by_above ON category_above (above);

-- A category that stands somewhere else now: what is above it and those below it is made anew.
CREATE VIEW category_above_due (category) AS SELECT number FROM category;
CREATE TRIGGER category_above_made INSTEAD OF INSERT ON category_above_due
WHEN NOT EXISTS (SELECT 1 FROM category_above upper JOIN category_above around ON around.category = upper.above
                 WHERE upper.category = NEW.category AND upper.above <> NEW.category AND around.above = NEW.category)
BEGIN
    DELETE FROM category_above
    WHERE category IN (SELECT category FROM category_above WHERE above = NEW.category) AND
          above IN (SELECT above FROM category_above WHERE category = NEW.category AND above <> NEW.category);
    INSERT INTO category_above (category, above, steps)
    SELECT below.category, upper.above, below.steps + 1 + upper.steps
    FROM category moved CROSS JOIN category parent ON parent.slug = moved.parent
         CROSS JOIN category_above below ON below.above = moved.number
         CROSS JOIN category_above upper ON upper.category = parent.number
    WHERE moved.number = NEW.category AND below.steps + upper.steps < 63 AND
          NOT EXISTS (SELECT 1 FROM category_above WHERE category = below.category AND above = upper.above);
END;
-- One that is, or was, above itself, which only those without foreign keys can bring about.
CREATE TRIGGER category_above_made_of_circle INSTEAD OF INSERT ON category_above_due
WHEN EXISTS (SELECT 1 FROM category_above upper JOIN category_above around ON around.category = upper.above
             WHERE upper.category = NEW.category AND upper.above <> NEW.category AND around.above = NEW.category)
BEGIN
    DELETE FROM category_above;
    INSERT INTO category_above (category, above, steps) SELECT category, above, steps FROM category_above_now;
END;

DROP TRIGGER category_inserted_late;
CREATE TRIGGER category_inserted_late AFTER INSERT ON category
WHEN EXISTS (SELECT 1 FROM category WHERE parent = NEW.slug) OR
     EXISTS (SELECT 1 FROM product_category WHERE category = NEW.slug)
BEGIN
    DELETE FROM category_above;
    INSERT INTO category_above (category, above, steps) SELECT category, above, steps FROM category_above_now;
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT now.category, product.id, product.price_in_cents
    FROM product_in_now now JOIN product ON product.id = now.product_id
    WHERE NOT EXISTS (SELECT 1 FROM product_in WHERE category = now.category AND product_id = now.product_id);
    INSERT INTO category_words_due (product_id) SELECT product_id FROM product_in WHERE category = NEW.number;
END;

DROP TRIGGER category_inserted;
CREATE TRIGGER category_inserted AFTER INSERT ON category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO category_above (category, above)
    SELECT NEW.number, NEW.number
    WHERE NOT EXISTS (SELECT 1 FROM category_above WHERE category = NEW.number AND above = NEW.number);
    INSERT INTO category_above_due (category) VALUES (NEW.number);
END;

DROP TRIGGER category_moved;
CREATE TRIGGER category_moved AFTER UPDATE OF parent ON category WHEN NEW.parent IS NOT OLD.parent
BEGIN
    DELETE FROM product_in
    WHERE category IN (SELECT above FROM category_above WHERE category = OLD.number AND above <> OLD.number) AND
          product_id IN (SELECT product_id FROM product_in WHERE category = OLD.number);
    INSERT INTO category_above_due (category) VALUES (NEW.number);
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT category_above.above, product.id, product.price_in_cents
    FROM product_in moved CROSS JOIN product ON product.id = moved.product_id
         CROSS JOIN product_category membership ON membership.product_id = product.id
         CROSS JOIN category ON category.slug = membership.category
         CROSS JOIN category_above ON category_above.category = category.number
    WHERE moved.category = NEW.number AND
          NOT EXISTS (SELECT 1 FROM product_in WHERE category = category_above.above AND product_id = product.id);
    INSERT INTO category_words_due (product_id) SELECT product_id FROM product_in WHERE category = NEW.number;
END;

-- ---- Search ----

-- As it was, with beginnings of one letter: to put them together of all words was most of the work of a search.
DROP TABLE product_search;
CREATE VIRTUAL TABLE product_search USING fts5 (
    title, sku, category_words, description,
    content = 'product', content_rowid = 'id', columnsize = 0, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO product_search (product_search) VALUES ('rebuild');
