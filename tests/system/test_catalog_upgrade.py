# SPDX-License-Identifier: MIT
"""A catalog's database of an older version is brought to today's, in place, and says so."""
import sqlite3
import subprocess

import pytest

from harness.catalog import Catalog, Cgi
from harness.contract import LIST
from harness.fastcgi import Connection, body_of, get
from harness.paths import BIN
from harness.process import as_user, environment, run
from harness.workshop import give_to_web, web_user

TODAY = 13

# What the program of version 1 made, but for the second product's price.
VERSION_1 = """
PRAGMA journal_mode = WAL;
PRAGMA application_id = 0x43544c47;
PRAGMA user_version = 1;
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
INSERT INTO product (id, slug, description, price_in_cents) VALUES
    (1, 'iphone-x', '64GB, black and iOS 12', 99999),
    (2, 'notebook-avell-g1511', 'Notebook Gamer Intel Core i7', 5),
    (3, 'playstation-4-slim', '1TB Console', 32999);
INSERT INTO customer (id, first_name, last_name) VALUES (1, 'John', 'Snow'), (2, 'Daenerys', 'Targaryen');
"""


@pytest.fixture
def old_site(make_site):
    """A site whose database is of schema version 1, and nobody's Discount server."""
    site = make_site(1, CATALOG_DEADLINE_MS=300)
    for path in site.var.glob("catalog.db*"):
        path.unlink()
    with sqlite3.connect(site.var / "catalog.db") as database:
        database.executescript(VERSION_1)
    database.close()
    give_to_web(site.path)
    return site


def state_of(site):
    """The schema version, how many tables there are of later versions, and a price."""
    with sqlite3.connect(site.var / "catalog.db") as database:
        [version] = database.execute("PRAGMA user_version").fetchone()
        [tables] = database.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('category', 'product_in', 'shop')").fetchone()
        [price] = database.execute("SELECT price_in_cents FROM product WHERE id = 2").fetchone()
    database.close()
    give_to_web(site.path)
    return version, tables, price


def test_an_old_database_is_upgraded_when_the_catalog_starts(start, old_site):
    catalog = start(Catalog, old_site, CATALOG_PROCESSES=2)
    with Connection(catalog.socket_path) as connection:
        connection.send(get("/products"))
        assert body_of(connection.answer()) == LIST.replace(b"150000", b"5")
    assert catalog.count_log(rf" database-upgraded .*from=1 to={TODAY}") == 1
    assert state_of(old_site) == (TODAY, 3, 5)


def test_an_old_database_is_upgraded_by_a_cgi_request(old_site):
    assert Cgi(old_site).request("/products").body == LIST.replace(b"150000", b"5")
    assert state_of(old_site) == (TODAY, 3, 5)


def test_an_old_database_that_may_not_be_written_is_refused_by_name(old_site):
    database = old_site.var / "catalog.db"
    database.chmod(0o444)
    done = subprocess.run([*as_user(web_user()), old_site.program], cwd=old_site.path, env=environment(), timeout=20,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert f"{database}: its schema version is 1, and this user may not write it to upgrade it to" in done.stderr
    assert Cgi(old_site).request("/products").status == 503
    assert state_of(old_site) == (1, 0, 5)


def test_the_config_test_names_an_old_database_and_changes_nothing(old_site):
    done = run([old_site.program, "-t"], old_site.path)
    assert done.returncode == 78
    for word in ("catalog.db", "version is 1, older", "catalogctl upgrade"):
        assert word in done.stderr
    assert state_of(old_site) == (1, 0, 5)


def test_catalogctl_upgrades_an_old_database_and_check_says_when_it_is_old(old_site):
    database = old_site.var / "catalog.db"
    check = run([BIN / "catalogctl", "check", database])
    assert check.returncode == 1 and "catalogctl upgrade" in check.stderr
    first, second = (run([BIN / "catalogctl", "upgrade", database]) for _ in range(2))
    assert (first.returncode, first.stdout) == (0, f"{database}: upgraded from schema version 1 to {TODAY}\n")
    assert (second.returncode, second.stdout) == (0, f"{database}: is of schema version {TODAY} already\n")
    assert state_of(old_site) == (TODAY, 3, 5)
    assert run([BIN / "catalogctl", "check", database]).stdout == f"{database}: OK, 3 products, 2 customers, 0 categories\n"


def test_catalogctl_upgrade_folds_what_another_program_has_written(make_site):
    path = make_site(1).var / "catalog.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE product SET name = 'Fußball' WHERE id = 1")
        assert database.execute("SELECT product_id FROM words_due").fetchall() == [(1,)]
    assert run([BIN / "catalogctl", "upgrade", path]).returncode == 0
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT title_words FROM product WHERE id = 1").fetchone() == ("fussball",)
        assert database.execute("SELECT product_id FROM words_due").fetchall() == []
    database.close()


def test_a_database_of_a_later_version_is_left_as_it_is(old_site):
    with sqlite3.connect(old_site.var / "catalog.db") as database:
        database.execute(f"PRAGMA user_version = {TODAY + 1}")
    database.close()
    done = run([BIN / "catalogctl", "upgrade", old_site.var / "catalog.db"])
    assert done.returncode == 1 and "newer" in done.stderr
    assert state_of(old_site) == (TODAY + 1, 0, 5)
