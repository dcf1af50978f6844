# SPDX-License-Identifier: MIT
"""GET /products as programs use it: pages, filters, search, order, fields; behind real web servers."""
import json
import re

import pytest

from harness.catalog import Cgi, Site
from harness.shapes import SHAPES, few
from harness.shop import EIGHT, change

IDS = [1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18]


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "lighttpd-prefix", "nginx-prefix", "apache-fcgid", "apache-cgid",
                                        "apache-fallback", "cgi-by-hand"]))
def web(request, workshop, keys, discountd):
    """The Catalog in one shape, with a small shop."""
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port)
    change(site, EIGHT)
    running = SHAPES[request.param](directory, site)
    yield running.web
    running.stop()


def ids(answer):
    assert answer.status == 200, answer.body
    return [product["id"] for product in json.loads(answer.body)]


def links(answer):
    """The Link headers by their relation."""
    return {rel: address for address, rel in re.findall(r'<([^>]*)>; rel="([a-z-]+)"', answer.header("Link") or "")}


def follow(web, answer, rel):
    """Asks what a link says, as a client does: the address as it is, below the host."""
    address = links(answer)[rel]
    base = getattr(web, "base", "")
    if base and address.startswith(base + "/"):
        address = address[len(base):]
    elif not base:
        address = address.removeprefix("/cgi-bin/catalog.fcgi")  # by hand: its script's name
    return web.request(address)


def test_a_page_is_as_long_as_it_should_be(web):
    assert ids(web.request("/products")) == IDS
    assert ids(web.request("/products?limit=4")) == IDS[:4]


def test_links_lead_through_every_page_and_back(web):
    answer = web.request("/products?limit=4")
    assert "prev" not in links(answer)
    seen = ids(answer)
    while "next" in links(answer):
        answer = follow(web, answer, "next")
        seen += ids(answer)
    assert seen == IDS
    back = ids(answer)
    while "prev" in links(answer):
        answer = follow(web, answer, "prev")
        back = ids(answer) + back
    assert back == IDS
    assert ids(follow(web, answer, "first")) == IDS[:4]


def test_links_are_below_the_base(web):
    base = web.base if hasattr(web, "base") else "/cgi-bin/catalog.fcgi"
    answer = web.request("/products?limit=4&sort=price")
    assert links(answer)["first"] == f"{base}/products?sort=price&limit=4"
    assert links(answer)["next"].startswith(f"{base}/products?")
    assert links(answer)["service-desc"] == f"{base}/openapi.json"


def test_one_page_has_no_links_to_others(web):
    assert set(links(web.request("/products"))) == {"service-desc"}


@pytest.mark.parametrize("query, expected", [
    ("category=kitchen", [11, 12, 13, 14, 18]),
    ("category=home", [11, 12, 13, 14, 15, 16, 17, 18]),
    ("tag=new", [11, 16]),
    ("min_price=2900&max_price=4800", [12, 14, 16, 18]),
    ("q=caf%C3%A9", [18]),
    ("q=CAFE", [18]),
    ("q=pot", [15]),
    ("q=K-2", [12]),
    ("category=garden&sort=-price", [16, 17, 15]),
    ("category=garden&sort=name", [15, 17, 16]),
    ("category=no-such-thing", []),
], ids=str)
def test_filters_search_and_order(web, query, expected):
    assert ids(web.request(f"/products?{query}")) == expected


def test_a_search_that_nothing_matches_is_made_with_the_nearest_words(web):
    answer = web.request("/products?q=choping%20baord")
    assert (ids(answer), answer.header("X-Searched-For")) == ([13], "chopping%20board")
    answer = web.request("/products?q=kitchne&limit=3&sort=id")
    assert (ids(answer), answer.header("X-Searched-For")) == ([11, 12, 13], "kitchen")
    answer = follow(web, answer, "next")
    assert (ids(answer), answer.header("X-Searched-For")) == ([14, 18], None)
    for query in ("kitchen", "mgu", "xxxxx"):
        assert web.request(f"/products?q={query}").header("X-Searched-For") is None
    page = web.request("/products?q=choping%20baord", headers=[("Accept", "text/html")]).body.decode()
    assert "Showing results for" in page and ">chopping board</a>" in page and "Chopping board" in page


def test_the_nearest_words_are_a_setting(make_site, discountd):
    site = make_site(discountd.port, CATALOG_NEAREST_WORDS="off")
    change(site, EIGHT)
    assert Cgi(site).request("/products?q=baord").body == b"[]\n"


def test_fields_are_chosen_and_id_is_always_there(web):
    answer = web.request("/products?category=kitchen&limit=1&fields=name,price_in_cents,currency")
    assert answer.body == b'[{"id":11,"price_in_cents":1200,"name":"Enamel mug","currency":"EUR"}]\n'


def test_a_rich_product_has_its_fields_in_order(web):
    [product] = json.loads(web.request("/products?q=mug").body)
    assert list(product) == ["id", "slug", "description", "price_in_cents", "categories", "sku", "name", "currency", "tags",
                             "images", "stock"]
    assert product["images"] == [{"url": "/pictures/mug.svg", "alt": "A blue mug"}]


def test_a_total_comes_when_it_is_asked_for(web):
    assert web.request("/products?category=home&limit=2").header("X-Total-Count") is None
    assert web.request("/products?category=home&limit=2&count=1").header("X-Total-Count") == "8"


def test_a_customers_prices_are_on_every_page(web):
    customer = [("X-USER-ID", "1")]
    page = json.loads(web.request("/products?sort=-price&category=kitchen&limit=2", headers=customer).body)
    assert [(p["id"], p["discount_value"]["value_in_cents"]) for p in page] == [(12, 4320), (18, 3510)]
    [first] = json.loads(web.request("/products?limit=1&fields=slug,discount_value", headers=customer).body)
    assert first == {"id": 1, "slug": "iphone-x", "discount_value": {"pct": 0.1, "value_in_cents": 89999}}


def test_categories_are_listed_with_how_many_products_they_have(web):
    answer = web.request("/categories")
    assert answer.header("Content-Type") == "application/json"
    assert json.loads(answer.body) == [
        {"slug": "garden", "name": "Garden", "parent": "home", "product_count": 3},
        {"slug": "home", "name": "Home", "product_count": 8},
        {"slug": "kitchen", "name": "Kitchen", "parent": "home", "product_count": 5}]


def test_a_category_has_those_below_it(web):
    home = json.loads(web.request("/categories/home").body)
    assert (home["slug"], home["product_count"]) == ("home", 8)
    assert [child["slug"] for child in home["children"]] == ["garden", "kitchen"]
    assert json.loads(web.request("/categories/garden").body)["children"] == []
    assert web.request("/categories/attic").status == 404
