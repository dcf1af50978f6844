# SPDX-License-Identifier: MIT
"""A shop on another origin: its pages ask the Catalog from a browser, behind real web servers, and in Chromium from another port."""
import contextlib
import functools
import http.server
import json
import threading

import pytest

from harness.browser import Browser
from harness.catalog import Site
from harness.contract import CUSTOMER_1, LIST
from harness.paths import not_sanitized
from harness.shapes import SHAPES, SHIPPED, few

SHOP, OTHER = "https://shop.example", "https://other.example"
EXPOSED = {"Link", "ETag", "X-Total-Count", "X-Rules-Revision"}
CUSTOMER = ("X-USER-ID", "1")


@pytest.fixture(scope="module")
def open_shape(workshop, keys, discountd):
    """with open_shape(name, origins) as web: the Catalog in a shape."""
    @contextlib.contextmanager
    def make(name, origins):
        directory = workshop.new(name)
        shop = directory / "web" / "shop"
        shop.mkdir(parents=True)
        running = SHAPES[name](directory, Site(shop, keys, discountd.port, CATALOG_DEADLINE_MS=5000, CATALOG_CORS_ORIGINS=origins))
        yield running.web
        running.stop()
    return make


@pytest.fixture
def run_shape(open_shape):
    """The same, until the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda name, origins: stack.enter_context(open_shape(name, origins))


SHAPE_NAMES = few(name for name in SHIPPED if name in SHAPES)


@pytest.fixture(scope="module", params=SHAPE_NAMES)
def listed(request, open_shape):
    with open_shape(request.param, f"{SHOP}, http://127.0.0.1:1") as web:
        yield web


@pytest.fixture(scope="module", params=SHAPE_NAMES)
def anybodys(request, open_shape):
    with open_shape(request.param, "*") as web:
        yield web


def words(text):
    return {word.strip() for word in (text or "").split(",")} - {""}


def preflight(web, path, origin, headers="x-user-id, if-none-match"):
    return web.request(path, method="OPTIONS", headers=[("Origin", origin), ("Access-Control-Request-Method", "GET"),
                                                        ("Access-Control-Request-Headers", headers)])


WRONG = [("/products", 200), ("/products?limit=0", 400), ("/products/nothing", 404), ("/nothing", 404), ("/categories", 200),
         ("/openapi.json", 200), ("/products.csv", 200), ("/pictures/tent.svg", 200), ("/products/", 301), ("/", 200)]


@pytest.mark.parametrize("path, status", WRONG)
def test_a_listed_origin_reads_answers_and_errors(listed, path, status):
    answer = listed.request(path, headers=[("Origin", SHOP)])
    assert answer.status == status
    assert answer.header("Access-Control-Allow-Origin") == SHOP
    assert answer.header("Access-Control-Allow-Credentials") == "true"
    assert words(answer.header("Access-Control-Expose-Headers")) >= EXPOSED
    assert "Origin" in words(answer.header("Vary"))
    for headers in ([("Origin", OTHER)], [("Origin", "null")], []):
        other = listed.request(path, headers=headers)
        assert other.status == status and other.body == answer.body
        assert other.header("Access-Control-Allow-Origin") is None
        assert "Origin" in words(other.header("Vary"))


def test_vary_is_one_line(listed):
    """nginx before 1.23 looks at one alone."""
    answer = listed.request("/products", headers=[("Origin", SHOP)])
    own = [value for name, value in answer.headers if name.lower() == "vary" and "Accept-Encoding" not in value]
    assert [words(value) for value in own] == [{"Accept", "X-USER-ID", "Origin"}]


def test_a_listed_origin_reads_a_customers_prices(listed):
    answer = listed.request("/products", headers=[("Origin", SHOP), CUSTOMER])
    assert (answer.body, answer.header("Access-Control-Allow-Origin")) == (CUSTOMER_1, SHOP)
    unchanged = listed.request("/products", headers=[("Origin", SHOP), CUSTOMER, ("If-None-Match", answer.header("ETag"))])
    assert (unchanged.status, unchanged.header("Access-Control-Allow-Origin")) == (304, SHOP)


@pytest.mark.parametrize("path", ["/products", "/products?limit=0", "/nothing", "/products/" + "x" * 3000])
def test_a_preflight_is_answered_wherever_it_leads(listed, path):
    answer = preflight(listed, path, SHOP)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("Access-Control-Allow-Origin") == SHOP
    assert words(answer.header("Access-Control-Allow-Methods")) == {"GET", "HEAD"}
    assert words(answer.header("Access-Control-Allow-Headers")) >= {"X-USER-ID", "If-None-Match", "If-Match", "Authorization"}
    assert preflight(listed, path, OTHER).header("Access-Control-Allow-Origin") is None


def test_anybody_reads_what_is_everybodys(anybodys):
    for headers in ([("Origin", SHOP)], [("Origin", "null")], []):
        answer = anybodys.request("/products", headers=headers)
        assert answer.body == LIST
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.header("Access-Control-Allow-Credentials") is None
        assert "Origin" not in words(answer.header("Vary"))
    allowed = preflight(anybodys, "/products", SHOP)
    assert allowed.header("Access-Control-Allow-Origin") == "*" and allowed.status == 204
    assert allowed.header("Access-Control-Allow-Credentials") is None
    assert not words(allowed.header("Access-Control-Allow-Headers")) & {"X-USER-ID", "Authorization"}


@pytest.mark.parametrize("header", [CUSTOMER, ("X-USER-ID", "77"), ("X-USER-ID", "x"), ("Authorization", "Basic am86c2VjcmV0")])
def test_nobody_else_reads_what_is_somebodys(anybodys, header):
    answer = anybodys.request("/products", headers=[("Origin", SHOP), header])
    assert answer.header("Access-Control-Allow-Origin") is None


def test_without_the_setting_nothing_is_said(run_shape):
    web = run_shape("lighttpd-fastcgi", "")
    for answer in (web.request("/products", headers=[("Origin", SHOP)]), preflight(web, "/products", SHOP)):
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


# ---- Chromium, from another port ---------------------------------------------------------------------------------------

FETCH = """
const [url, headers, credentials, done] = arguments;
fetch(url, {headers, credentials, cache: 'no-store'}).then(async answer => done({
    status: answer.status, body: await answer.text(), tag: answer.headers.get('ETag'), link: answer.headers.get('Link'),
    total: answer.headers.get('X-Total-Count')})).catch(error => done({failed: String(error)}));
