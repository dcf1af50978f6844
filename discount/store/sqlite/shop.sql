-- SPDX-License-Identifier: MIT
-- What schema version 4 has beside the others: the shop, as the Catalog told it. It belongs to no revision and has no
-- history. While a pass is under way some of it is of the shop's revision before.

CREATE TABLE shop (
    only_row         INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    told_shop        TEXT NOT NULL DEFAULT '', -- whose products these are; '': nothing was told
    told_revision    INTEGER NOT NULL DEFAULT 0,
    told_at          INTEGER NOT NULL DEFAULT 0, -- when a pass was last completed: seconds since 1970 in UTC; 0: never
    telling          INTEGER NOT NULL DEFAULT 0, -- the number of the last pass
    telling_shop     TEXT NOT NULL DEFAULT '',   -- of the pass that is under way; '': none is
    telling_revision INTEGER NOT NULL DEFAULT 0,
    telling_at       INTEGER NOT NULL DEFAULT 0, -- when it was last heard of
    products         INTEGER NOT NULL DEFAULT 0, -- derived: the rows of shop_product
    bytes            INTEGER NOT NULL DEFAULT 0  -- derived: of their texts
) STRICT;
INSERT INTO shop (only_row) VALUES (1);

CREATE TABLE shop_product (
    id         INTEGER NOT NULL PRIMARY KEY,
    slug       TEXT NOT NULL,
    price      INTEGER NOT NULL,
    categories TEXT NOT NULL -- slugs with commas between them
) STRICT;
CREATE INDEX shop_product_by_slug ON shop_product (slug);
CREATE TRIGGER shop_product_inserted AFTER INSERT ON shop_product
BEGIN
    UPDATE shop SET products = products + 1, bytes = bytes + length(CAST(NEW.slug || NEW.categories AS BLOB));
END;
CREATE TRIGGER shop_product_updated AFTER UPDATE ON shop_product
BEGIN
    UPDATE shop SET bytes = bytes + length(CAST(NEW.slug || NEW.categories AS BLOB))
                            - length(CAST(OLD.slug || OLD.categories AS BLOB));
END;
CREATE TRIGGER shop_product_deleted AFTER DELETE ON shop_product
BEGIN
    UPDATE shop SET products = products - 1, bytes = bytes - length(CAST(OLD.slug || OLD.categories AS BLOB));
END;

CREATE TABLE shop_category (
    number INTEGER NOT NULL PRIMARY KEY,
    slug   TEXT NOT NULL UNIQUE
) STRICT;
-- Slugs that categories had when a rule named them. Until rules have followed, one may be that of another category by now.
CREATE TABLE shop_category_old (
    slug   TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    is_due INTEGER NOT NULL DEFAULT 1 CHECK (is_due IN (0, 1)) -- rules have not followed yet
) STRICT, WITHOUT ROWID;
