# SPDX-License-Identifier: MIT
"""Two web servers, each with a Catalog and a copy of one database: what one hands out the other takes."""
import json
import re
import sqlite3

import pytest

from harness.catalog import Catalog
from harness.fastcgi import Connection, body_of, get
from harness.process import run, wait_until
from harness.shop import EIGHT, change


def ask(catalog, path, **headers):
    with Connection(catalog.socket_path) as connection:
        connection.send(get(path, **headers))
        return connection.answer()


def header(answer, name):
    return re.search(rf"^{name}: (.*)\r$".encode(), answer, re.MULTILINE).group(1).decode()


def next_page(answer):
    return re.search(rb'<([^>]*)>; rel="next"', answer).group(1).decode()


@pytest.fixture
def servers(start, make_site, discountd):
    """Two, with databases that were made separately; the first has eight products."""
    sites = [make_site(discountd.port) for _ in range(2)]
    change(sites[0], EIGHT)
    return [(site, start(Catalog, site)) for site in sites]


def copy(source, target, carried):
    """As deploy/README.md says, while both are served."""
    for database, command in ((source, "backup"), (target, "restore")):
        done = run(["sqlite3", database.var / "catalog.db", ".timeout 5000", f".{command} {carried}"])
        assert (done.returncode, done.stderr) == (0, "")


def test_a_copied_database_takes_the_cursors_and_tags_of_the_other(servers, workshop):
    (first_site, first), (second_site, second) = servers
    copy(first_site, second_site, workshop.new("carried") / "catalog.db")
    wait_until(lambda: body_of(ask(second, "/products")) == body_of(ask(first, "/products")), 10, "the copy to be served")
    page = ask(first, "/products?limit=3")
    followed = [ask(catalog, next_page(page)) for _, catalog in servers]
    assert len(json.loads(body_of(followed[0]))) == 3 and body_of(followed[0]) == body_of(followed[1])
    for path in ("/products", "/products?limit=3", "/categories"):
        tag = header(ask(first, path), "ETag")
        assert ask(second, path, HTTP_IF_NONE_MATCH=tag).startswith(b"Status: 304")
    tag = header(ask(first, "/products", HTTP_X_USER_ID="1"), "ETag")
    assert ask(second, "/products", HTTP_X_USER_ID="1", HTTP_IF_NONE_MATCH=tag).startswith(b"Status: 304")


def test_a_change_that_is_copied_is_the_same_revision_on_both(servers, workshop):
    (first_site, first), (second_site, second) = servers
    copy(first_site, second_site, workshop.new("carried") / "catalog.db")
    change(first_site, "UPDATE product SET price_in_cents = 1 WHERE id = 1")
    wait_until(lambda: b'"price_in_cents":1,' in ask(first, "/products?limit=1"), 10, "the change")
    tag = header(ask(first, "/products?limit=1"), "ETag")
    assert ask(second, "/products?limit=1", HTTP_IF_NONE_MATCH=tag).startswith(b"Status: 200")
    copy(first_site, second_site, workshop.new("carried") / "again.db")
    wait_until(lambda: ask(second, "/products?limit=1", HTTP_IF_NONE_MATCH=tag).startswith(b"Status: 304"), 10, "the copy")


def test_databases_that_were_made_separately_share_nothing(servers):
    (first_site, first), (second_site, second) = servers
    with sqlite3.connect(second_site.var / "catalog.db") as database:
        database.executescript(EIGHT)
    database.close()
    wait_until(lambda: body_of(ask(second, "/products")) == body_of(ask(first, "/products")), 10, "the same products")
    refused = ask(second, next_page(ask(first, "/products?limit=3")))
    assert refused.startswith(b"Status: 400") and b"wrong-parameter" in body_of(refused)
    tag = header(ask(first, "/products"), "ETag")
    assert ask(second, "/products", HTTP_IF_NONE_MATCH=tag).startswith(b"Status: 200")
