# SPDX-License-Identifier: MIT
"""GET /products/{slug or id}: one product, behind real web servers."""
import json
import re

import pytest

from harness.catalog import Catalog, Site
from harness.fastcgi import Connection, body_of, get
from harness.shapes import SHAPES, few
from harness.shop import EIGHT, change

PHONE = b'{"id":1,"slug":"iphone-x","description":"64GB, black and iOS 12","price_in_cents":99999'


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "nginx-prefix", "apache-proxy", "lighttpd-cgi", "cgi-by-hand"]))
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port)
    change(site, EIGHT)
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


def test_a_slug_and_an_id_name_the_same_product(web):
    by_slug, by_id = web.request("/products/mug"), web.request("/products/11")
    assert (by_slug.status, by_slug.header("Content-Type")) == (200, "application/json")
    assert by_slug.body == by_id.body
    assert by_slug.body.startswith(b'{"id":11,"slug":"mug",') and by_slug.body.endswith(b"}\n")


def test_the_customers_price_is_included(web):
    answer = web.request("/products/1", headers=[("X-USER-ID", "1")])
    assert answer.body == web.request("/products/iphone-x", headers=[("X-USER-ID", "1")]).body
    assert answer.body.startswith(PHONE)
    assert json.loads(answer.body)["discount_value"] == {"pct": 0.1, "value_in_cents": 89999}
    assert json.loads(web.request("/products/1", headers=[("X-USER-ID", "2")]).body)["discount_value"] == {}
    assert "discount_value" not in json.loads(web.request("/products/1").body)


def test_an_administrator_sees_why(web):
    answer = web.request("/products/mug?explain=1", headers=[("X-USER-ID", "1")])
    [applied] = json.loads(answer.body)["discount_value"]["applied"]
    assert (applied["rule"], applied["price_after"]) == ("demo", 1080)
    assert answer.header("Cache-Control") == "private, no-store"


def test_fields_are_chosen(web):
    assert web.request("/products/mug?fields=sku").body == b'{"id":11,"sku":"K-1"}\n'


@pytest.mark.parametrize("name", ["no-such", "0", "4", "99999999999", "2147483648", "%25", "%27%20OR%201=1--", "caf%C3%A9",
                                  "x" * 300, "MUG", "*", "%5C", "01", "011", "+1", "%2B1", "1.0", "-1"])
def test_what_is_not_there_is_not_found(web, name):
    answer = web.request(f"/products/{name}")
    assert answer.status == 404
    assert json.loads(answer.body)["type"] == "urn:catalog:problem:not-found"


def test_an_old_slug_leads_to_todays_below_the_base(web):
    base = web.base if hasattr(web, "base") else "/cgi-bin/catalog.fcgi"
    answer = web.request("/products/cafe?fields=slug")
    assert (answer.status, answer.reason) == (301, "Moved Permanently")
    # Some web servers put their own name before it.
    assert answer.header("Location").endswith(f"{base}/products/moka-pot?fields=slug")
    assert web.request("/products/moka-pot?fields=slug").body == b'{"id":18,"slug":"moka-pot"}\n'


def test_a_slash_too_many_is_taken_away(web):
    base = web.base if hasattr(web, "base") else "/cgi-bin/catalog.fcgi"
    for accept in ("application/json", "text/html"):
        answer = web.request("/products/mug/?fields=slug", headers=[("Accept", accept)])
        assert answer.status == 301
        assert answer.header("Location").endswith(f"{base}/products/mug?fields=slug")
    for slashed in ("/products/mug//", "/products/", "/categories/", "/categories/drinks/"):
        assert web.request(slashed).status == 301, slashed
    assert web.request("/products/mug/1/").status == 404


@pytest.mark.parametrize("slug", ["a/b c?d#é", "2", "007", "Großes", "..", "a&b=c+d", "%2e%2e"])
def test_every_link_to_a_product_leads_to_it_whatever_its_slug(start, make_site, discountd, slug):
    site = make_site(discountd.port)
    change(site, "INSERT INTO product (id, slug, name, description, price_in_cents) VALUES (100, ?, 'Odd one', '', 5)", [(slug,)])
    change(site, "INSERT INTO old_slug (slug, product_id) VALUES ('even-one', 100)")
    catalog = start(Catalog, site)

    def ask(path, accept):
        with Connection(catalog.socket_path) as connection:
            connection.send(get(path, HTTP_ACCEPT=accept))
            return connection.answer()
    pages = ask("/products", "text/html").decode()
    [link] = re.findall(r'<a href="([^"]*)">Odd one</a>', pages)
    assert link == "/products/100"
    page = ask(link, "text/html").decode()
    assert "Odd one</h1>" in page and '<link rel="canonical" href="/products/100">' in page
    assert json.loads(body_of(ask(link, "application/json")))["slug"] == slug
    moved = ask("/products/even-one", "application/json").decode()
    assert "Status: 301 " in moved and "\r\nLocation: /products/100\r\n" in moved


def test_a_rename_and_a_new_price_are_seen_at_once(start, make_site, discountd):
    site = make_site(discountd.port)
    catalog = start(Catalog, site)

    def ask(path):
        with Connection(catalog.socket_path) as connection:
            connection.send(get(path))
            return connection.answer()
    assert body_of(ask("/products/iphone-x")) == PHONE + b"}\n"
    change(site, "UPDATE product SET price_in_cents = 5 WHERE id = 1")
    assert body_of(ask("/products/iphone-x")) == PHONE.replace(b"99999", b"5") + b"}\n"
    change(site, "UPDATE product SET slug = 'iphone-10' WHERE id = 1")
    assert b"Status: 301 " in ask("/products/iphone-x")
    assert b'"slug":"iphone-10"' in body_of(ask("/products/1"))
