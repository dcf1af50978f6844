# SPDX-License-Identifier: MIT
"""What callers get when something is wrong, behind real web servers."""
import json
import os
import sqlite3

import pytest

from harness.catalog import Catalog, Cgi, Site
from harness.contract import LIST
from harness.fastcgi import STDIN, Connection, begin, body_of, get, params, record
from harness.process import wait_until
from harness.shapes import SHAPES, few
from harness.shop import EIGHT, change

URN = "urn:catalog:problem:"


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-proxy", "nginx", "cgi-by-hand"]))
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port)
    change(site, EIGHT)
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


def problem(answer):
    """The problem that an answer is, checked for what all have in common."""
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.header("Cache-Control") == "private, no-store"
    found = json.loads(answer.body)
    assert (found["status"], found["title"]) == (answer.status, answer.reason)
    assert found["type"].startswith(URN)
    assert found["detail"].endswith(".")
    return found


@pytest.mark.parametrize("query, parameter, allowed", [
    ("limit=0", "limit", "1 to 250"), ("limit=251", "limit", "1 to 250"), ("limit=x", "limit", "1 to 250"),
    ("limit=", "limit", "1 to 250"), ("limit=1&limit=1", "limit", ""), ("sort=size", "sort", "price"),
    ("min_price=-1", "min_price", ""), ("max_price=1.5", "max_price", ""), ("fields=slug,colour", "fields", "slug"),
    ("after=abc", "after", ""), ("before=x&after=y", "", ""), ("count=2", "count", "1"), ("explain=yes", "explain", "1"),
    ("page=2", "page", ""), ("a=/nothing", "a", ""), ("q=" + "x" * 401, "q", "400"), ("q=" + "x+" * 9, "q", "8 words"), ("q=%ff", "q", ""),
    ("category=A%20b", "category", ""), ("LIMIT=5", "LIMIT", ""),
], ids=lambda value: str(value)[:20])
def test_a_wrong_parameter_is_named_with_what_is_allowed(web, query, parameter, allowed):
    answer = web.request(f"/products?{query}")
    assert answer.status == 400
    found = problem(answer)
    assert found["type"] == URN + "wrong-parameter"
    assert parameter in found.get("parameter", "") and allowed in found.get("allowed", "")


@pytest.mark.parametrize("name", ["q", "category", "tag", "after", "sort", "fields", "limit", "min_price"])
def test_whatever_a_parameter_holds_there_is_an_answer(web, name):
    for value in ["%00", "a%00b", "%80", "%c3%28", "%ed%a0%80", "'", "%25", "_", '"', "%5c", "%0d%0aX:%20y", "*", "-a", "^a",
                  "%3cscript%3e", "a%20OR%20b", "NEAR(", "a%2b", "%f0%9f%91%9f"]:
        answer = web.request(f"/products?{name}={value}")
        assert answer.status in (200, 400)
        if answer.status == 400:
            problem(answer)
        assert answer.header("X") is None


def test_a_cursor_is_bound_to_its_query_and_cannot_be_changed(web):
    link = web.request("/products?limit=2&sort=price").header("Link")
    cursor = link.split("after=", 1)[1].split(">", 1)[0]
    assert web.request(f"/products?limit=2&sort=price&after={cursor}").status == 200
    assert web.request(f"/products?limit=3&sort=price&after={cursor}").status == 200
    assert problem(web.request(f"/products?limit=2&after={cursor}"))["parameter"] == "after"
    changed = cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:]
    assert problem(web.request(f"/products?limit=2&sort=price&after={changed}"))["parameter"] == "after"


def test_nothing_is_at_an_unknown_address(web):
    assert problem(web.request("/nothing"))["type"] == URN + "not-found"


@pytest.mark.parametrize("path", ["/products", "/products/mug", "/categories", "/products.csv"])
def test_a_method_that_is_not_taken_names_those_that_are(web, path):
    answer = web.request(path, method="DELETE")
    assert answer.status == 405
    assert answer.header("Allow") == "GET, HEAD, OPTIONS"
    assert problem(answer)["allowed"] == "GET, HEAD, OPTIONS"
    options = web.request(path, method="OPTIONS")
    assert (options.status, options.body, options.header("Allow")) == (204, b"", "GET, HEAD, OPTIONS")


def test_a_form_that_there_is_not_names_those_there_are(web):
    answer = web.request("/products", headers=[("Accept", "image/png")])
    assert answer.status == 406
    found = problem(answer)
    assert found["parameter"] == "Accept" and "application/json" in found["allowed"]


def test_who_asks_for_text_gets_text(web):
    text = [("Accept", "text/plain")]
    assert web.request("/products/no-such", headers=text).body == b"There is no such product.\n"
    assert web.request("/products", headers=text).body.startswith(b"This address can be had as application/json, ")
    answer = web.request("/products?limit=0", headers=text)
    assert answer.header("Content-Type").split(";")[0] == "text/plain"
    assert answer.body.startswith(b"The parameter limit ") and answer.body.count(b"\n") == 1


def test_a_path_or_query_that_is_too_long_is_refused(web):
    answer = web.request("/" + "x" * 2100)
    assert answer.status == 414
    assert problem(answer)["type"] == URN + "address-too-long"
    answer = web.request("/products?q=" + "x" * 4200)
    assert answer.status == 414
    problem(answer)


