# SPDX-License-Identifier: MIT
"""
Whatever callers and shop owners write: bytes of every kind in every parameter, path and header of every route, and in every
field of a product. Requests are FastCGI records by hand, so that the bytes are those that the program gets; what a web server
makes of an answer is looked at behind real ones.
"""
import csv
import io
import json
import re
import sqlite3
from dataclasses import dataclass
from urllib.parse import quote, quote_from_bytes, unquote

import pytest

from harness.catalog import Catalog, Site
from harness.fastcgi import PARAMS, STDIN, Connection, begin, pair, record
from harness.markup import Page
from harness.shapes import SHAPES
from harness.workshop import give_to_web

WRONG = "urn:catalog:problem:wrong-parameter"
FORMS = {"json": "application/json", "page": "text/html", "csv": "text/csv", "text": "text/plain"}

LISTS = ["/products", "/categories/kitchen"]
PARAMETERS = ["limit", "after", "before", "category", "tag", "q", "min_price", "max_price", "sort", "fields", "count", "explain"]

SQL = ["'", "''", '"', "`", ";", "--", "/*", "%", "%%", "_", "\\", "\\'", "[a-z]*", "?", "?1", ":a", "$a", "' OR 1=1--",
       "x' UNION SELECT hex(secret) FROM shop--", "1;DROP TABLE product", "1 OR 1=1", "NULL", "||", "char(0)"]
FTS = ['"', '""', '"a', 'a"b', "*", "a*", "^a", "-a", "+a", "a+b", "(", ")", "()", "(a", "a OR b", "OR", "AND", "NOT", "a NOT b",
       "NEAR", "NEAR(a b)", "NEAR(a b, 0)", "name:a", "title:a", "{title sku}: a", "-title:a", "a AND", "^", ":", ",", "rank",
       "product_search", "\\"]
