-- SPDX-License-Identifier: MIT
-- From schema version 6 to 7: words are found however they are written (fcgi-catalog/catalog/words.h). What SQLite's
-- own tokenizer makes of a text stays in the search index, so that every program that changes rows keeps the index as
-- before; beside it is what only the catalog's programs make, by the function more_words().

DROP TRIGGER product_inserted;
DROP TRIGGER product_search_updated;
DROP TRIGGER product_deleted;
DROP TABLE product_search;

-- Derived: words of title and SKU, and of the names of categories and the description, that are folded otherwise than
-- by the tokenizer.
ALTER TABLE product ADD COLUMN title_words TEXT NOT NULL DEFAULT '';
ALTER TABLE product ADD COLUMN other_words TEXT NOT NULL DEFAULT '';

-- Products whose texts another program has changed: these words are those of before, until the next import.
CREATE TABLE words_due (
    product_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

UPDATE product
SET title_words = more_words(title, sku), other_words = more_words(category_words, description)
WHERE (title || sku || category_words || description) GLOB '*[^ -&(-~]*';

CREATE VIRTUAL TABLE product_search USING fts5 (
    title, sku, category_words, description, title_words, other_words,
    content = 'product', content_rowid = 'id', columnsize = 0, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO product_search (product_search) VALUES ('rebuild');

CREATE TRIGGER product_inserted AFTER INSERT ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    DELETE FROM old_slug WHERE slug = NEW.slug;
    INSERT INTO product_search (rowid, title, sku, category_words, description, title_words, other_words)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words);
END;

CREATE TRIGGER product_search_updated
AFTER UPDATE OF slug, name, sku, category_words, description, title_words, other_words ON product
WHEN (NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words) IS NOT
     (OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words)
BEGIN
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description, title_words, other_words)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words);
    INSERT INTO product_search (rowid, title, sku, category_words, description, title_words, other_words)
    VALUES (NEW.id, NEW.title, NEW.sku, NEW.category_words, NEW.description, NEW.title_words, NEW.other_words);
END;

CREATE TRIGGER product_deleted AFTER DELETE ON product
BEGIN
    UPDATE shop SET revision = revision + 1, changed_at = unixepoch();
    INSERT INTO product_search (product_search, rowid, title, sku, category_words, description, title_words, other_words)
    VALUES ('delete', OLD.id, OLD.title, OLD.sku, OLD.category_words, OLD.description, OLD.title_words, OLD.other_words);
    DELETE FROM product_category WHERE product_id = OLD.id;
    DELETE FROM product_tag WHERE product_id = OLD.id;
    DELETE FROM product_image WHERE product_id = OLD.id;
    DELETE FROM old_slug WHERE product_id = OLD.id;
    DELETE FROM words_due WHERE product_id = OLD.id;
END;

-- The tokenizer does all that can be done for ASCII without an apostrophe.
CREATE TRIGGER words_due_of_new AFTER INSERT ON product
WHEN (NEW.title || NEW.sku || NEW.category_words || NEW.description) GLOB '*[^ -&(-~]*' AND
     NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.id)
BEGIN
    INSERT INTO words_due (product_id)
    SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM words_due WHERE product_id = NEW.id);
END;
CREATE TRIGGER words_due_of_changed AFTER UPDATE OF slug, name, sku, category_words, description ON product
WHEN (NEW.title, NEW.sku, NEW.category_words, NEW.description) IS NOT
     (OLD.title, OLD.sku, OLD.category_words, OLD.description) AND
     ((NEW.title || NEW.sku || NEW.category_words || NEW.description) GLOB '*[^ -&(-~]*' OR
      NEW.title_words || NEW.other_words <> '') AND
     NOT EXISTS (SELECT 1 FROM product_in_writing WHERE product_id = NEW.id)
BEGIN
    INSERT INTO words_due (product_id)
    SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM words_due WHERE product_id = NEW.id);
END;
