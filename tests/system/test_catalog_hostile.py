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
from urllib.parse import quote, quote_from_bytes

import pytest

from harness.catalog import Catalog, Site
from harness.fastcgi import PARAMS, STDIN, Connection, begin, pair, record
from harness.markup import Page
from harness.shapes import SHAPES, few
from harness.workshop import give_to_web

WRONG = "urn:catalog:problem:wrong-parameter"
FORMS = {"json": "application/json", "page": "text/html", "csv": "text/csv", "text": "text/plain"}

PARAMETERS = ["limit", "after", "before", "category", "tag", "q", "min_price", "max_price", "sort", "fields", "count", "explain"]

SQL = ["'", "''", '"', "`", ";", "--", "/*", "%", "%%", "_", "\\", "\\'", "[a-z]*", "?", "?1", ":a", "$a", "' OR 1=1--",
       "x' UNION SELECT hex(secret) FROM shop--", "1;DROP TABLE product", "1 OR 1=1", "NULL", "||", "char(0)"]
FTS = ['"', '""', '"a', 'a"b', "*", "a*", "^a", "-a", "+a", "a+b", "(", ")", "()", "(a", "a OR b", "OR", "AND", "NOT",
       "a NOT b", "NEAR", "NEAR(a b)", "NEAR(a b, 0)", "name:a", "title:a", "{title sku}: a", "-title:a", "a AND", "^", ":", ",", "rank",
       "product_search", "\\"]
ENCODED = [b"\0", b"a\0b", b"\0\0", b"\x80", b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xc0\xaf", b"\xe0\x80\xaf",
           b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\xc3(", b"a\xc3",
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
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

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
        assert not [name for name, attributes in page.elements if name in ("iframe", "object")]
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
    site = Site(workshop.new("hostile"), keys, port)
    with sqlite3.connect(site.var / "catalog.db") as database:
        database.execute("DELETE FROM product")
        database.execute("DELETE FROM former_product")
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


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_value_of_a_parameter_is_right_or_refused_by_name(catalog, name):
    refused = 0
    for value in [*map(str.encode, VALUES), *RAW]:
        answer = check_answer(ask(catalog, "/products", name.encode() + b"=" + value))
        if answer.status == 200:
            assert {product["id"] for product in answer.json()} <= {1, 2, 3}
        elif answer.status == 400:
            refused += 1
            check_refusal(answer, name)
        else:
            assert (answer.status, len(value) > 4000) == (414, True), answer.body
    assert refused > 0


@pytest.mark.parametrize("name", PARAMETERS)
def test_bytes_that_are_no_text_are_refused_in_every_parameter(catalog, name):
    """What is not UTF-8 by RFC 3629, and control characters; encoded or, but for NUL, as they are."""
    refused = [value for value in ENCODED if "?" in value.decode(errors="replace").replace("\ufffd", "?") or
               re.search(r"[\x00-\x1f\x7f-\x9f]", value.decode())]
    assert len(refused) > 20
    for value in refused:
        for text in (quote_from_bytes(value).encode(), *([value] if b"\0" not in value else [])):
            assert "UTF-8 without control" in check_refusal(ask(catalog, "/products", name.encode() + b"=" + text), name)["detail"]


@pytest.mark.parametrize("path, name", [
    *((path, name) for path in ("/products", "/categories/kitchen")
      for name in ("q", "tag", "category", "after", "sort", "fields", "limit", "x")),
    ("/products/one", "fields"), ("/products/one", "x"), ("/categories", "x"), ("/", "q"), ("/", "x"), ("/nowhere", "x")])
def test_a_page_for_people_shows_every_value_as_text(catalog, path, name):
    for value in [*map(str.encode, VALUES), *RAW]:
        answer = check_answer(ask(catalog, path, name.encode() + b"=" + value, ACCEPT="text/html"), "page")
        assert answer.header("Content-Type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/products/one", "/products.csv", "/categories", "/categories/kitchen", "/openapi.json"])
@pytest.mark.parametrize("name", [*PARAMETERS, "page"])
def test_an_address_that_does_not_know_a_parameter_refuses_it(catalog, path, name):
    if path == "/products/one" and name in ("fields", "explain"):
        return
    for value in ["", "1", "a", "%00", "%27"]:
        check_refusal(ask(catalog, path, f"{name}={value}"), name)


def test_the_parameters_of_a_product_are_right_or_refused_by_name(catalog):
    for name in ("fields", "explain"):
        for value in [*map(str.encode, VALUES), *RAW]:
            answer = ask(catalog, "/products/one", name.encode() + b"=" + value)
            if len(value) < 4000:
                check_refusal(answer, name)


@pytest.mark.parametrize("path", ["/products", "/products/one", "/products.csv", "/categories", "/categories/kitchen",
                                  "/openapi.json"])
def test_an_unknown_name_is_refused_and_told_where_it_can_be(catalog, path):
    for value in [*VALUES[1:], *RAW]:
        encoded = to_bytes(value)
        if b"&" in encoded or encoded.startswith((b"=", b"a=")) or len(encoded) > 3900:
            continue
        answer = check_answer(ask(catalog, path, encoded + b"=1"))
        assert answer.status == 400, (value, answer.body)
        found = answer.json()
        assert found["type"] == WRONG and "is no parameter of this address" in found["detail"] and found["allowed"]
        if re.fullmatch(r"[a-z_]{1,60}", str(value)):
            assert found["parameter"] == value


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name != "fields"])  # may come once for each field
def test_a_parameter_that_is_there_twice_is_refused_by_name(catalog, name):
    good = {"limit": "5", "category": "home", "tag": "a", "q": "a", "min_price": "1", "max_price": "9", "sort": "id",
            "count": "1", "explain": "1", "after": "x", "before": "x"}[name]
    encoded = "%" + "%".join(f"{byte:02x}" for byte in name.encode())
    for second in (good, "", "%00", "other"):
        for other_name in (name, encoded):
            found = check_refusal(ask(catalog, "/products", f"{name}={good}&{other_name}={second}"), name)
            assert found["allowed"] == "once"
    # A hundred others between them make no difference.
    assert ask(catalog, "/products", f"{name}={good}" + "&" * 100 + f"{name}={good}").status == 400


