# SPDX-License-Identifier: MIT
"""GET /products: categories, prices of any kind of rule, and why a price is what it is, for administrators."""
import json
import re
import sqlite3

import pytest

from harness import wire
from harness.catalog import Catalog, Cgi
from harness.contract import CUSTOMER_1, CUSTOMER_2, LIST
from harness.discount import Discountd
from harness.discountctl import Ctl, rule_file
from harness.fastcgi import STDIN, Connection, begin, body_of, get, params, record
from harness.paths import BIN
from harness.process import run
from harness.wire import MANY, ONE, Server, answer_many, answer_one

AWAY = "203.0.113.9"
EXPLAIN = "/products?explain=1"

TREE = """
    INSERT INTO category (slug, name, parent) VALUES
        ('electronics', 'Electronics', NULL), ('sale', 'Sale', NULL),
        ('phones', 'Phones', 'electronics'), ('games', 'Games', 'electronics');
    INSERT INTO product_category VALUES (1, 'phones'), (1, 'sale'), (3, 'games');
"""


def customer(number):
    return [("X-USER-ID", str(number))]


class Seen:
    """Handlers of a Discount server that keeps what it was asked."""

    def __init__(self, *methods):
        self.requests = []
        known = {MANY: answer_many, ONE: answer_one}
        self.handlers = {method: self._keeping(known[method]) for method in methods}

    def _keeping(self, function):
        def handle(request, context):
            self.requests.append(request)
            return function(request, context)
        return handle


@pytest.fixture
def make_web(request, keys, make_site):
    """make_web(handlers) is a site, as CGI, whose Discount server has these handlers."""
    def make(handlers, **settings):
        server = Server(keys, handlers)
        request.addfinalizer(server.stop)
        return Cgi(make_site(server.port, **settings))
    return make


def change(site, sql):
    """What somebody else does to a site's database."""
    with sqlite3.connect(site.var / "catalog.db") as database:
        database.executescript(sql)
    database.close()


# ---- Why a price is what it is ----------------------------------------------------------------------------------------


@pytest.fixture
def web(make_web):
    """A site that trusts a proxy, and whose Discount server has the demo's rule and can say so."""
    return make_web({MANY: answer_many, ONE: answer_one}, CATALOG_TRUSTED_PROXIES="10.0.0.0/8, 127.0.0.1")


def test_an_administrator_sees_which_rule_won(web):
    answer = web.request(EXPLAIN, headers=customer(1))
    assert answer.status == 200
    assert answer.body.startswith(
        b'[{"id":1,"slug":"iphone-x","description":"64GB, black and iOS 12","price_in_cents":99999,'
        b'"discount_value":{"pct":0.1,"value_in_cents":89999,"applied":[{"rule":"demo","label":"10 % off",'
        b'"lane":"contract","price_before":99999,"price_after":89999}]}},{"id":2,')
    for product in json.loads(answer.body):
        applied = product["discount_value"].pop("applied")
        assert [each["price_after"] for each in applied] == [product["discount_value"]["value_in_cents"]]
    assert answer.header("Cache-Control") == "private, no-store"


def test_products_without_a_discount_have_nothing_to_explain(web):
    answer = web.request(EXPLAIN, headers=customer(2))
    assert (answer.status, answer.body) == (200, CUSTOMER_2)


def test_who_does_not_ask_why_gets_the_contracts_bytes(web):
    assert web.request("/products?limit=100", headers=customer(1)).body == CUSTOMER_1
    assert web.request("/products", headers=customer(1)).body == CUSTOMER_1


@pytest.mark.parametrize("variables, headers", [
    ({"REMOTE_ADDR": AWAY}, []),
    ({"REMOTE_ADDR": "10.1.2.3"}, []),
    ({"REMOTE_ADDR": ""}, []),
    ({}, [("X-Forwarded-For", AWAY)]),
    ({}, [("Forwarded", f"for={AWAY}")]),
    ({}, [("Via", "1.1 proxy")]),
], ids=["away", "proxy", "unknown", "x-forwarded-for", "forwarded", "via"])
def test_nobody_else_may_ask_why(web, variables, headers):
    answer = web.request(EXPLAIN, headers=[*customer(1), *headers], variables=variables.items())
    assert (answer.status, answer.reason) == (403, "Forbidden")
    assert answer.header("Content-Type").split(";")[0] == "application/problem+json"
    assert "administrators" in json.loads(answer.body)["detail"]
    assert "no-store" in answer.header("Cache-Control")


