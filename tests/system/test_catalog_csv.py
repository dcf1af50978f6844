# SPDX-License-Identifier: MIT
"""The whole catalog as CSV: streamed, in bounded memory, while others are served."""
import csv
import io
import json
import os
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.catalog import Catalog, Cgi, Site
from harness.contract import LIST
from harness.fastcgi import Connection, body_of, get
from harness.paths import not_sanitized
from harness.process import wait_until
from harness.shapes import SHAPES, few
from harness.shop import EIGHT, add_products, change, stock

HEADER = ["id", "sku", "slug", "name", "description", "price_in_cents", "currency", "categories", "category_names", "tags",
          "images", "stock", "created_at", "updated_at", "compare_at_price_in_cents", "variants"]
MANY = 5_000


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-proxy", "apache-cgid",
                                        "nginx", "nginx-no-keepalive", "cgi-by-hand"]))
def web(request, workshop, keys, discountd):
    """The Catalog in one shape, with products for more than a megabyte."""
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port)
    stock(site, sql=EIGHT, first=1000, count=MANY, words='Words, "quotes"\nand é, ' + "x" * 200)
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


def rows(body):
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def test_the_file_is_the_whole_catalog(web):
    answer = web.request("/products.csv")
    assert (answer.status, answer.header("Content-Type")) == (200, "text/csv; charset=utf-8")
    assert answer.header("Content-Disposition") == 'attachment; filename="products.csv"'
    found = rows(answer.body)
    assert list(found[0]) == HEADER
    assert [int(row["id"]) for row in found] == [1, 2, 3, *range(11, 19), *range(1000, 1000 + MANY)]
    assert found[3] | {"created_at": "", "updated_at": ""} == {
        "id": "11", "sku": "K-1", "slug": "mug", "name": "Enamel mug", "description": "Blue, 300 ml", "price_in_cents": "1200",
        "currency": "EUR", "categories": "home/kitchen", "category_names": "Home/Kitchen", "tags": "new",
        "images": "/pictures/mug.svg A blue mug", "stock": "in-stock", "created_at": "", "updated_at": "",
        "compare_at_price_in_cents": "", "variants": ""}
    assert found[-1]["description"] == 'Words, "quotes"\nand é, ' + "x" * 200
    assert answer.body.count(b"\r\n") == len(found) + 1
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.header("X-Total-Count") == str(len(found))


def test_the_list_as_csv_is_the_same_file(web):
    by_name, by_accept = (web.request(path, headers=[("Accept", "text/csv")]) for path in ("/products.csv", "/products"))
    assert by_accept.header("Content-Type") == "text/csv; charset=utf-8"
    assert by_name.body == by_accept.body
    assert web.request("/products?limit=1", headers=[("Accept", "text/csv")]).status == 406


def test_for_a_spreadsheet_no_cell_runs_and_another_tag_holds(web):
    plain, safe = (web.request(path) for path in ("/products.csv", "/products.csv?for=spreadsheet"))
    assert safe.header("Content-Type") == plain.header("Content-Type")
    assert safe.header("ETag") != plain.header("ETag")
    found = list(csv.DictReader(io.StringIO(safe.body.decode("utf-8-sig"), newline="")))
    assert list(found[0]) == [*HEADER, "spreadsheet"]
    assert [row | {"spreadsheet": ""} for row in found] == [row | {"spreadsheet": ""} for row in rows(plain.body)]
    for path in ("/products.csv?for=people", "/products.csv?for=", "/products?for=spreadsheet"):
        answer = web.request(path, headers=[("Accept", "application/problem+json, text/csv;q=0.1")])
        assert (answer.status, json.loads(answer.body)["parameter"]) == (400, "for")


def test_nobodys_price_is_in_it(web):
    assert web.request("/products.csv", headers=[("X-USER-ID", "1")]).body == web.request("/products.csv").body