def test_what_is_too_long_is_told_so(catalog):
    assert ask(catalog, "/products", "q=" + "x" * 4094).status == 400
    assert check_answer(ask(catalog, "/products", "q=" + "x" * 4095)).status == 414
    assert check_answer(ask(catalog, "/" + "x" * 2047)).status == 404
    assert check_answer(ask(catalog, "/" + "x" * 2048)).status == 414
    many = "&".join(f"p{i}=1" for i in range(500))
    assert check_refusal(ask(catalog, "/products", many), "p0")


# ---- What is looked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, expected", [
    ("near", [1]), ("NEAR(far near)", []), ("near far", [1]), ("oak OR steel", []), ("not", [2]), ("NOT oak", [2]),
    ("oak NOT mug", []), ("mug AND oak", []), ("mug oak", [3]), ("or", [1]), ("and", [2]), ("name:oak", []), ("title", [3]),
    ("title:rank", [3]), ("{title}", [3]), ("-oak", [2, 3]), ("oak -mug", [3]), ("^oak", [2, 3]), ("oak*", [2, 3]), ("o*", [1, 2, 3]),
    ("oa", [2, 3]), ("oa board", []), ('"oak"', [2, 3]), ('"oak', [2, 3]), ("(oak)", [2, 3]), ("oak + mug", [3]), ("%", []),
    ("_", []), ("oa_", [2, 3]), ("o%k", []), ("*", []), ('"', []), ("'", []), ("--", []), ("ma\\k", [])], ids=str)
def test_search_takes_words_and_knows_no_operators(catalog, text, expected):
    """What FTS5 has a meaning for is a word, or stands between words."""
    answer = ask(catalog, "/products", "q=" + quote(text))
    assert sorted(product["id"] for product in answer.json()) == expected, text


def test_a_wildcard_of_sql_matches_only_itself(catalog):
    for name in ("tag", "category"):
        for text in SQL:
            answer = ask(catalog, "/products", f"{name}={quote(text)}")
            assert (answer.status == 400 and name == "category") or answer.json() == [], text


# ---- Paths and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("below", ["/", "/products/", "/categories/", "/products.csv/", "/pictures/", "/style-", "/products"])
def test_a_path_of_any_bytes_is_answered(catalog, form, below):
    # No web server hands a NUL on, and 01 is a product's number.
    texts = [text for text in [*map(str.encode, TEXTS), *ENCODED, *RAW] if b"\0" not in text and text != b"01"]
    for text in [*texts, *(quote_from_bytes(text).encode() for text in texts)]:
        answer = check_answer(ask(catalog, below.encode() + text, ACCEPT=FORMS[form]), form)
        assert answer.status in (400, 404, 406, 414), (text, answer)


