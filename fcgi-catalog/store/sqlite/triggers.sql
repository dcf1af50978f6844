-- SPDX-License-Identifier: MIT
-- Whoever changes a row, with whatever program, has everything kept that follows from it: the shop's revision, old
-- slugs, the categories above, the form of a name that is sorted by, the search index. A large import drops the
-- triggers and makes everything anew.
--
-- The conflict clause of the statement that fires a trigger goes for the statements in it, too, and that of a foreign
-- key's action is ABORT: so no statement here has one of its own. Foreign keys are off unless a program asks for them,
-- so what hangs on a row goes with it here, too.

-- INSERT OR REPLACE and UPDATE OR REPLACE remove rows without telling a trigger: refused, with the other conflict
-- clauses, which a trigger cannot tell from them.
CREATE TRIGGER product_taken BEFORE INSERT ON product
WHEN EXISTS (SELECT 1 FROM product WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug) OR
     (NEW.sku <> '' AND EXISTS (SELECT 1 FROM product WHERE sku = NEW.sku AND sku <> ''))
BEGIN
    SELECT RAISE(ABORT, 'a product of this id, slug or SKU is there already: UPDATE it');
END;
CREATE TRIGGER product_slug_taken BEFORE UPDATE OF slug, sku ON product
WHEN EXISTS (SELECT 1 FROM product WHERE slug = NEW.slug AND id <> OLD.id) OR
     (NEW.sku <> '' AND EXISTS (SELECT 1 FROM product WHERE sku = NEW.sku AND sku <> '' AND id <> OLD.id))
BEGIN
    SELECT RAISE(ABORT, 'another product has this slug or SKU');
END;
CREATE TRIGGER product_kept BEFORE UPDATE OF id ON product WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'the id of a product cannot be changed');
END;
CREATE TRIGGER category_taken BEFORE INSERT ON category
WHEN EXISTS (SELECT 1 FROM category WHERE slug = NEW.slug OR number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'a category of this slug is there already: UPDATE it');
END;
CREATE TRIGGER category_slug_taken BEFORE UPDATE OF slug ON category
WHEN EXISTS (SELECT 1 FROM category WHERE slug = NEW.slug AND number <> OLD.number)
BEGIN
    SELECT RAISE(ABORT, 'another category has this slug');
END;
CREATE TRIGGER category_kept BEFORE UPDATE OF number ON category WHEN NEW.number <> OLD.number
BEGIN
    SELECT RAISE(ABORT, 'the number of a category cannot be changed');
END;

-- ---- What several triggers do: they put it here ----

-- Words of categories that are to be made anew.
CREATE VIEW category_words_due (product_id) AS SELECT id FROM product;
CREATE TRIGGER category_words_made INSTEAD OF INSERT ON category_words_due
BEGIN
    UPDATE product
    SET category_words = coalesce((SELECT group_concat(CASE name WHEN '' THEN slug ELSE name END, ' ')
                                   FROM (SELECT DISTINCT number, name, slug
                                         FROM product_in_now CROSS JOIN category ON number = product_in_now.category
                                         WHERE product_id = NEW.product_id ORDER BY number)), '')
    WHERE id = NEW.product_id;
END;

-- A name that is to be folded: it is put into an index of its own, and its words are read out of that.
CREATE VIEW sort_name_due (product_id, title) AS SELECT id, title FROM product;
CREATE TRIGGER sort_name_made INSTEAD OF INSERT ON sort_name_due
BEGIN
    INSERT INTO name_folding (name_folding) VALUES ('delete-all');
    INSERT INTO name_folding (rowid, name) VALUES (1, NEW.title);
    UPDATE product
    SET sort_name = substr(coalesce((SELECT group_concat(term, ' ')
                                     FROM (SELECT term FROM name_folded ORDER BY offset)), ''), 1, 63)
    WHERE id = NEW.product_id;
END;

-- ---- Products ----

CREATE TRIGGER product_inserted AFTER INSERT ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM old_slug WHERE slug = NEW.slug;
    INSERT INTO product_search (rowid, title, sku, category_words, description)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description);
END;