ENCODED = [b"\0", b"a\0b", b"\0\0", b"\x80", b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf",
           b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\xc3(", b"a\xc3",
           b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\x7f", b"\x1b[31m", b"\t", b"\n",
           b"\r\nX-Evil: 1", b"\r\n\r\n<p>", "é".encode(), "e\u0301".encode(), "\U0001f45f".encode(), "\u0661".encode(),
           "\ufdfa".encode() * 20]
NUMBERS = ["-1", "+1", "01", "1.0", "1e2", "0x10", " 1", "1 ", "2147483647", "2147483648", "9223372036854775807",
           "9223372036854775808", "99999999999999999999999", "NaN", "inf", "--1", "1,1"]
MARKUP = ["<script>evil()</script>", "\"><img src=x onerror=evil()>", "'>", "</title>", "javascript:evil()", "&amp;", "&#0;",
          "${7*7}", "{{7*7}}", "../../etc/passwd", "//evil.example", "%s%n", "%2527"]
LONG = ["x" * 200, "x" * 201, "x" * 3900, "a " * 100, "a " * 1500, "é" * 100, "é" * 101, "\u0344" * 100, "a-" * 40, "9" * 1000,
        "(" * 200, '"' * 199, "a," * 1500, "slug," * 700]
TEXTS = SQL + FTS + NUMBERS + MARKUP + LONG

# As they stand in a query: all encoded, and what is no right encoding.
VALUES = ["", *(quote(text, safe="") for text in TEXTS), *map(quote_from_bytes, ENCODED),
          "%", "%4", "%zz", "%%41", "a%", "+", "+++", "%20", "=", "==", "a=b", "a;b", "%26", "%3D"]
# And bytes that a query should not have.
RAW = [b"\x80", b"\xff", "é".encode(), b"a b", b"a\tb", b"<>", b'"', b"\\", b"\x01", b"{}", b"#a", b"a\nb", b"a\r\nX-Evil: 1"]


# ---- Asking -----------------------------------------------------------------------------------------------------------


@dataclass
class Answer:
    status: int
    headers: list  # (name in small letters, value)
    body: bytes

    def header(self, name):
        [value] = [value for key, value in self.headers if key == name.lower()] or [None]
        return value

    def json(self):
        return json.loads(self.body.decode())


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def ask(catalog, path, query=b"", method="GET", **headers):
    """One request with exactly these bytes; the answer, taken apart by the rules."""
    variables = {"REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
                 "REQUEST_URI": to_bytes(path) + (b"?" + to_bytes(query) if query else b""), "SERVER_PROTOCOL": "HTTP/1.1",
                 "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": "0"} | {"HTTP_" + name: value for name, value in headers.items()}
    content = b"".join(pair(name.encode(), to_bytes(value)) for name, value in variables.items())
    with Connection(catalog.socket_path) as connection:
        connection.send(begin() + record(PARAMS, content) + record(PARAMS) + record(STDIN))
        output = connection.answer()
    head, found, body = output.partition(b"\r\n\r\n")
    assert found, output[:200]
    lines = [re.fullmatch(rb"([A-Za-z-]+): ([\x20-\x7e]*)", line) for line in head.split(b"\r\n")]
    assert all(lines), f"a header line is not one: {head}"
    answer = [(line[1].decode().lower(), line[2].decode()) for line in lines]
    status = int(dict(answer).get("status", "200").split()[0])
    assert "x-evil" not in dict(answer)
    return Answer(status, answer, body)


def check_answer(answer, form="json"):
    """What holds for every answer: a right one, or a problem whose text is one line that can be read."""
    assert answer.status in (200, 301, 304, 400, 404, 406, 414, 431), (answer.status, answer.body)
    kind = (answer.header("Content-Type") or "").split(";")[0]
    text = answer.body.decode()  # UTF-8, whatever came in
    if kind.endswith("json"):
        found = json.loads(text)
        assert "\n" not in text.rstrip("\n")
    elif kind == "text/html":
        page = Page(text)
        assert not [name for name, attributes in page.elements if name in ("script", "iframe", "object")]
    if answer.status >= 400 and form in ("json", "csv"):
        assert kind == "application/problem+json"
        assert (found["status"], found["type"][:20]) == (answer.status, "urn:catalog:problem:")
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", found["detail"] + found.get("parameter", "") + found.get("allowed", ""))
        assert found["detail"].endswith(".") and len(found["detail"]) < 500
    return answer


def check_refusal(answer, parameter):
    check_answer(answer)
    assert answer.status == 400, answer.body
    found = answer.json()
    assert (found["type"], found.get("parameter")) == (WRONG, parameter), found
    return found


# ---- The shop ---------------------------------------------------------------------------------------------------------

PLAIN = [(1, "one", "Near or far", "a steel mug", 100), (2, "two", "Not and", "an oak board", 200),
         (3, "three", "Title rank", "a mug of oak", 300)]


def make_site(workshop, keys, port):
    """Three products in a category of two."""
    site = Site(workshop.new("hostile"), keys, port, CATALOG_DEADLINE_MS=5000)
    with sqlite3.connect(site.var / "catalog.db") as database:
        database.execute("DELETE FROM product")
        database.executemany("INSERT INTO category (slug, parent) VALUES (?, ?)", [("home", None), ("kitchen", "home")])
        database.executemany("INSERT INTO product (id, slug, name, description, price_in_cents) VALUES (?, ?, ?, ?, ?)", PLAIN)
        database.executemany("INSERT INTO product_category VALUES (?, 'kitchen')", [(row[0],) for row in PLAIN])
    database.close()
    give_to_web(site.path)
    return site


@pytest.fixture(scope="module")
def catalog(workshop, keys, discountd):
    made = Catalog(make_site(workshop, keys, discountd.port))
    yield made
    made.stop()


# ---- Parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", PARAMETERS)
def test_every_value_of_a_parameter_is_right_or_refused_by_name(catalog, path, name):
    counts = {200: 0, 400: 0}
    for value in [*map(str.encode, VALUES), *RAW]:
        answer = ask(catalog, path, name.encode() + b"=" + value)
        if answer.status == 200:
            check_answer(answer)
            assert set(answer.json() if path == "/products" else answer.json()["children"]) is not None
        elif name == "category" and path != "/products":
            check_refusal(answer, "category")
        elif answer.status == 403:
            pytest.fail(f"{name}={value}: nobody is an administrator of anything here: {answer.body}")
        elif b"&" in value or b";" in value or b"#" in value:
            check_answer(answer)
        else:
            check_refusal(answer, name)
        counts[answer.status] += 1
    assert counts[400] > 0