HEADERS = ["ACCEPT", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "X_USER_ID", "HOST", "COOKIE", "X_FORWARDED_FOR", "X_FORWARDED_PROTO",
           "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "RANGE", "AUTHORIZATION", "USER_AGENT", "TE"]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_of_any_bytes_is_answered(catalog, name):
    lines = ["*/*;q=" + "9" * 400, "a/b;q=0.1.2", "text/html;q=-1", ",,,;;;", "*/*" * 1000, '"', 'W/"', 'W/W/"a"', '"a",,,"b', "*,*",
             '""', "Thu, 99 Foo 2024 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT" * 20, "0", "00000000000000000001",
             "bytes=0-1,2-3", "x" * 9000, "," * 8000]
    for value in [*TEXTS, *ENCODED, *RAW, *lines]:
        if b"\0" in to_bytes(value):
            continue  # no web server hands that on
        for path in ("/products", "/products/one", "/categories"):
            answer = check_answer(ask(catalog, path, **{name: value}), "other")
            assert answer.status in (200, 304, 400, 406, 431), (value, answer)
            if answer.status == 400:
                assert (name, answer.json()["parameter"]) == ("X_USER_ID", "X-USER-ID")


# ---- What shop owners write -------------------------------------------------------------------------------------------

EVIL = ("<b onclick=\"evil()\">'&amp;\r\nX-Evil: 1\r\n\r\n</title></textarea><script>evil()</script><!--\t\x7f\x1b]0;evil\x07 "
        "\u202e\u2028é👟")
FIELDS = ["slug", "description", "sku", "name"]


def plant(site, evil, url):
    """A product that is `evil` in every field that takes it, in a category and of a customer of that name."""
    with sqlite3.connect(site.var / "catalog.db") as database:
        database.execute("INSERT INTO category (slug, name, parent) VALUES ('evil', ?, 'home')", [evil])
        database.execute("INSERT INTO product (id, slug, name, description, sku, price_in_cents, stock, created_at, updated_at) "
                         "VALUES (9, ?, ?, ?, ?, 500, 'low', 1, 2)", [evil, evil, evil, evil[:100]])
        database.execute("INSERT INTO product_category VALUES (9, 'evil')")
        database.execute("INSERT INTO product_tag VALUES (9, ?)", [evil])
        database.execute("INSERT INTO product_image VALUES (9, 1, ?, ?)", [url, evil])
        database.execute("INSERT INTO old_slug VALUES ('was', 9)")
        database.execute("UPDATE customer SET first_name = ?, last_name = ? WHERE id = 1", [evil, evil])
    database.close()
    give_to_web(site.path)


@pytest.fixture(scope="module", params=["markup", "formula", "json", "csv", "address"])
def evil(request):
    return {
        "markup": EVIL,
        "formula": "=cmd|' /C calc'!A0,@SUM(1),+1,-1",
        "json": '"},{"id":1,"price_in_cents":0}]\\u0000\\",null\b\f',
        "csv": '"",\r\n1,evil,"\n|/\\\\ |;\t',
        "address": "../../%00/?a=b#c>; rel=\"next\", <http://evil.example/>%0d%0a",
    }[request.param]


@pytest.fixture(scope="module")
def planted(workshop, keys, discountd, evil):
    """The Catalog with that product, and one where harmless text stands in its place."""
    made = []
    for text in (evil, "harmless"):
        site = make_site(workshop, keys, discountd.port)
        plant(site, text, "/pictures/" + quote(text).replace("%", "") + "\"'>.svg" if text != "harmless" else "/pictures/a.svg")
        made.append(Catalog(site))
    yield made
    for each in made:
        each.stop()


def test_json_has_every_field_as_it_is(planted, evil):
    catalog, _ = planted
    for answer in (ask(catalog, "/products/9"), ask(catalog, "/products", "category=evil", X_USER_ID="1")):
        found = answer.json()
        product = found[0] if isinstance(found, list) else found
        assert [product["slug"], product["name"], product["description"], product["sku"]] == [evil, evil, evil, evil[:100]]
        assert product["tags"] == [evil] and product["images"][0]["alt"] == evil
        assert b"\n" not in answer.body[:-1]
    names = {category["slug"]: category.get("name") for category in ask(catalog, "/categories").json()}
    assert names["evil"] == evil


def test_csv_has_every_field_as_it_is(planted, evil):
    answer = ask(planted[0], "/products.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline=""), strict=True))
    assert [row["id"] for row in rows] == ["1", "2", "3", "9"]
    assert [rows[3][name] for name in FIELDS] == [evil, evil, evil[:100], evil]
    assert re.sub(r"\\(.)", r"\1", rows[3]["tags"], flags=re.DOTALL) == evil


def outline(answer):
    """Tags and names of attributes, in order, of a page."""
    assert answer.status == 200
    page = Page(answer.body.decode())
    return page, [(tag, *sorted(attributes)) for tag, attributes in page.elements]


@pytest.mark.parametrize("path, query", [
    ("/products/9", ""), ("/products", ""), ("/products", "limit=1&sort=-price"), ("/categories/evil", ""), ("/categories", ""),
    ("/products", "tag=EVIL"), ("/products", "q=EVIL"), ("/", "")])
def test_a_page_has_the_same_elements_whatever_the_text(planted, evil, path, query):
    pages = []
    for catalog, text in zip(planted, (evil, "harmless")):
        wanted = query.replace("EVIL", quote("".join(c for c in text if c >= " " and not "\x7f" <= c < "\xa0")[:60]))
        answer = ask(catalog, path, wanted, ACCEPT="text/html", X_USER_ID="1")
        pages.append(outline(answer))
        policy = answer.header("Content-Security-Policy")
        assert "default-src 'none'" in policy and "unsafe" not in policy
    if "EVIL" not in query:
        assert pages[0][1] == pages[1][1]
    for _, attributes in pages[0][0].elements:
        for name in ("href", "src", "action"):
            address = attributes.get(name) or "/"
            assert re.fullmatch(r"(/(?!/)|#|https?://)[\x21-\x7e]*", address), (name, address)


def test_text_is_shown_as_it_is_written(planted, evil):
    page, _ = outline(ask(planted[0], "/products/9", ACCEPT="text/html"))
    # A browser makes line ends one, and what HTML does not allow is U+FFFD.
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "\ufffd", evil).replace("\r\n", "\n")
    assert shown in page.text.replace("\r\n", "\n")


def test_links_and_locations_are_addresses_of_this_shop(planted, evil):
    catalog, _ = planted
    moved = ask(catalog, "/products/was", "fields=slug")
    assert moved.status == 301
    location = moved.header("Location")
    assert location == "/products/9?fields=slug"  # no address can carry such a slug
    for query in ("limit=1", "limit=1&sort=name", "limit=1&sort=-price"):
        while query:
            answer = ask(catalog, "/products", query)
            addresses = re.findall(r"<([^>]*)>; rel=\"([a-z-]+)\"", answer.header("Link"))
            assert ", ".join(f'<{address}>; rel="{rel}"' for address, rel in addresses) == answer.header("Link")
            assert all(re.fullmatch(r"/(openapi\.json|products\?[A-Za-z0-9._~%=&,-]*)", address) for address, _ in addresses)
            query = dict((rel, address) for address, rel in addresses).get("next", "?").split("?")[1]


# ---- Behind web servers -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=few(["lighttpd-prefix", "nginx", "apache-proxy"]))
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    (directory / "web").mkdir()
    site = make_site(workshop, keys, discountd.port)
    plant(site, EVIL, "/pictures/a.svg")
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


def test_no_header_comes_from_what_somebody_wrote(web):
    known = {"content-type", "content-length", "link", "etag", "vary", "cache-control", "last-modified", "date", "server", "location",
             "connection", "transfer-encoding", "content-security-policy", "x-content-type-options", "referrer-policy",
             "keep-alive", "accept-ranges", "content-disposition", "upgrade", "allow", "x-frame-options", "retry-after",
             "x-total-count"}
    for path in ["/products", "/products/9", "/products/was", "/categories", "/categories/evil", "/products.csv",
                 "/products?limit=1&sort=name", "/products?q=" + quote(EVIL.split("\r")[0]), "/products/" + quote(EVIL, safe=""),
                 "/products?x=" + quote(EVIL, safe=""), "/products?limit=" + quote(EVIL, safe="")]:
        for accept in FORMS.values():
            answer = web.request(path, headers=[("Accept", accept), ("X-USER-ID", "1")])
            assert answer.status in (200, 301, 400, 403, 404, 406)
            assert {name.lower() for name, _ in answer.headers} <= known, answer.headers
            assert all(re.fullmatch(r"[\x20-\x7e]*", value) for _, value in answer.headers)


@pytest.mark.parametrize("name", ["q", "tag", "category", "after"])
def test_web_servers_hand_on_what_the_program_can_answer(web, name):
    for value in VALUES:
        if len(value) < 4000:
            answer = web.request(f"/products?{name}={value}")
            assert answer.status in (200, 400), (value, answer)