-- What was put into categories before it was there (without foreign keys) is in them from now on.
CREATE TRIGGER product_inserted_late AFTER INSERT ON product
WHEN EXISTS (SELECT 1 FROM product_category WHERE product_id = NEW.id)
BEGIN
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT category, NEW.id, NEW.price_in_cents FROM product_in_now WHERE product_id = NEW.id;
    INSERT INTO category_words_due (product_id) VALUES (NEW.id);
END;

CREATE TRIGGER product_updated AFTER UPDATE ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;

-- A product that was ever said to be updated is so now, too.
CREATE TRIGGER product_updated_at AFTER UPDATE OF slug, description, price_in_cents, sku, name, stock ON product
WHEN OLD.updated_at <> 0 AND NEW.updated_at = OLD.updated_at AND
     (NEW.slug, NEW.description, NEW.price_in_cents, NEW.sku, NEW.name, NEW.stock) IS NOT
     (OLD.slug, OLD.description, OLD.price_in_cents, OLD.sku, OLD.name, OLD.stock)
BEGIN
    UPDATE product SET updated_at = unixepoch() WHERE id = NEW.id;
END;

CREATE TRIGGER product_renamed AFTER UPDATE OF slug ON product WHEN NEW.slug <> OLD.slug
BEGIN
    DELETE FROM old_slug WHERE slug IN (OLD.slug, NEW.slug);
    INSERT INTO old_slug (slug, product_id) VALUES (OLD.slug, NEW.id);
END;

CREATE TRIGGER product_priced AFTER UPDATE OF price_in_cents ON product WHEN NEW.price_in_cents <> OLD.price_in_cents
BEGIN
    UPDATE product_in SET price_in_cents = NEW.price_in_cents
    WHERE product_id = NEW.id AND category IN (SELECT category FROM product_in_now WHERE product_id = NEW.id);
END;

CREATE TRIGGER product_name_folded AFTER INSERT ON product
BEGIN
    INSERT INTO sort_name_due (product_id, title) VALUES (NEW.id, NEW.title);
END;
CREATE TRIGGER product_name_folded_again AFTER UPDATE OF name, slug ON product WHEN NEW.title <> OLD.title
BEGIN
    INSERT INTO sort_name_due (product_id, title) VALUES (NEW.id, NEW.title);
END;

CREATE TRIGGER product_search_updated AFTER UPDATE OF slug, name, sku, category_words, description ON product
WHEN (NEW.title, NEW.sku, NEW.category_words, NEW.description) IS NOT
     (OLD.title, OLD.sku, OLD.category_words, OLD.description)
BEGIN
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description);
    INSERT INTO product_search (rowid, title, sku, category_words, description)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description);
END;

CREATE TRIGGER product_deleted AFTER DELETE ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description);
    DELETE FROM product_category WHERE product_id = OLD.id;
    DELETE FROM product_tag WHERE product_id = OLD.id;
    DELETE FROM product_image WHERE product_id = OLD.id;
    DELETE FROM old_slug WHERE product_id = OLD.id;
END;

-- ---- Products in categories ----

CREATE TRIGGER product_in_inserted AFTER INSERT ON product_in
BEGIN
    UPDATE category SET product_count = product_count + 1 WHERE number = NEW.category;
END;
CREATE TRIGGER product_in_deleted AFTER DELETE ON product_in
BEGIN
    UPDATE category SET product_count = product_count - 1 WHERE number = OLD.category;
END;