"""


@pytest.fixture(scope="module")
def elsewhere(workshop):
    """The origin of another shop on this machine: a page that asks."""
    directory = workshop.new("elsewhere")
    (directory / "index.html").write_text("<!doctype html><title>another shop</title><link rel=icon href=data:,>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


# A sanitizer does not see what a browser shows to whom; what it is told is tested above.
IN_A_BROWSER = not_sanitized("nothing that a sanitizer sees")


@pytest.fixture(scope="module")
def browser(elsewhere):
    made = Browser()
    made.open(f"{elsewhere}/index.html")
    yield made
    made.close()


def fetch(browser, url, headers=None, credentials="omit"):
    return browser.driver.execute_async_script(FETCH, url, headers or {}, credentials)


@IN_A_BROWSER
@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "apache-proxy", "apache-cgid", "nginx"])
def test_chromium_shows_a_listed_shop_everything(browser, elsewhere, run_shape, shape):
    web = run_shape(shape, f"https://a.example {elsewhere}")
    plain = fetch(browser, web.url("/products?count=1&limit=2"))
    assert (plain["status"], plain["total"]) == (200, "3")
    assert 'rel="next"' in plain["link"] and plain["tag"]
    mine = fetch(browser, web.url("/products"), {"X-USER-ID": "1"}, "include")
    assert (mine["status"], mine["body"]) == (200, CUSTOMER_1.decode())
    assert fetch(browser, web.url("/products"), {"X-USER-ID": "1", "If-None-Match": mine["tag"]})["status"] == 304
    assert fetch(browser, web.url("/products"), {"If-Match": '"x"'})["status"] == 412
    for path, headers, status in (("/nothing", {}, 404), ("/nothing", {"X-USER-ID": "1"}, 404), ("/products?limit=0", {}, 400),
                                  ("/products", {"X-USER-ID": "x"}, 400)):
        wrong = fetch(browser, web.url(path), headers)
        assert wrong["status"] == json.loads(wrong["body"])["status"] == status


@IN_A_BROWSER
@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "nginx"])
def test_chromium_shows_any_shop_what_is_everybodys(browser, run_shape, shape):
    web = run_shape(shape, "*")
    assert fetch(browser, web.url("/products"))["body"] == LIST.decode()
    assert fetch(browser, web.url("/nothing"))["status"] == 404
    assert fetch(browser, web.url("/products"), {"If-Match": '"x"'})["status"] == 412
    assert "failed" in fetch(browser, web.url("/products"), {"X-USER-ID": "1"})
    assert "failed" in fetch(browser, web.url("/products"), credentials="include")


@IN_A_BROWSER
@pytest.mark.parametrize("origins", ["", "https://a.example"])
def test_chromium_shows_nobody_else_anything(browser, run_shape, origins):
    web = run_shape("nginx", origins)
    assert "failed" in fetch(browser, web.url("/products"))
    assert "failed" in fetch(browser, web.url("/products"), {"X-USER-ID": "1"})
