-- SPDX-License-Identifier: MIT
-- From schema version 2 to 3: a shop with a currency, products with all that a shop says of them, search. indexes.sql
-- and triggers.sql go on from here. The limits are those of fcgi-catalog/catalog/field.h.

-- ---- The shop: one row ----

CREATE TABLE shop (
    only_row   INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    currency   TEXT    NOT NULL DEFAULT '' CHECK (currency = '' OR currency GLOB '[A-Z][A-Z][A-Z]'), -- ISO 4217
    secret     BLOB    NOT NULL CHECK (length(secret) = 32), -- cursors are signed with it
    revision   INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1), -- grows with every change but those of customers
    changed_at INTEGER NOT NULL -- when it grew last: seconds since 1970 in UTC, as all times here
) STRICT;

INSERT INTO shop (only_row, secret, changed_at) VALUES (1, randomblob(32), unixepoch());

-- ---- Products ----

ALTER TABLE product ADD COLUMN sku TEXT NOT NULL DEFAULT '' CHECK (length(sku) <= 100 AND instr(sku, char(0)) = 0);
ALTER TABLE product ADD COLUMN name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 500 AND instr(name, char(0)) = 0);
ALTER TABLE product ADD COLUMN stock TEXT NOT NULL DEFAULT ''
    CHECK (stock IN ('', 'in-stock', 'low', 'out-of-stock', 'preorder', 'discontinued')); -- '': nobody knows
ALTER TABLE product ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0 -- 0: nobody knows
    CHECK (created_at BETWEEN 0 AND 253402300799);
ALTER TABLE product ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0 CHECK (updated_at BETWEEN 0 AND 253402300799);

-- Derived from the other columns, and kept by triggers. What people see as its name, in the form that is sorted by: the
-- words as search folds them, cut after 63 characters.
ALTER TABLE product ADD COLUMN sort_name TEXT NOT NULL DEFAULT '' CHECK (length(sort_name) <= 63);
-- The names of the categories that it is in, and of those above them, for search.
ALTER TABLE product ADD COLUMN category_words TEXT NOT NULL DEFAULT '';
ALTER TABLE product ADD COLUMN title TEXT GENERATED ALWAYS AS (CASE name WHEN '' THEN slug ELSE name END) VIRTUAL;

CREATE TABLE product_tag (
    product_id INTEGER NOT NULL REFERENCES product (id) ON UPDATE CASCADE ON DELETE CASCADE,
    tag        TEXT    NOT NULL CHECK (length(tag) BETWEEN 1 AND 255 AND instr(tag, char(0)) = 0),
    PRIMARY KEY (product_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE product_image (
    product_id INTEGER NOT NULL REFERENCES product (id) ON UPDATE CASCADE ON DELETE CASCADE,
    position   INTEGER NOT NULL CHECK (position BETWEEN 1 AND 2147483647),
    url        TEXT    NOT NULL CHECK (length(url) BETWEEN 1 AND 2048 AND instr(url, char(0)) = 0),
    alt        TEXT    NOT NULL DEFAULT '' CHECK (length(alt) <= 1000 AND instr(alt, char(0)) = 0), -- what it shows
    PRIMARY KEY (product_id, position)
) STRICT, WITHOUT ROWID;

-- Slugs that products had before they were renamed. No product has one of them today.
CREATE TABLE old_slug (
    slug       TEXT    NOT NULL PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES product (id) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- ---- Categories ----

-- As it was, and with a number that it keeps when its slug changes.
CREATE TABLE category_3 (
    slug          TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*' AND
                                              slug NOT GLOB '-*' AND slug NOT GLOB '*-' AND slug NOT GLOB '*--*'),
    name          TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 500 AND instr(name, char(0)) = 0),
    parent        TEXT CHECK (parent <> slug) REFERENCES category_3 (slug) ON UPDATE CASCADE, -- NULL: at the top
    number        INTEGER NOT NULL PRIMARY KEY,
    product_count INTEGER NOT NULL DEFAULT 0 -- derived: rows of product_in
) STRICT;
-- A name ends before its first NUL.
INSERT INTO category_3 (slug, name, parent)
SELECT slug, CASE instr(name, char(0)) WHEN 0 THEN name ELSE substr(name, 1, instr(name, char(0)) - 1) END, parent
FROM category ORDER BY slug;
DROP TABLE category;
ALTER TABLE category_3 RENAME TO category;
CREATE INDEX category_parent ON category (parent);

-- Derived: each category with itself and all that are above it.
CREATE TABLE category_above (
    category INTEGER NOT NULL, -- numbers
    above    INTEGER NOT NULL,
    PRIMARY KEY (category, above)
) STRICT, WITHOUT ROWID;

-- Derived: the products that are in a category or in one below it, each once, and their prices.
CREATE TABLE product_in (
    category       INTEGER NOT NULL, -- its number
    product_id     INTEGER NOT NULL,
    price_in_cents INTEGER NOT NULL,
    PRIMARY KEY (category, product_id)
) STRICT, WITHOUT ROWID;

-- What category_above is, and product_in and category_words are made of.
CREATE VIEW category_above_now (category, above) AS
    WITH RECURSIVE way (category, above) AS (
        SELECT number, number FROM category
        UNION SELECT way.category, upper.number
              FROM way JOIN category lower ON lower.number = way.above JOIN category upper ON upper.slug = lower.parent)
    SELECT category, above FROM way;

-- Once for each way that leads there.
CREATE VIEW product_in_now (product_id, category) AS
    SELECT membership.product_id, category_above.above
    FROM product_category membership CROSS JOIN category ON category.slug = membership.category
                                     CROSS JOIN category_above ON category_above.category = category.number;

CREATE VIEW category_words_now (product_id, words) AS
    SELECT product_id, group_concat(CASE name WHEN '' THEN slug ELSE name END, ' ')
    FROM (SELECT DISTINCT product_id, number, slug, name
          FROM product_in_now CROSS JOIN category ON number = product_in_now.category
          ORDER BY product_id, number)
    GROUP BY product_id;

-- ---- Search ----

CREATE VIRTUAL TABLE product_search USING fts5 (
    title, sku, category_words, description,
    content = 'product', content_rowid = 'id', columnsize = 0, prefix = '2 3', tokenize = "unicode61 remove_diacritics 2"
);

-- Where a trigger has one name taken apart into words as product_search does it: the same tokenizer.
CREATE VIRTUAL TABLE name_folding USING fts5 (
    name, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE name_folded USING fts5vocab (name_folding, instance);

-- ---- Customers ----

ALTER TABLE customer ADD COLUMN login TEXT NOT NULL DEFAULT '' CHECK (length(login) <= 255 AND
                                                                      instr(login, char(0)) = 0);
CREATE UNIQUE INDEX customer_by_login ON customer (login) WHERE login <> '';
CREATE UNIQUE INDEX product_by_sku ON product (sku) WHERE sku <> '';
CREATE INDEX old_slug_by_product ON old_slug (product_id);
