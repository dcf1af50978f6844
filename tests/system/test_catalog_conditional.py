# SPDX-License-Identifier: MIT
"""Who has an answer already, and who may keep it, behind real web servers."""
import re
import time

import pytest

from harness.catalog import Catalog, Cgi, Site
from harness.contract import CUSTOMER_1, LIST
from harness.discount import Discountd
from harness.fastcgi import STDIN, Connection, begin, params, record
from harness.process import wait_until
from harness.shapes import SHAPES, few
from harness.shop import change
from harness.wire import MANY, Server, answer_many

CUSTOMER = [("X-USER-ID", "1")]


@pytest.fixture(scope="module", params=few(["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-proxy", "apache-cgid",
                                        "nginx", "cgi-by-hand"]))
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    running = SHAPES[request.param](directory, Site(shop, keys, discountd.port))
    running.web.is_one_process_a_request = request.param in ("lighttpd-cgi", "apache-cgid", "cgi-by-hand")
    yield running.web
    running.stop()


def tagged(*headers):
    return [("If-None-Match", value) for value in headers]


def headers_of(answer, *names):
    """These headers, with any number as the seconds of a lifetime."""
    return [re.sub(r"max-age=\d+", "max-age=n", answer.header(name) or "") for name in names]


@pytest.mark.parametrize("path", ["/products", "/products?limit=2", "/products/iphone-x", "/categories", "/products.csv"])
def test_who_has_an_answer_gets_304(web, path):
    first = web.request(path)
    assert first.status == 200
    tag = first.header("ETag")
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    again = web.request(path, headers=tagged(tag))
    assert (again.status, again.reason, again.body) == (304, "Not Modified", b"")
    assert again.header("ETag") == tag
    assert headers_of(again, "Cache-Control", "Vary") == headers_of(first, "Cache-Control", "Vary")
    assert web.request(path, headers=tagged('"another"')).body == first.body


@pytest.mark.parametrize("form", ['W/"{}"', '"{}-gzip"', 'W/"{}-gzip"', '"{}-br"', '"{};gzip"', '"x", "{}"', '"x",W/"{}"', "*"])
def test_a_tag_is_known_in_the_forms_of_servers_that_compress(web, form):
    tag = web.request("/products").header("ETag").strip('"')
    assert web.request("/products", headers=tagged(form.format(tag))).status == 304


def test_head_has_the_headers_of_get(web):
    for headers in ([], CUSTOMER):
        get = web.request("/products", headers=headers)
        head = web.request("/products", method="HEAD", headers=headers)
        assert (head.status, head.body) == (200, b"")
        names = ("ETag", "Cache-Control", "Vary", "Link", "Content-Type")
        assert headers_of(head, *names) == headers_of(get, *names)
        assert web.request("/products", method="HEAD", headers=[*headers, *tagged(get.header("ETag"))]).status == 304


def test_a_customer_has_tags_of_their_own(web):
    first = web.request("/products", headers=CUSTOMER)
    assert (first.body, first.header("Cache-Control")) == (CUSTOMER_1, "private, no-cache")
    assert first.header("Last-Modified") is None
    tag = first.header("ETag")
    assert web.request("/products", headers=[*CUSTOMER, *tagged(tag)]).status == 304
    assert web.request("/products", headers=tagged(tag)).body == LIST
    assert web.request("/products", headers=[("X-USER-ID", "2"), *tagged(tag)]).status == 200
    assert web.request("/products", headers=[*CUSTOMER, *tagged(web.request("/products").header("ETag"))]).body == CUSTOMER_1


def test_anonymous_answers_are_public_for_a_minute_at_most(web):
    """A process that Discount has told of no rule's window keeps them so long; a CGI program was told nothing yet."""
    answer = web.request("/products")
    assert headers_of(answer, "Cache-Control") == ["public, max-age=n, must-revalidate"]
    assert {name.strip() for name in answer.header("Vary").split(",")} >= {"Accept", "X-USER-ID"}
    longest = 8 if web.is_one_process_a_request else 60
    wait_until(lambda: max_age_of(web.request("/products").header("Cache-Control")) == longest, 10, f"max-age={longest}")


def max_age_of(cache_control):
    return int(re.search(r"max-age=(\d+)", cache_control).group(1))


def test_whoever_is_named_gets_nothing_public(web):
    for headers in (CUSTOMER, [("X-USER-ID", "77")], [*CUSTOMER, ("X-Forwarded-For", "203.0.113.9")], [("X-USER-ID", "x")]):
        for accept in ("application/json", "text/csv", "text/html"):
            answer = web.request("/products", headers=[*headers, ("Accept", accept)])
            assert "public" not in answer.header("Cache-Control")
            assert answer.header("Vary").replace(" ", "") == "Accept,X-USER-ID"


# ---- Changes ----------------------------------------------------------------------------------------------------------


class Asked:
    """A catalog.fcgi on its socket."""

    def __init__(self, catalog):
        self.socket_path = catalog.socket_path

    def head(self, customer=None, **headers):
        """The head of GET /products as text; headers by their CGI names."""
        variables = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", ""), ("PATH_INFO", "/products"), ("REMOTE_ADDR", "127.0.0.1")]
        variables += [(name, value) for name, value in headers.items() if value is not None]
        if customer is not None:
            variables.append(("HTTP_X_USER_ID", str(customer)))
        with Connection(self.socket_path) as connection:
            connection.send(begin() + params(variables) + record(STDIN))
            return connection.answer().split(b"\r\n\r\n", 1)[0].decode()

    def header(self, name, **more):
        found = re.search(rf"^{name}: (.*)$", self.head(**more), re.M)
        return found.group(1).strip() if found else None

    def status(self, **more):
        return int(self.header("Status", **more).split()[0])

    def max_age(self):
        return max_age_of(self.header("Cache-Control"))