CREATE TRIGGER product_category_inserted AFTER INSERT ON product_category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT now.category, product.id, product.price_in_cents
    FROM product_in_now now JOIN product ON product.id = now.product_id
    WHERE now.product_id = NEW.product_id AND
          NOT EXISTS (SELECT 1 FROM product_in WHERE category = now.category AND product_id = now.product_id);
    INSERT INTO category_words_due (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER product_category_deleted AFTER DELETE ON product_category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM product_in
    WHERE product_id = OLD.product_id AND
          category IN (SELECT above FROM category_above
                       WHERE category = (SELECT number FROM category WHERE slug = OLD.category)) AND
          category NOT IN (SELECT category FROM product_in_now WHERE product_id = OLD.product_id);
    INSERT INTO category_words_due (product_id) VALUES (OLD.product_id);
END;
-- A category that gets another slug has its memberships changed, and nothing follows from that.
CREATE TRIGGER product_category_updated AFTER UPDATE ON product_category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM product_in
    WHERE product_id = OLD.product_id AND
          category IN (SELECT above FROM category_above
                       WHERE category = (SELECT number FROM category WHERE slug = OLD.category)) AND
          category NOT IN (SELECT category FROM product_in_now WHERE product_id = OLD.product_id);
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT now.category, product.id, product.price_in_cents
    FROM product_in_now now JOIN product ON product.id = now.product_id
    WHERE now.product_id = NEW.product_id AND
          NOT EXISTS (SELECT 1 FROM product_in WHERE category = now.category AND product_id = now.product_id);
    INSERT INTO category_words_due (product_id) SELECT OLD.product_id UNION SELECT NEW.product_id;
END;

-- ---- The tree ----

-- What was put below it or into it before it was there (without foreign keys) is so from now on.
CREATE TRIGGER category_inserted AFTER INSERT ON category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO category_above (category, above)
    SELECT NEW.number, NEW.number
    UNION SELECT NEW.number, above FROM category_above
          WHERE category = (SELECT number FROM category WHERE slug = NEW.parent)
    EXCEPT SELECT category, above FROM category_above; -- the next trigger may have come first
END;
CREATE TRIGGER category_inserted_late AFTER INSERT ON category
WHEN EXISTS (SELECT 1 FROM category WHERE parent = NEW.slug) OR
     EXISTS (SELECT 1 FROM product_category WHERE category = NEW.slug)
BEGIN
    DELETE FROM category_above;
    INSERT INTO category_above (category, above) SELECT category, above FROM category_above_now;
    INSERT INTO product_in (category, product_id, price_in_cents)
    SELECT DISTINCT now.category, product.id, product.price_in_cents
    FROM product_in_now now JOIN product ON product.id = now.product_id
    WHERE NOT EXISTS (SELECT 1 FROM product_in WHERE category = now.category AND product_id = now.product_id);
    INSERT INTO category_words_due (product_id) SELECT product_id FROM product_in WHERE category = NEW.number;
END;

CREATE TRIGGER category_moved AFTER UPDATE OF parent ON category WHEN NEW.parent IS NOT OLD.parent
BEGIN
    DELETE FROM product_in
    WHERE category IN (SELECT above FROM category_above WHERE category = OLD.number AND above <> OLD.number) AND
          product_id IN (SELECT product_id FROM product_in WHERE category = OLD.number);
    DELETE FROM category_above;
    INSERT INTO category_above (category, above) SELECT category, above FROM category_above_now;
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

CREATE TRIGGER category_slug_changed AFTER UPDATE OF slug ON category WHEN NEW.slug <> OLD.slug
BEGIN
    UPDATE category SET parent = NEW.slug WHERE parent = OLD.slug;
    UPDATE product_category SET category = NEW.slug WHERE category = OLD.slug;
END;

CREATE TRIGGER category_renamed AFTER UPDATE OF slug, name ON category
WHEN (NEW.slug, NEW.name) IS NOT (OLD.slug, OLD.name)
BEGIN
    INSERT INTO category_words_due (product_id) SELECT product_id FROM product_in WHERE category = NEW.number;
END;

CREATE TRIGGER category_updated AFTER UPDATE OF slug, name, parent ON category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;

CREATE TRIGGER category_in_use BEFORE DELETE ON category
WHEN EXISTS (SELECT 1 FROM category WHERE parent = OLD.slug) OR
     EXISTS (SELECT 1 FROM product_category WHERE category = OLD.slug)
BEGIN
    SELECT RAISE(ABORT, 'the category has products or categories in it');
END;
CREATE TRIGGER category_deleted AFTER DELETE ON category
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM category_above WHERE category = OLD.number;
END;

-- ---- What else is seen of a product, and the shop ----

CREATE TRIGGER product_tag_inserted AFTER INSERT ON product_tag
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER product_tag_updated AFTER UPDATE ON product_tag
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER product_tag_deleted AFTER DELETE ON product_tag
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER product_image_inserted AFTER INSERT ON product_image
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER product_image_updated AFTER UPDATE ON product_image
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER product_image_deleted AFTER DELETE ON product_image
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER shop_updated AFTER UPDATE OF currency ON shop
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
END;
CREATE TRIGGER shop_kept BEFORE DELETE ON shop
BEGIN
    SELECT RAISE(ABORT, 'the shop cannot be deleted');
END;
