-- SPDX-License-Identifier: MIT
-- The demo's products and customers.

INSERT INTO product (id, slug, description, price_in_cents) VALUES
    (1, 'iphone-x',            '64GB, black and iOS 12',        99999),
    (2, 'notebook-avell-g1511', 'Notebook Gamer Intel Core i7', 150000),
    (3, 'playstation-4-slim',  '1TB Console',                   32999);

INSERT INTO customer (id, first_name, last_name) VALUES
    (1, 'John',     'Snow'),
    (2, 'Daenerys', 'Targaryen');