@pytest.mark.parametrize("query", ["explain=0", "explain=", "explain", "explain=true", "explain=1&explain=2", "%65xplain=no"])
@pytest.mark.parametrize("address", ["127.0.0.1", AWAY])
def test_another_value_is_refused_with_what_is_allowed(web, query, address):
    answer = web.request(f"/products?{query}", headers=customer(1), variables={"REMOTE_ADDR": address}.items())
    assert answer.status == 400
    assert "parameter explain" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize("headers", [[], customer(77), customer("")], ids=["absent", "unknown", "empty"])
def test_the_prices_of_nobody_are_not_explained(web, headers):
    answer = web.request(EXPLAIN, headers=headers)
    assert answer.status == 400
    assert "X-USER-ID" in json.loads(answer.body)["detail"]


def plain_many(request, context):
    """An ApplyDiscounts that has never heard of explain."""
    for each in request.asks:
        each.explain = False
    return answer_many(request, context)


@pytest.mark.parametrize("handlers", [{MANY: plain_many}, {ONE: answer_one}], ids=["many", "one"])
def test_an_older_server_gives_the_prices_alone(make_web, handlers):
    answer = make_web(handlers).request(EXPLAIN, headers=customer(1))
    assert (answer.status, answer.body) == (200, CUSTOMER_1)
    assert answer.header("X-Discount-Status") is None


def test_without_discount_the_list_is_marked(make_site):
    answer = Cgi(make_site(1, CATALOG_DEADLINE_MS=300)).request(EXPLAIN, headers=customer(1))
    assert (answer.status, answer.body) == (200, LIST)
    assert answer.header("X-Discount-Status") == "degraded"


def explained_get(number):
    """A whole GET request for explained prices."""
    variables = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/products"), ("QUERY_STRING", "explain=1"),
                 ("REMOTE_ADDR", "127.0.0.1"), ("HTTP_X_USER_ID", str(number))]
    return begin() + params(variables) + record(STDIN)


def test_explained_and_ordinary_requests_of_one_process_do_not_mix(start, keys, make_site):
    with Server(keys, {MANY: answer_many}) as server:
        catalog = start(Catalog, make_site(server.port))
        for _ in range(25):
            requests = [get("/products", 1), explained_get(1), get("/products", 2), get("/products", 1), explained_get(2)]
            connections = [Connection(catalog.socket_path) for _ in requests]
            for connection, each in zip(connections, requests, strict=True):
                connection.send(each)
            bodies = [body_of(connection.answer()) for connection in connections]
            for connection in connections:
                connection.socket.close()
            assert bodies[0] == bodies[3] == CUSTOMER_1
            assert bodies[2] == bodies[4] == CUSTOMER_2
            assert bodies[1].count(b'"applied":[{"rule":"demo"') == 3


# ---- Prices of any kind of rule ---------------------------------------------------------------------------------------


def test_shares_are_plain_decimals_of_as_few_digits_as_can_be(make_web):
    """An amount off, a price of zero, and a share that printf would write with an exponent."""
    def answer(request, _context):
        quotes = [(33333 / 99999, 66666), (1.0, 0), (1 / 32999, 32998)]
        made = wire.messages.DiscountAnswer(quotes=[wire.messages.DiscountValue(pct=p, value_in_cents=v) for p, v in quotes])
        return wire.messages.ApplyDiscountsResponse(answers=[made] * len(request.asks))
    body = make_web({MANY: answer}).request("/products", headers=customer(1)).body
    assert b'"discount_value":{"pct":0.33333334,"value_in_cents":66666}' in body
    assert b'"discount_value":{"pct":1}' in body
    assert b'"discount_value":{"pct":0.000030303949,"value_in_cents":32998}' in body


# ---- Categories -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [MANY, ONE], ids=["many", "one"])
def test_discount_is_told_a_products_categories_and_those_above(make_web, method):
    seen = Seen(method)
    web = make_web(seen.handlers)
    change(web.site, TREE)
    web.request("/products", headers=customer(1))
    products = [p for request in seen.requests for p in ([request.product] if method == ONE else request.asks[0].products)]
    assert {p.id: list(p.categories) for p in products} == {1: ["phones", "sale", "electronics"], 2: [], 3: ["games", "electronics"]}


def test_a_products_own_categories_stand_behind_its_discount(make_web):
    web = make_web({MANY: answer_many})
    change(web.site, TREE)
    assert b'"price_in_cents":99999,"categories":["phones","sale"]},{"id":2,' in web.request("/products").body
    body = web.request("/products", headers=customer(1)).body
    assert b'"discount_value":{"pct":0.1,"value_in_cents":89999},"categories":["phones","sale"]},{"id":2,' in body
    assert [list(p)[-2:] for p in json.loads(body)] == [["discount_value", "categories"], ["price_in_cents", "discount_value"],
                                                       ["discount_value", "categories"]]


