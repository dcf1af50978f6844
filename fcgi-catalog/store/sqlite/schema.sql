-- SPDX-License-Identifier: MIT
-- The catalog's database, schema version 1: products and customers. upgrade-2.sql goes on from here. Ids and prices are
-- what fits the int32 of proto/ecommerce.proto.

CREATE TABLE product (
    id             INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    slug           TEXT    NOT NULL UNIQUE CHECK (slug <> ''),
    description    TEXT    NOT NULL DEFAULT '',
    price_in_cents INTEGER NOT NULL CHECK (price_in_cents BETWEEN 0 AND 2147483647)
) STRICT;

CREATE TABLE customer (
    id         INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    first_name TEXT    NOT NULL DEFAULT '',
    last_name  TEXT    NOT NULL DEFAULT ''
) STRICT;