def test_head_has_no_body(web):
    answer = web.request("/products.csv", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    whole = web.request("/products.csv")
    for name in ("Content-Type", "Content-Length", "X-Total-Count", "ETag"):
        assert answer.header(name) == whole.header(name) is not None, name


# ---- One process ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(workshop, keys, discountd):
    """A site with 25 megabytes of products: no socket takes them at once."""
    site = Site(workshop.new("large"), keys, discountd.port)
    add_products(site, 1000, 6_000, words="x" * 4000)
    return site


@pytest.fixture
def catalog(start, large, request):
    """A catalog.fcgi of its own for each test."""
    return start(Catalog, large, name=f"{request.node.name[-20:]}.s")


def memory_kib(pid, name):
    """A line of /proc/PID/status."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name + ":")]
    return int(line.split()[1])


def begin_download(catalog):
    connection = Connection(catalog.socket_path, seconds=60)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.send(get("/products.csv"))
    assert connection.socket.recv(8) != b""
    return connection


def sockets(catalog):
    """How many sockets it has open. (Files that SQLite has closed may stay open, for it to use again.)"""
    def is_socket(path):
        try:
            return os.readlink(path).startswith("socket:")
        except OSError:
            return False
    [serving] = catalog.workers()
    return sum(map(is_socket, Path(f"/proc/{serving}/fd").iterdir()))


def ask(catalog, path="/products?limit=1"):
    with Connection(catalog.socket_path) as connection:
        connection.send(get(path))
        return body_of(connection.answer())


def test_readers_that_stand_still_hold_up_nobody(catalog):
    ask(catalog)
    def time_answers():
        began = time.monotonic()
        for _ in range(200):
            assert ask(catalog).startswith(b'[{"id":1,')
        return time.monotonic() - began
    before = sockets(catalog)
    quiet = time_answers()
    stalled = [begin_download(catalog) for _ in range(4)]
    assert time_answers() < 5 * quiet + 1
    for each in stalled:
        each.socket.close()
    wait_until(lambda: sockets(catalog) <= before + 2, 10, "what they held is given back")


def test_readers_that_vanish_leave_nothing_behind(catalog):
    ask(catalog)
    before = sockets(catalog)
    for _ in range(60):
        begin_download(catalog).socket.close()
    wait_until(lambda: sockets(catalog) <= before + 2, 10, "what they held is given back")
    assert ask(catalog, "/products.csv").count(b"\r\n") == 6_004


@not_sanitized("AddressSanitizer keeps what was freed")
def test_memory_does_not_grow_with_the_catalog(catalog):
    with Connection(catalog.socket_path, seconds=60) as connection:
        connection.send(get("/products.csv"))
        body = body_of(connection.answer())
    assert len(body) > 24_000_000
    [serving] = catalog.workers()
    assert memory_kib(serving, "VmHWM") - memory_kib(serving, "RssFile") < 32 * 1024


def test_too_many_downloads_are_told_to_come_again(catalog):
    stalled = [begin_download(catalog) for _ in range(4)]
    with Connection(catalog.socket_path) as connection:
        connection.send(get("/products.csv"))
        answer = connection.answer()
    assert b"Status: 503 " in answer and b"Retry-After: " in answer
    assert ask(catalog).startswith(b'[{"id":1,')
    for each in stalled:
        each.socket.close()
    wait_until(lambda: len(ask(catalog, "/products.csv")) > 24_000_000, 20, "there is room again")


def test_a_download_that_is_not_read_is_cut_off(start, large):
    catalog = start(Catalog, large, name="cut.s", CATALOG_ANSWER_MS=1000)
    idle = 2  # the listening one, and the connection to Discount
    wait_until(lambda: sockets(catalog) == idle, 10, "it is connected to Discount")
    with begin_download(catalog) as connection:
        wait_until(lambda: sockets(catalog) == idle, 20, "the download is given up")
        with pytest.raises(EOFError):
            connection.answer()


def test_a_slow_download_does_not_let_the_databases_log_grow(start, large):
    """In an answer's time it may be as slow as it likes; then it is given up when the log has grown by 64 MiB."""
    catalog = start(Catalog, large, name="log.s", CATALOG_ANSWER_MS=4000)
    change(large, "CREATE TABLE ballast (bytes)")
    try:
        with begin_download(catalog) as connection, ThreadPoolExecutor(1) as owner:
            grown = owner.submit(change, large, "INSERT INTO ballast VALUES (zeroblob(70000000))")
            read = 0
            while part := connection.socket.recv(1 << 14):
                read += len(part)
                # So slowly that it lasts longer than those four seconds and than what the owner does.
                time.sleep(0.005 if grown.done() else 0.05)
            grown.result()
        assert read < 24_000_000
        assert int(re.search(r" download-given-up seconds=(\d+) ", catalog.log()).group(1)) >= 4
    finally:
        change(large, "DROP TABLE ballast")


def test_a_download_is_of_the_moment_at_which_it_began(catalog, large):
    with begin_download(catalog) as connection:
        change(large, "UPDATE product SET name = 'changed' WHERE id = 6999")
        assert ask(catalog, "/products/6999?fields=name") == b'{"id":6999,"name":"changed"}\n'
        rest = b""
        while part := connection.socket.recv(1 << 20):
            rest += part
    assert b"Product 6999," in rest and b"changed" not in rest
    assert b",changed," in ask(catalog, "/products.csv")


def test_a_download_that_is_read_slowly_is_finished_when_the_catalog_ends(start, make_site, discountd):
    site = make_site(discountd.port)
    add_products(site, 1000, 5_000, words="x" * 400)
    catalog = start(Catalog, site)
    with begin_download(catalog) as connection:
        catalog.popen.terminate()
        rest = b""
        while part := connection.socket.recv(1 << 14):
            rest += part
    assert b"\r\n5999," in rest
    assert catalog.wait_for_exit() == 0


def test_the_contracts_bytes_stay(make_site, discountd):
    assert Cgi(make_site(discountd.port)).request("/products").body == LIST
