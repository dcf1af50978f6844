# SPDX-License-Identifier: MIT
"""A shop to look at: what an owner does to a site's database by hand."""
import atexit
import shutil
import sqlite3
import tempfile
from pathlib import Path

from harness.workshop import give_to_web

# Eight products in a small tree, beside the demo's three; one of them renamed.
EIGHT = """
    UPDATE shop SET currency = 'EUR';
    INSERT INTO category (slug, name, parent) VALUES
        ('home', 'Home', NULL), ('kitchen', 'Kitchen', 'home'), ('garden', 'Garden', 'home');
    INSERT INTO product (id, slug, name, description, price_in_cents, sku, stock) VALUES
        (11, 'mug', 'Enamel mug', 'Blue, 300 ml', 1200, 'K-1', 'in-stock'),
        (12, 'teapot', 'Teapot', 'Cast iron', 4800, 'K-2', 'low'),
        (13, 'board', 'Chopping board', 'Oak', 2500, 'K-3', ''),
        (14, 'mill', 'Pepper mill', 'Walnut', 3200, 'K-4', 'out-of-stock'),
        (15, 'pot', 'Plant pot', 'Terracotta', 900, 'G-1', 'in-stock'),
        (16, 'can', 'Watering can', 'Zinc, 5 l', 2900, 'G-2', 'preorder'),
        (17, 'rake', 'Rake', 'Ash wood', 2100, 'G-3', ''),
        (18, 'cafe', 'Café press', 'Glass', 3900, '', 'in-stock');
    INSERT INTO product_category VALUES (11, 'kitchen'), (12, 'kitchen'), (13, 'kitchen'), (14, 'kitchen'),
        (15, 'garden'), (16, 'garden'), (17, 'garden'), (18, 'kitchen');
    INSERT INTO product_tag VALUES (11, 'new'), (16, 'new');
    INSERT INTO product_image VALUES (11, 1, '/pictures/mug.svg', 'A blue mug');
    UPDATE product SET slug = 'moka-pot' WHERE slug = 'cafe';
"""


def change(site, sql, *rows):
    """What somebody else does to a site's database: a script, or one statement for each row."""
    with sqlite3.connect(site.var / "catalog.db", timeout=20) as database:
        if rows:
            database.executemany(sql, rows[0])
        else:
            database.executescript(sql)
    database.close()
    give_to_web(site.path)


_stocked = {}  # databases that were made once: the search index of thousands of products takes seconds


def stock(site, *, sql="", **products):
    """The database of a new site in which nobody is yet: what `sql` does, and add_products()."""
    database, wanted = site.var / "catalog.db", (sql, *sorted(products.items()))
    if wanted not in _stocked:
        if sql:
            change(site, sql)
        add_products(site, **products)
        if not _stocked:
            _stocked[None] = Path(tempfile.mkdtemp(prefix="catalog-stocked-", dir="/tmp"))
            atexit.register(shutil.rmtree, _stocked[None], ignore_errors=True)
        _stocked[wanted] = shutil.copy(database, _stocked[None] / f"{len(_stocked)}.db")
    else:
        shutil.copyfile(_stocked[wanted], database)


def add_products(site, first, count, words="A product like any other, described in a sentence or two."):
    """Products of consecutive ids."""
    change(site, "INSERT INTO product (id, slug, name, description, price_in_cents, sku) VALUES (?, ?, ?, ?, ?, ?)",
           [(i, f"product-{i}-x", f"Product {i}", words, i * 100 % 100_000, f"S-{i}") for i in range(first, first + count)])
