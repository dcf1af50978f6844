-- SPDX-License-Identifier: MIT
-- From schema version 12 to 13: products are found by the options and SKUs of their variants.

DROP TRIGGER product_inserted;
DROP TRIGGER product_search_updated;
DROP TRIGGER product_deleted;
DROP TRIGGER words_due_of_new;
DROP TRIGGER words_due_of_changed;
DROP TRIGGER lists_made;
DROP TABLE product_search;

-- Derived of variant. What is escaped in options stands between words, so what escapes it does.
ALTER TABLE product ADD COLUMN variant_words TEXT NOT NULL DEFAULT '';
CREATE VIEW variant_words_now (product_id, words) AS
    SELECT id, coalesce((SELECT group_concat(options || ' ' || sku, ' ')
                         FROM (SELECT options, sku FROM variant WHERE product_id = product.id ORDER BY position, id)), '')
    FROM product;

UPDATE product SET variant_words = (SELECT words FROM variant_words_now WHERE product_id = product.id)
WHERE id IN (SELECT product_id FROM variant);
UPDATE product SET other_words = more_words(category_words, description, variant_words) WHERE variant_words <> '';

CREATE VIRTUAL TABLE product_search USING fts5 (
    title, sku, category_words, description, title_words, other_words, variant_words,
    content = 'product', content_rowid = 'id', columnsize = 0, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO product_search (product_search) VALUES ('rebuild');

-- As they were, and with the words of variants.
CREATE TRIGGER lists_made INSTEAD OF INSERT ON lists_due
WHEN NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.product_id)
BEGIN
    UPDATE product SET lists = (SELECT lists FROM lists_now WHERE product_id = NEW.product_id),
                       variant_words = (SELECT words FROM variant_words_now WHERE product_id = NEW.product_id)
    WHERE id = NEW.product_id AND lists <> (SELECT lists FROM lists_now WHERE product_id = NEW.product_id);
END;

CREATE TRIGGER product_inserted AFTER INSERT ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM old_slug WHERE slug = NEW.slug;
    INSERT INTO product_search (rowid, title, sku, category_words, description, title_words, other_words, variant_words)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words,
            NEW.variant_words);
END;

CREATE TRIGGER product_search_updated
AFTER UPDATE OF slug, name, sku, category_words, description, title_words, other_words, variant_words ON product
WHEN (NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words, NEW.variant_words) IS NOT
     (OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words, OLD.variant_words)
BEGIN
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description, title_words, other_words,
                                variant_words)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words,
            OLD.variant_words);
    INSERT INTO product_search (rowid, title, sku, category_words, description, title_words, other_words, variant_words)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words,
            NEW.variant_words);
END;

CREATE TRIGGER product_deleted AFTER DELETE ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description, title_words, other_words,
                                variant_words)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words,
            OLD.variant_words);
    DELETE FROM product_category WHERE product_id = OLD.id;
    DELETE FROM product_tag WHERE product_id = OLD.id;
    DELETE FROM product_image WHERE product_id = OLD.id;
    DELETE FROM old_slug WHERE product_id = OLD.id;
    DELETE FROM words_due WHERE product_id = OLD.id;
END;

-- The tokenizer does all that can be done for ASCII without an apostrophe.
CREATE TRIGGER words_due_of_new AFTER INSERT ON product
WHEN (NEW.title || NEW.sku || NEW.category_words || NEW.description || NEW.variant_words) GLOB '*[^ -&(-~]*' AND
     NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.id)
BEGIN
    INSERT INTO words_due (product_id)
    SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM words_due WHERE product_id = NEW.id);
END;
CREATE TRIGGER words_due_of_changed AFTER UPDATE OF slug, name, sku, category_words, description, variant_words ON product
WHEN (NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.variant_words) IS NOT
     (OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.variant_words) AND
     ((NEW.title || NEW.sku || NEW.category_words || NEW.description || NEW.variant_words) GLOB '*[^ -&(-~]*' OR
      NEW.title_words || NEW.other_words <> '') AND
     NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.id)
BEGIN
    INSERT INTO words_due (product_id)
    SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM words_due WHERE product_id = NEW.id);
END;