def test_a_header_that_is_too_long_is_refused(web):
    """By the program (431), or by the web server before it (400); lighttpd leaves it to the program."""
    answer = web.request("/products", headers=[("If-None-Match", '"' + "x" * 8200 + '"')])
    assert answer.status in (400, 431)
    if answer.status == 431:
        assert problem(answer)["parameter"] == "If-None-Match"
    assert web.request("/products").status == 200


def test_the_program_itself_refuses_a_header_that_is_too_long(start, make_site, discountd):
    site = make_site(discountd.port)
    answer = Cgi(site).request("/products", headers=[("If-None-Match", "x" * 8193)])
    assert (answer.status, problem(answer)["parameter"]) == (431, "If-None-Match")
    catalog = start(Catalog, site)
    with Connection(catalog.socket_path) as connection:
        connection.send(begin() + params([("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/products"),
                                          ("HTTP_ACCEPT", "x" * 8193)]) + record(STDIN))
        assert b"Status: 431 " in connection.answer()


# ---- The database -----------------------------------------------------------------------------------------------------


def ask(catalog, path):
    with Connection(catalog.socket_path) as connection:
        connection.send(get(path))
        return connection.answer()


def test_without_a_database_there_is_503_and_when_to_come_again(make_site, discountd):
    site = make_site(discountd.port)
    (site.var / "catalog.db").unlink()
    for path in ("/products", "/products/1", "/categories", "/products.csv"):
        answer = Cgi(site).request(path)
        assert answer.status == 503
        assert int(answer.header("Retry-After")) > 0
        assert problem(answer)["type"] == URN + "unavailable"


def delete(database):
    database.unlink()


def move_another_over(database):
    database.with_name("other.db").write_bytes(b"garbage")
    database.with_name("other.db").replace(database)


def write_garbage_into(database):
    database.write_bytes(b"garbage" * 1000)


def cut(database):
    os.truncate(database, 100)


@pytest.mark.parametrize("spoil, why", [
    (delete, "file .*deleted"), (move_another_over, "file .*moved over"), (write_garbage_into, r"\w+ "),
    (cut, 'version reason="(?!column)')])
def test_a_database_that_is_gone_is_told_at_once_and_by_the_sign_of_life(start, make_site, discountd, spoil, why):
    site = make_site(discountd.port)
    catalog = start(Catalog, site)
    catalog.expect("store-failed")
    assert body_of(ask(catalog, "/")) == b"It is working."
    before = body_of(ask(catalog, "/products"))
    spoil(site.var / "catalog.db")
    wait_until(lambda: ask(catalog, "/").startswith(b"Status: 503"), 10, "the sign of life to end")
    assert body_of(ask(catalog, "/products")) == before  # what is known is served
    assert catalog.count_log(rf"store-failed reading={why}") >= 1


@pytest.mark.parametrize("endings", [["-wal"], ["-shm"], ["-wal", "-shm"]], ids=["wal", "shm", "both"])
def test_a_database_whose_log_was_deleted_is_opened_anew(start, make_site, discountd, endings):
    site = make_site(discountd.port)
    catalog = start(Catalog, site)
    assert body_of(ask(catalog, "/products")) == LIST
    for ending in endings:
        (site.var / f"catalog.db{ending}").unlink()

    def is_changed():
        return b'"price_in_cents":77}' in body_of(ask(catalog, "/products/1"))
    wait_until(lambda: ask(catalog, "/") and catalog.count_log("database-reopened"), 10, "it is noticed")
    catalog.wait_for_log("worker-replaced")
    change(site, "UPDATE product SET price_in_cents = 77 WHERE id = 1")
    wait_until(is_changed, 10, "the change is seen")
    assert catalog.count_log("database-reopened") == 1


def test_what_was_read_is_served_while_the_database_is_locked(start, make_site, discountd):
    site = make_site(discountd.port)
    change(site, "PRAGMA journal_mode = DELETE")
    catalog = start(Catalog, site)
    assert body_of(ask(catalog, "/products")) == LIST
    assert body_of(ask(catalog, "/products/1")).startswith(b'{"id":1,')
    with sqlite3.connect(site.var / "catalog.db", isolation_level=None) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        assert body_of(ask(catalog, "/products")) == LIST
        assert body_of(ask(catalog, "/products/1")).startswith(b'{"id":1,')
        busy = ask(catalog, "/products?sort=name")
        assert b"Status: 503 " in busy and b"Retry-After: " in busy
        owner.execute("ROLLBACK")
    owner.close()
    wait_until(lambda: b"Status: 200 " in ask(catalog, "/products?sort=name"), 5, "the database is read again")


def test_the_program_says_so_when_its_database_is_broken(start, make_site, discountd):
    site = make_site(discountd.port)
    catalog = start(Catalog, site)
    assert body_of(ask(catalog, "/products")) == LIST
    database = site.var / "catalog.db"
    with open(database, "r+b") as file:  # pages, not the header
        file.seek(4096)
        file.write(os.urandom(database.stat().st_size - 4096))
    answer = Cgi(site).request("/products")
    assert answer.status == 503 and answer.header("Retry-After")
    catalog.expect("database-failed", "store-failed", "query-failed")