def test_a_change_of_categories_is_seen_by_the_next_request(start, keys, make_site):
    seen = Seen(MANY)
    with Server(keys, seen.handlers) as server:
        site = make_site(server.port)
        catalog = start(Catalog, site)

        def ask():
            with Connection(catalog.socket_path) as connection:
                connection.send(get("/products", 1))
                return body_of(connection.answer())
        assert ask() == CUSTOMER_1
        change(site, TREE)
        assert b'"categories":["phones","sale"]' in ask()
        assert list(seen.requests[-1].asks[0].products[0].categories) == ["phones", "sale", "electronics"]
        change(site, "DELETE FROM product_category")
        assert ask() == CUSTOMER_1
        assert not seen.requests[-1].asks[0].products[0].categories


BROKEN = [
    ("INSERT INTO category (slug, parent) VALUES ('a', 'b'), ('b', 'a')", 'category "a" is above itself'),
    ("INSERT INTO category (slug, parent) VALUES ('a', 'gone')", 'its parent "gone" is no category'),
    ("INSERT INTO product_category VALUES (2, 'gone')", 'product 2 is in "gone", which is no category'),
]


@pytest.mark.parametrize("sql, why", BROKEN, ids=["circle", "parent", "category"])
def test_categories_that_make_no_tree_leave_the_old_list(start, keys, make_site, sql, why):
    with Server(keys, {MANY: answer_many}) as server:
        site = make_site(server.port)
        catalog = start(Catalog, site)
        catalog.expect("store-failed")
        for each in (None, sql):
            if each is not None:
                change(site, each)
            with Connection(catalog.socket_path) as connection:
                connection.send(get("/products", 1))
                assert body_of(connection.answer()) == CUSTOMER_1
        assert why in catalog.log().replace('\\"', '"')


@pytest.mark.parametrize("sql, why", BROKEN, ids=["circle", "parent", "category"])
def test_check_names_categories_that_make_no_tree(make_site, sql, why):
    site = make_site(1)
    change(site, sql)
    done = run([BIN / "catalogctl", "check", site.var / "catalog.db"])
    assert done.returncode == 1
    assert why in done.stderr and "catalog.db" in done.stderr and len(done.stderr.splitlines()) == 1


# ---- Products of both sides ---------------------------------------------------------------------------------------------


def test_a_product_that_is_another_one_to_the_rules_is_named_wherever_somebody_looks(request, workshop, keys, make_site):
    """The rules' own list says that product 1 is iphone-x; in the shop that is 7, and 1 was renamed."""
    server = Discountd(workshop.new("discountd"), keys)
    request.addfinalizer(server.stop)
    ctl = Ctl(workshop.new("ctl"), keys, server.port)
    site = make_site(server.port)
    change(site, """UPDATE product SET slug = 'iphone-xs' WHERE id = 1;
                    INSERT INTO product (id, slug, description, price_in_cents) VALUES (7, 'iphone-x', '', 5000)""")
    assert "contradicts" not in ctl.ok("status")
    for _ in range(6):  # connections go to either worker
        assert Cgi(site).request("/products", headers=customer(1)).header("X-Discount-Status") is None
    assert server.count_log(r'product-contradicts id=1 slug="iphone-xs" known_id=1 revision=1 ') == 1
    assert server.count_log(r'product-contradicts id=7 slug="iphone-x" known_id=1 revision=1 ') == 1
    assert server.count_log("product-contradicts") == 2
    # Who asks for the price by the rules' list is told that the shop has another product of this name.
    said = ctl.ok("explain", "1", "iphone-x", "--price", "99999")
    assert re.search(r"^product 7 iphone-x, which was asked for since .* UTC, contradicts the rules: to them iphone-x is product 1$",
                     said, re.MULTILINE)
    assert "contradicts" not in ctl.ok("explain", "1", "notebook-avell-g1511", "--price", "150000")
    assert {(each["id"], each["slug"]) for each in ctl.json("status")["contradictions"]} == {(1, "iphone-xs"), (7, "iphone-x")}
    # A list that says what the shop says ends it.
    ctl.ok("import", "-", stdin=rule_file("product 1 iphone-xs", "product 7 iphone-x"))
    assert "contradicts" not in ctl.ok("status")
