# SPDX-License-Identifier: MIT
"""
A real shared cache, nginx's proxy_cache, before the Catalog: nobody ever sees another's price, and no price outlives its
rule. It keeps what it is allowed to keep, by Cache-Control and Vary, and is told nothing else.
"""
import concurrent.futures
import http.client
import itertools
import json
import random
import re
import time

import pytest

from harness import ports
from harness.catalog import Site
from harness.process import Process, wait_until
from harness.shapes import SHAPES
from harness.shop import EIGHT, change
from harness.wire import MANY, Server
from harness.workshop import give_to_web, web_user

CUSTOMERS = [1, 2, 3, 4, 5]
REQUESTS = 4000
WINDOW_S = 8

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path body; fastcgi_temp_path fastcgi; proxy_temp_path proxy; scgi_temp_path scgi; uwsgi_temp_path uwsgi;
    proxy_cache_path {cache} keys_zone=shop:4m;
    upstream catalog {{ server 127.0.0.1:{upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://catalog;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache shop;
            proxy_cache_revalidate on;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


class Cache(Process):
    """nginx as a shared cache before another web server on this machine."""

    def __init__(self, directory, upstream):
        self.port = ports.free_port()
        (directory / "cache").mkdir()
        give_to_web(directory)
        configuration = directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            user=f"user {web_user()};" if web_user() else "", port=self.port, upstream=upstream, cache=directory / "cache"))
        super().__init__(["/usr/sbin/nginx", "-p", directory, "-c", configuration, "-e", "stderr"], directory)
        self.wait_until_ready(lambda: ports.is_open(self.port))


class Client:
    """A client of the cache with one connection that it keeps."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def get(self, path, customer=None, accept=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if customer is not None:
            headers["X-USER-ID"] = str(customer)
        if accept:
            headers["Accept"] = accept
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


class Shop:
    """A Discount server whose price tells whose it is: customer N pays N percent less; during a sale, 10 cents more off."""

    def __init__(self):
        self.sale_until = 0

    def answer(self, request, _context):
        now = time.time()
        answers, products = [], []
        for ask in request.asks:
            products = products if ask.same_products else ask.products
            answers.append(messages_of(ask.customer.id, products, self.sale_until > now))
        return response_of(answers, self.sale_until if self.sale_until > now else 0)


def price(customer, list_price, is_sale):
    return list_price * (100 - customer) // 100 - (10 if is_sale else 0)


def messages_of(customer, products, is_sale):
    from harness import wire
    quotes = []
    for product in products:
        pays = price(customer, product.price_in_cents, is_sale)
        quotes.append(wire.messages.DiscountValue(pct=1 - pays / product.price_in_cents, value_in_cents=pays))
    return wire.messages.DiscountAnswer(quotes=quotes)


def response_of(answers, next_change):
    from harness import wire
    return wire.messages.ApplyDiscountsResponse(revision=1, answers=answers, next_change=next_change)


@pytest.fixture(scope="module", params=["lighttpd-fastcgi", "nginx"])
def cached(request, workshop, keys):
    """The port of a cache before the Catalog in one shape, its site, and its Discount server's shop."""
    shop = Shop()
    server = Server(keys, {MANY: shop.answer})
    directory = workshop.new(request.param)
    web = directory / "web" / "shop"
    web.mkdir(parents=True)
    site = Site(web, keys, server.port, CATALOG_DEADLINE_MS=5000)
    change(site, EIGHT + "INSERT INTO customer VALUES (3, 'A', 'B', ''), (4, 'C', 'D', ''), (5, 'E', 'F', '');")
    running = SHAPES[request.param](directory, site)
    cache = Cache(workshop.new("cache"), running.web.port)
    yield cache.port, site, shop
    cache.stop()
    running.stop()
    server.stop()


PATHS = ["/products", "/products?limit=2", "/products?category=home&limit=3", "/products?sort=-price", "/products/mug",
         "/products/1", "/products?q=pot", "/products/cafe", "/categories", "/products.csv"]
ACCEPTS = [None, "*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8", "text/plain", "text/csv"]


def prices_in(content_type, body):
    """What customers pay, by the product's list price."""
    if content_type != "application/json":
        return None
    found = json.loads(body)
    products = found if isinstance(found, list) else [found]
    return [(p["price_in_cents"], p.get("discount_value")) for p in products if "price_in_cents" in p]


def check(customer, path, status, headers, body):
    """That an answer is this customer's own, or nobody's."""
    assert status in (200, 301, 304, 406), (path, status, body)
    if headers.get("X-Cache") in ("HIT", "REVALIDATED", "STALE", "UPDATING"):
        assert customer is None, (path, customer, headers)
        assert "public" in headers["Cache-Control"]
    shown = prices_in(headers.get("Content-Type"), body)
    if status == 200 and shown:
        for list_price, value in shown:
            if customer is None:
                assert value is None, (path, body)
            else:
                assert value["value_in_cents"] == price(customer, list_price, False), (path, customer, body)
    if status == 200 and headers.get("Content-Type", "").startswith("text/html") and path == "/products/mug":
        for other in set(CUSTOMERS) - {customer}:
            assert not re.search(rf"\b11[.,]{price(other, 1200, False) - 1100}\b", body.decode()), (customer, other)


def walk(port, seed, count):
    """Mixed requests on one connection; how many came from the cache."""
    chance = random.Random(seed)
    client, hits, tags = Client(port), 0, {}
    for _ in range(count):
        path, accept = chance.choice(PATHS), chance.choice(ACCEPTS)
        customer = chance.choice([None, None, *CUSTOMERS])
        more = {}
        if chance.random() < 0.3:  # anybody's tag, also another's
            more["If_None_Match"] = chance.choice(list(tags.values()) or ['"x"'])
        status, headers, body = client.get(path, customer, accept, **more)
        if path not in ("/categories", "/products.csv") and accept != "text/csv":
            check(customer, path, status, headers, body)
        if status == 304:
            mine = tags.get((path, accept, customer))
            assert mine is None or mine == headers["ETag"]
            assert path == "/products.csv" or path == "/categories" or accept == "text/csv" or more["If_None_Match"] in tags.values()
        elif status == 200 and headers.get("ETag"):
            tags[path, accept, customer] = headers["ETag"]
        hits += headers.get("X-Cache") == "HIT"
    return hits


def test_nobody_ever_sees_anothers_price(cached):
    port, _, shop = cached
    shop.sale_until = 0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        hits = sum(pool.map(lambda seed: walk(port, seed, REQUESTS // 8), range(8)))
    assert hits > REQUESTS // 20  # it is a cache


def test_a_customers_answer_is_never_kept(cached):
    port, _, shop = cached
    shop.sale_until = 0
    client = Client(port)
    for _ in range(5):
        for customer in (*CUSTOMERS, 77):
            status, headers, _ = client.get("/products", customer)
            assert status == 200
            assert headers["X-Cache"] in ("MISS", "BYPASS", "EXPIRED")
            assert "public" not in headers["Cache-Control"]


def test_a_header_that_makes_somebody_nobody_poisons_nothing(cached):
    """Customer 1's request that says it was forwarded is nobody's; what it gets is not kept for customer 1."""
    port, _, shop = cached
    shop.sale_until = 0
    client = Client(port)
    for _ in range(3):
        _, _, body = client.get("/products/mug", 1, X_Forwarded_For="203.0.113.9")
        assert "discount_value" not in json.loads(body)
        _, _, body = client.get("/products/mug", 1)
        assert json.loads(body)["discount_value"]["value_in_cents"] == price(1, 1200, False)


def test_a_cached_page_is_new_within_its_lifetime_bound(cached):
    """The bound is a minute, and the next change that Discount told when that is sooner."""
    port, _, shop = cached
    client = Client(port)
    shop.sale_until = int(time.time()) + WINDOW_S
    # Each process learns of it with an answer.
    ages = set()
    for i in range(40):
        client.get(f"/products?limit={i % 20 + 1}", 2)
    for i in range(20):
        _, headers, _ = client.get(f"/products?limit={i + 100}")
        ages.add(int(re.search(r"max-age=(\d+)", headers["Cache-Control"]).group(1)))
    assert min(ages) <= WINDOW_S


def test_no_price_outlives_its_rule(cached):
    """A sale ends while everybody asks: from that second on nobody is shown its prices."""
    port, _, shop = cached
    client = Client(port)
    began = time.time()
    for customer in CUSTOMERS:
        client.get("/products/mug", customer)
    # Long enough for twenty answers on either side, however busy this machine is.
    rounds_s = 8 * (time.time() - began)
    shop.sale_until = end = int(time.time() + max(3, rounds_s))
    seen = {True: 0, False: 0}
    tags = {}
    while time.time() < end + max(2, rounds_s):
        for customer in CUSTOMERS:
            headers = {"If_None_Match": tags[customer][0]} if customer in tags else {}
            before = time.time()
            status, answered, body = client.get("/products/mug", customer, **headers)
            after = time.time()
            pays = tags[customer][1] if status == 304 else json.loads(body)["discount_value"]["value_in_cents"]
            tags[customer] = (answered["ETag"], pays)
            is_sale = pays == price(customer, 1200, True)
            assert is_sale or pays == price(customer, 1200, False)
            if before > end:
                assert not is_sale, "a price outlived its rule"
            elif after < end:
                assert is_sale
            seen[is_sale] += 1
    assert min(seen.values()) > 20
    shop.sale_until = 0


def find_short_lived(client, shop):
    """
    The address of a product that the cache keeps for five seconds at most. Which of the Catalog's processes answers is
    chance, and each learns how long with the first price that it asks for: so by an address that is new each time.
    """
    for fields in itertools.permutations(["id", "slug", "name", "price_in_cents"]):
        path = f"/products/pot?fields={','.join(fields)}"
        shop.sale_until = int(time.time()) + 5
        client.get("/products", 1)
        _, headers, _ = client.get(path)
        if int(re.search(r"max-age=(\d+)", headers["Cache-Control"]).group(1)) <= 5:
            return path
    raise AssertionError("the Catalog did not learn when prices change")


def test_a_change_of_the_catalog_is_seen_when_the_lifetime_is_over(cached):
    """The cache asks again with the tag it has, and hands out the new answer."""
    port, site, shop = cached
    client = Client(port)
    path = find_short_lived(client, shop)
    assert json.loads(client.get(path)[2])["price_in_cents"] == 900
    change(site, "UPDATE product SET price_in_cents = 950 WHERE slug = 'pot'")
    wait_until(lambda: json.loads(client.get(path)[2])["price_in_cents"] == 950, 10, "the new price")
    change(site, "UPDATE product SET price_in_cents = 900 WHERE slug = 'pot'")