@pytest.fixture
def site(make_site, discountd):
    return make_site(discountd.port)


def test_every_process_and_the_next_one_give_the_same_tags(start, site):
    asked = Asked(start(Catalog, site, CATALOG_PROCESSES=3))
    tags = {asked.header("ETag") for _ in range(20)} | {asked.header("ETag", customer=1) for _ in range(20)}
    assert len(tags) == 2
    another = Asked(start(Catalog, site, name="another.socket"))
    by_hand = Cgi(site)
    assert {another.header("ETag"), another.header("ETag", customer=1)} == tags
    assert {by_hand.request("/products").header("ETag"), by_hand.request("/products", headers=CUSTOMER).header("ETag")} == tags


def test_a_change_of_a_product_makes_every_tag_new(start, site):
    asked = Asked(start(Catalog, site))
    tags = [asked.header("ETag", customer=each) for each in (None, 1)]
    change(site, "UPDATE product SET price_in_cents = price_in_cents + 1 WHERE id = 2")
    for customer, tag in zip((None, 1), tags):
        assert asked.status(customer=customer, HTTP_IF_NONE_MATCH=tag) == 200
        assert asked.header("ETag", customer=customer) != tag


def test_last_modified_is_told_once_it_is_certain(start, site):
    asked = Asked(start(Catalog, site))
    change(site, "UPDATE product SET price_in_cents = 7 WHERE id = 2")
    changed = wait_until(lambda: asked.header("Last-Modified"), 5, "Last-Modified")
    assert asked.status(HTTP_IF_MODIFIED_SINCE=changed) == 304
    assert asked.status(HTTP_IF_MODIFIED_SINCE=changed, HTTP_IF_NONE_MATCH='"x"') == 200
    for old in ("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "yesterday"):
        assert asked.status(HTTP_IF_MODIFIED_SINCE=old) == 200
    for future in ("Sun, 06 Nov 2061 08:49:37 GMT", "Sunday, 06-Nov-61 08:49:37 GMT", "Sun Nov  6 08:49:37 2061"):
        assert asked.status(HTTP_IF_MODIFIED_SINCE=future) == 304
    change(site, "UPDATE product SET price_in_cents = 8 WHERE id = 2")
    assert asked.status(HTTP_IF_MODIFIED_SINCE=changed) == 200


class Rules:
    """A Discount server that tells a revision and when its prices change next."""

    def __init__(self):
        self.revision, self.next_change = 1, 0

    def answer(self, request, context):
        response = answer_many(request, context)
        response.revision, response.next_change = self.revision, self.next_change
        return response


@pytest.fixture
def ruled(request, keys, make_site, start):
    """A catalog.fcgi, and the rules of its Discount server."""
    rules = Rules()
    server = Server(keys, {MANY: rules.answer})
    request.addfinalizer(server.stop)
    return Asked(start(Catalog, make_site(server.port))), rules


def test_new_rules_make_a_customers_tag_new_and_nobodys_stay(ruled):
    asked, rules = ruled
    nobodys, tag = asked.header("ETag"), asked.header("ETag", customer=1)
    assert asked.status(customer=1, HTTP_IF_NONE_MATCH=tag) == 304
    rules.revision = 2
    assert asked.status(customer=1, HTTP_IF_NONE_MATCH=tag) == 200
    assert asked.status(HTTP_IF_NONE_MATCH=nobodys) == 304


def test_nothing_is_kept_past_the_next_change_that_was_told(ruled):
    asked, rules = ruled
    rules.next_change = int(time.time()) + 30
    assert asked.status(customer=2) == 200
    before = time.time()
    age = asked.max_age()
    assert rules.next_change - time.time() - 3 <= age <= rules.next_change - before
    rules.next_change = int(time.time()) + 100_000
    assert asked.status(customer=2) == 200
    assert asked.max_age() == 60


def test_the_next_change_is_known_though_no_customer_asks(ruled):
    asked, rules = ruled
    wait_until(lambda: asked.max_age() == 60, 10, "that nothing will change")
    rules.next_change = int(time.time()) + 40
    wait_until(lambda: asked.max_age() <= 38, 20, "the bound")


def test_a_page_is_new_when_its_customer_has_another_name(start, site):
    asked = Asked(start(Catalog, site))
    html = {"customer": 1, "HTTP_ACCEPT": "text/html"}
    page, json = asked.header("ETag", **html), asked.header("ETag", customer=1)
    change(site, "UPDATE customer SET last_name = 'Targaryen' WHERE id = 1")
    assert asked.status(HTTP_IF_NONE_MATCH=page, **html) == 200
    assert asked.header("ETag", **html) != page
    assert asked.status(HTTP_IF_NONE_MATCH=json, customer=1) == 304  # which has no names


def test_a_degraded_answer_is_never_kept(start, workshop, keys, make_site):
    server = start(Discountd, workshop.new("discountd"), keys)
    catalog = start(Catalog, make_site(server.port, CATALOG_DEADLINE_MS=200))
    asked = Asked(catalog)
    tag = wait_until(lambda: asked.header("ETag", customer=1), 10, "an answer with prices")
    server.stop()
    catalog.expect("discount-degraded", "discount-unavailable")
    assert asked.header("X-Discount-Status", customer=1, HTTP_IF_NONE_MATCH=tag) == "degraded"
    assert asked.header("Cache-Control", customer=1) == "private, no-store"
    assert asked.header("ETag", customer=1) is None
