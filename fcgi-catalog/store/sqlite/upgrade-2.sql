-- SPDX-License-Identifier: MIT
-- From schema version 1 to 2: categories, a tree, and the products in them. A category's slug is what a rule of the
-- Discount service may name: 1 to 64 of a-z, 0-9 and single hyphens between them.

CREATE TABLE category (
    slug   TEXT NOT NULL PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*' AND
                                            slug NOT GLOB '-*' AND slug NOT GLOB '*-' AND slug NOT GLOB '*--*'),
    name   TEXT NOT NULL DEFAULT '',
    parent TEXT CHECK (parent <> slug) REFERENCES category (slug) ON UPDATE CASCADE -- NULL: at the top
) STRICT;

CREATE INDEX category_parent ON category (parent);

CREATE TABLE product_category (
    product_id INTEGER NOT NULL REFERENCES product (id) ON UPDATE CASCADE ON DELETE CASCADE,
    category   TEXT    NOT NULL REFERENCES category (slug) ON UPDATE CASCADE,
    PRIMARY KEY (product_id, category)
) STRICT, WITHOUT ROWID;

CREATE INDEX product_category_category ON product_category (category);
