# SPDX-License-Identifier: MIT
"""
A real shared cache before the Catalog: nobody ever sees another's price, and no price outlives its rule. nginx's proxy_cache that
keeps what it is allowed to keep, by Cache-Control and Vary, and is told nothing else; and nginx's two caches as deploy/ has them.
"""
import concurrent.futures
import http.client
import itertools
import json
import os
import random
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import ports
from harness.catalog import Site
from harness.paths import DEPLOY, not_sanitized
from harness.process import Process, wait_until
from harness.shapes import SHAPES, by_nginx
from harness.shop import EIGHT, change
from harness.webserver import SECRET
from harness.wire import MANY, Server
from harness.workshop import give_to_web, web_user

pytestmark = not_sanitized("caches of web servers")

CUSTOMERS = [1, 2, 3, 4, 5]
REQUESTS = 1000
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
    {zone}
    upstream catalog {{ server 127.0.0.1:{upstream}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        set $customer $cookie_session;
        location / {{
            proxy_pass http://catalog;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            {lines}
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


TOLD_NOTHING = ("proxy_cache_path {cache} keys_zone=shop:4m;", "proxy_cache shop; proxy_cache_revalidate on;")
# The zone as the comment in the file has it.
AS_PROXY = ("""
    map $customer $catalog_secret {{ "" ""; default "{secret}"; }}
    {zone}
""", f"include {DEPLOY}/proxy/nginx.conf; include {DEPLOY}/proxy/nginx-cache.conf;")
AS_SERVER = f"""
include {DEPLOY}/nginx/cache.conf;
include {DEPLOY}/nginx/catalog.conf;
add_header X-Cache $upstream_cache_status always;
"""


def zone_of(file, cache):
    """The line of a file of deploy/ that makes a zone, for another directory."""
    line = re.search(r"^#? *((?:proxy|fastcgi)_cache_path) \S+ (.*;)$", (DEPLOY / file).read_text(), re.MULTILINE)
    return f"{line[1]} {cache} {line[2]}"


class Cache(Process):
    """nginx as a shared cache before another web server on this machine."""

    def __init__(self, directory, upstream, zone, lines):
        self.port = ports.free_port()
        self.kept = directory / "cache"
        self.kept.mkdir()
        give_to_web(directory)
        configuration = directory / "nginx.conf"
        zone = zone.format(cache=self.kept, secret=SECRET, zone=zone_of("proxy/nginx-cache.conf", self.kept))
        configuration.write_text(CONFIGURATION.format(
            user=f"user {web_user()};" if web_user() else "", port=self.port, upstream=upstream, zone=zone, lines=lines))
        super().__init__(["/usr/sbin/nginx", "-p", directory, "-c", configuration, "-e", "stderr"], directory)
        self.wait_until_ready(lambda: ports.is_open(self.port))


def find_programs(site):
    """The Catalog's processes."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and os.readlink(each / "exe") == str(site.program):
                found.append(int(each.name))
        except OSError:
            pass
    return found


@dataclass
class Door:
    """Where a cache is asked, where it keeps what it keeps, and by what it knows a customer."""

    port: int
    kept: Path
    is_told: bool           # by the files of deploy/
    is_proxy: bool = False  # which knows customers by their cookie


class Client:
    """A client of the cache with one connection that it keeps."""

    def __init__(self, door):
        self.door = door
        self.connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=60)

    def get(self, path, customer=None, accept=None, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if customer is not None and self.door.is_proxy:
            headers["Cookie"] = f"session={customer}"
        elif customer is not None:
            headers["X-USER-ID"] = str(customer)
        if accept:
            headers["Accept"] = accept
        self.connection.request(method, path, headers=headers)
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


def start_cached(kind, shape, workshop, directory, site):
    """The Catalog in a shape with a cache of a kind before it, or in it: what to stop, and the door."""
    if kind == "as-server":
        kept = directory / "kept"
        kept.mkdir()
        running = by_nginx(AS_SERVER, http=zone_of("nginx/cache-zone.conf", kept))(directory, site)
        return [running], Door(running.web.port, kept, True)
    running = SHAPES[shape](directory, site)
    cache = Cache(workshop.new("cache"), running.web.port, *(AS_PROXY if kind == "as-proxy" else TOLD_NOTHING))
    return [cache, running], Door(cache.port, cache.kept, kind == "as-proxy", kind == "as-proxy")


@pytest.fixture(scope="module", params=["told-nothing lighttpd-fastcgi", "told-nothing nginx", "as-server nginx",
                                        "as-proxy lighttpd-fastcgi"])
def cached(request, workshop, keys):
    """The door of a cache before the Catalog in one shape, its site, and its Discount server's shop."""
    kind, shape = request.param.split()
    shop = Shop()
    server = Server(keys, {MANY: shop.answer})
    directory = workshop.new(shape)
    web = directory / "web" / "shop"
    web.mkdir(parents=True)
    more = {"CATALOG_TRUSTED_PROXIES": "127.0.0.1", "CATALOG_PROXY_SECRET_FILE": "secret"} if kind == "as-proxy" else {}
    site = Site(web, keys, server.port, **more)
    (web / "secret").write_text(SECRET)
    (web / "secret").chmod(0o400)
    change(site, EIGHT + "INSERT INTO customer (id, first_name, last_name, login) VALUES (3, 'A', 'B', ''), (4, 'C', 'D', ''), (5, 'E', 'F', '');")
    started, door = start_cached(kind, shape, workshop, directory, site)
    yield door, site, shop
    for each in [*started, server]:
        each.stop()


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


def walk(door, seed, count):
    """Mixed requests on one connection; how many came from the cache."""
    chance = random.Random(seed)
    client, hits, tags = Client(door), 0, {}
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
    door, _, shop = cached
    shop.sale_until = 0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        hits = sum(pool.map(lambda seed: walk(door, seed, REQUESTS // 8), range(8)))
    assert hits > REQUESTS // 20  # it is a cache


def test_a_customers_answer_is_never_kept(cached):
    door, _, shop = cached
    shop.sale_until = 0
    client = Client(door)
    for _ in range(5):
        for customer in (*CUSTOMERS, 77):
            status, headers, _ = client.get("/products", customer)
            assert status == 200
            assert headers["X-Cache"] in ("MISS", "BYPASS", "EXPIRED")
            assert "public" not in headers["Cache-Control"]


def test_a_head_first_keeps_no_body_away(cached):
    door, _, shop = cached
    shop.sale_until = 0
    client = Client(door)
    for path in ("/products?limit=41", "/products/pot?fields=sku", "/products.csv", "/categories", "/openapi.json"):
        _, head, nothing = client.get(path, method="HEAD")
        assert nothing == b""
        for _ in range(2):
            status, headers, body = client.get(path)
            assert status == 200 and body and headers["ETag"] == head["ETag"]
        assert headers["X-Cache"] == "HIT"


def test_what_a_password_opened_is_handed_to_nobody_else(cached):
    door, _, shop = cached
    shop.sale_until = 0
    client = Client(door)
    for path in ("/products?limit=42", "/products/can", "/products.csv?", "/openapi.json?", "/pictures/none.svg"):
        for _ in range(2):
            status, headers, _ = client.get(path, Authorization="Basic am86c2VjcmV0")
            assert status == 200 and "public" not in headers["Cache-Control"]
            assert headers["X-Cache"] in ("MISS", "BYPASS")
        _, headers, _ = client.get(path)
        assert headers["X-Cache"] == "MISS" and "public" in headers["Cache-Control"]


def test_nothing_private_is_stored(cached):
    """The files of the cache, after everybody has asked for everything."""
    door, _, shop = cached
    shop.sale_until = 0
    client = Client(door)
    for path in PATHS:
        for accept in ACCEPTS:
            for customer in (1, None, 77):
                client.get(path, customer, accept)
                client.get(path, customer, accept, Authorization="Basic am86c2VjcmV0")
    files = [each.read_bytes() for each in door.kept.rglob("*") if each.is_file()]
    assert len(files) > 10
    for content in files:
        head = content.split(b"\r\n\r\n", 1)[0]
        assert b"public, max-age" in head and b"private" not in head
        assert not re.search(rb'"value_in_cents":\d|Snow', content)


def test_one_of_many_asks_for_all(cached):
    """Who asks at the same time for what is not kept waits for the one who asks the Catalog."""
    door, _, shop = cached
    if not door.is_told:
        pytest.skip("nobody told it so")
    shop.sale_until = 0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for i in range(5):
            answers = list(pool.map(lambda _: Client(door).get(f"/products?limit={50 + i}"), range(8)))
            assert [headers["X-Cache"] for _, headers, _ in answers].count("MISS") == 1
            assert len({body for _, _, body in answers}) == 1


def test_what_there_was_is_handed_out_while_it_is_asked_anew(cached):
    """The Catalog stands still: one waits for it, the others have what was kept."""
    door, site, shop = cached
    if not door.is_told:
        pytest.skip("nobody told it so")
    path = find_short_lived(Client(door), shop)
    catalogs = find_programs(site)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        time.sleep(6)  # its lifetime is over
        for pid in catalogs:
            os.kill(pid, signal.SIGSTOP)
        try:
            asked = [pool.submit(Client(door).get, path) for _ in range(2)]
            wait_until(lambda: any(each.done() for each in asked), 5, "an answer")
            (fast,) = [each for each in asked if each.done()]
            _, headers, body = fast.result()
            assert headers["X-Cache"] == "UPDATING" and b"900" in body
        finally:
            for pid in catalogs:
                os.kill(pid, signal.SIGCONT)
        (slow,) = [each for each in asked if each is not fast]
        assert slow.result()[1]["X-Cache"] in ("REVALIDATED", "EXPIRED")


def test_a_header_that_makes_somebody_nobody_poisons_nothing(cached):
    """Customer 1's request that says it was forwarded is nobody's; what it gets is not kept for customer 1."""
    door, _, shop = cached
    if door.is_proxy:
        pytest.skip("whoever it knows is a customer, forwarded or not")
    shop.sale_until = 0
    client = Client(door)
    for _ in range(3):
        _, _, body = client.get("/products/mug", 1, X_Forwarded_For="203.0.113.9")
        assert "discount_value" not in json.loads(body)
        _, _, body = client.get("/products/mug", 1)
        assert json.loads(body)["discount_value"]["value_in_cents"] == price(1, 1200, False)


def test_a_cached_page_is_new_within_its_lifetime_bound(cached):
    """The bound is a minute, and the next change that Discount told when that is sooner."""
    door, _, shop = cached
    client = Client(door)
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
    door, _, shop = cached
    client = Client(door)
    began = time.time()
    for customer in CUSTOMERS:
        client.get("/products/mug", customer)
    # Time for some rounds before, however busy this machine is.
    shop.sale_until = end = int(time.time() + max(3, 8 * (time.time() - began)))
    seen = {True: 0, False: 0}
    tags = {}
    while time.time() < end or seen[False] <= 20:
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
    assert seen[True] >= len(CUSTOMERS)
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
    door, site, shop = cached
    client = Client(door)
    path = find_short_lived(client, shop)
    assert json.loads(client.get(path)[2])["price_in_cents"] == 900
    change(site, "UPDATE product SET price_in_cents = 950 WHERE slug = 'pot'")
    wait_until(lambda: json.loads(client.get(path)[2])["price_in_cents"] == 950, 10, "the new price")
    change(site, "UPDATE product SET price_in_cents = 900 WHERE slug = 'pot'")
