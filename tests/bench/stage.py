# SPDX-License-Identifier: MIT
"""
What is measured and what it is held against: a discountd with a rule for each customer, the Catalog with its databases,
and hello with the Catalog's own bytes, each behind a web server by the project's deploy files.
"""
import os
import re
import shutil
import sqlite3
from pathlib import Path

import admin
from harness import discount, wire
from harness.catalog import Catalog, Site
from harness.discount import Discountd
from harness.fastcgi import Connection, get
from harness.keys import make_keys
from harness.paths import DEPLOY
from harness.process import descendants, wait_until
from harness.webserver import Lighttpd, Nginx
from harness.workshop import Workshop, give_to_web

BENCH = Path(os.environ.get("BENCH_DIR", "build/release/tests/bench")).resolve()
CUSTOMERS = 10000
PERCENT = 1000  # hundredths of a percent, for every customer: so all discounted answers are the same bytes
PAGE = 50

# What a web server or the Catalog's loop, which is hello's too, adds of its own, and what differs from one answer to the next.
OWN_HEADERS = ("date", "server", "connection", "content-length", "content-type", "transfer-encoding",
               "x-content-type-options")

WORDS = """cotton steel 64GB wireless black oak charger warranty bottle running waterproof compact kitchen silver lamp
adjustable leather portable garden ceramic stainless battery cable foldable merino travel hand-made recycled double
insulated screen speaker heavy-duty brushed aluminium quiet motor with for and including replaceable filter""".split()


def make_discount_database(directory):
    """One rule for each customer."""
    path = discount.make_database(directory / "discount.db")
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM rule")
        database.executemany(
            "INSERT INTO rule (key, label, customer_id, lane, kind, value) VALUES (?, ?, ?, 'contract', 'percent', ?)",
            [(f"customer-{i}", f"10 % off for customer {i}", i, PERCENT) for i in range(1, CUSTOMERS + 1)])
    database.close()


def describe(number):
    """Some 200 letters about a product, the same in every run."""
    return " ".join(WORDS[(number * 7 + i * (number % 5 + 3)) % len(WORDS)] for i in range(29))


def fill_customers(path):
    """Every customer, and nobody else."""
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM customer")
        database.executemany("INSERT INTO customer (id, first_name, last_name) VALUES (?, ?, ?)",
                             [(i, f"First{i}", f"Last{i}") for i in range(1, CUSTOMERS + 1)])
    database.close()


def fill_catalog(path, products):
    """The demo's three products, or a page of more, and every customer."""
    fill_customers(path)
    with sqlite3.connect(path) as database:
        database.executemany("INSERT INTO product (id, slug, description, price_in_cents) VALUES (?, ?, ?, ?)",
                             [(i, f"product-number-{i}", describe(i), 995 + i * 1237) for i in range(4, products + 1)])
    database.close()


class Hello(Catalog):
    """The hello responder with a listening socket of its own, as nginx wants one."""

    def is_answering(self):
        try:
            with Connection(self.socket_path) as connection:
                connection.send(get("/"))
                return connection.answer() != b""
        except (EOFError, ConnectionError):
            return False


class Front:
    """
    A web server with one responder behind it, and what it is asked for. `processes` are stopped in their order.
    """

    def __init__(self, web, processes):
        self.web = web
        self.processes = processes
        self.path, self.headers = "/products", []

    def url(self):
        return self.web.url(self.path)

    def responders(self):
        """The pids of the responder, whom lighttpd starts itself."""
        owner = self.processes[-1]
        return descendants(owner.pid) if isinstance(owner, Lighttpd) else [owner.pid, *descendants(owner.pid)]

    def count_degraded(self):
        return sum(process.count_log("discount-degraded|discount-answer-refused") for process in self.processes)

    def stop(self):
        for process in self.processes:
            process.stop()

    def kept(self):
        """Which share of the requests for customers was answered from kept quotes: its processes say so when they end."""
        text = "".join(process.log() for process in self.processes)
        found = [(int(hits), int(misses)) for hits, misses in re.findall(r" quotes-kept hits=(\d+) misses=(\d+) ", text)]
        hits, misses = (sum(each) for each in zip(*found)) if found else (0, 0)
        return hits / (hits + misses) if hits + misses else None


class Stage:
    """Keys, databases and a discountd; makes what a figure needs, and stops it when it is told to."""

    def __init__(self):
        self.workshop = Workshop()
        self.keys = make_keys(self.workshop.new("keys"))
        self.fronts = []
        self.others = {}  # what lives until the end, by name: with a function stop()
        self.discountd = self.start_discountd()

    def start_discountd(self):
        directory = self.workshop.new("discountd")
        make_discount_database(directory)
        server = Discountd(directory, self.keys, DISCOUNT_WORKERS=2)
        server.wait_for_log("worker-ready", times=2)
        return server

    def administrator(self, server):
        """A channel to a discountd; its .channel is the caller's to close."""
        if admin.messages is None:
            wire.generate(self.workshop.new("proto"))
            admin.generate(self.workshop.new("proto"))
        return admin.Admin(server.port, self.keys)

    def new_site(self, products):
        """A site's directory with a catalog of so many products."""
        site = Site(self.workshop.new("site"), self.keys, self.discountd.port)
        fill_catalog(site.var / "catalog.db", products)
        return site

    def _put_behind(self, server, site, kind, variables):
        """The deploy file of that web server, as it is but for the responder's environment."""
        if server == "nginx":
            responder = kind(site, **variables)
            web = Nginx(self.workshop.new("nginx"), f"include {DEPLOY}/nginx/catalog.conf;", responder.socket_path)
            front = Front(web, [web, responder])
        else:
            text = (DEPLOY / "lighttpd" / "fastcgi.conf").read_text()
            given = '"max-procs" => 1,'
            assert given in text, "deploy/lighttpd/fastcgi.conf says something else"
            pairs = ", ".join(f'"{name}" => "{value}"' for name, value in variables.items())
            shape = site.path / "shape.conf"
            shape.write_text(text.replace(given, f'{given} "bin-environment" => ( {pairs} ),'))
            web = Lighttpd(site, shape)
            front = Front(web, [web])
        self.fronts.append(front)
        return front

    def start_catalog(self, server, site, is_customer, path="/products", **variables):
        """The Catalog; when this returns it answers, as it should."""
        front = self.start_any(server, site, path, **variables)
        wait_until(lambda: is_right(ask(front, is_customer), is_customer), 10, "an answer with the right prices")
        return front

    def start_any(self, server, site, path, headers=(), **variables):
        """The same of another discountd, or another kind of answer: when this returns it answers."""
        front = self._put_behind(server, site, Catalog, variables)
        front.path, front.headers = path, list(headers)
        wait_until(lambda: ask(front, True).status == 200 and not ask(front, True).is_degraded, 10, "an answer with prices")
        return front

    def start_hello(self, server, catalog, is_customer):
        """hello, with the bytes that this catalog answers: status, header lines, body."""
        answer = ask(catalog, is_customer)
        site = self.new_site(3)
        shutil.copy(BENCH / "hello", site.program)
        (site.path / "body").write_bytes(answer.body)
        (site.path / "headers").write_bytes(
            b"".join(b"%s: %s\r\n" % (name.encode(), value.encode()) for name, value in program_headers(answer)))
        give_to_web(site.path)
        front = self._put_behind(server, site, Hello,
                                 {"HELLO_BODY": site.path / "body", "HELLO_HEADERS": site.path / "headers",
                                  "HELLO_STATUS": answer.status})
        front.path, front.headers = catalog.path, catalog.headers
        wait_until(lambda: ask(front, is_customer).status == answer.status, 10, "an answer of hello")
        said = ask(front, is_customer)
        assert (said.body, program_headers(said)) == (answer.body, program_headers(answer)), "hello says something else"
        return front

    def stop_fronts(self):
        """Stops all but discountd."""
        while self.fronts:
            self.fronts.pop().stop()

    def hits(self, catalog):
        """Stops this front. How many of its requests were hits, for people."""
        self.fronts.remove(catalog)
        catalog.stop()
        return f"{wait_until(lambda: catalog.kept() is not None and f'{catalog.kept():.0%}', 10, 'its count of hits')} hits"

    def close(self):
        self.stop_fronts()
        for other in self.others.values():
            other.stop()
        self.discountd.stop()
        self.workshop.remove()


def ask(front, is_customer, customer=1):
    return front.web.request(front.path, headers=front.headers + ([("X-USER-ID", str(customer))] if is_customer else []))


def program_headers(answer):
    """The header lines that are the program's."""
    return [(name, value) for name, value in answer.headers if name.lower() not in OWN_HEADERS]


def is_right(answer, is_customer):
    """Whether the answer has list prices only, or a discount on every product."""
    products = answer.body.count(b'"slug":')
    discounts = answer.body.count(b'"discount_value":{"pct":0.1,')
    return answer.status == 200 and products > 0 and not answer.is_degraded and \
        discounts == (products if is_customer else 0)


def check_every_kind(front, is_customer):
    """Asks as the first and the last customer: what is measured must be right, and the same bytes."""
    first, last = ask(front, is_customer), ask(front, is_customer, CUSTOMERS)
    assert is_right(first, is_customer) and first.body == last.body, f"a wrong answer: {first.status} {first.body[:200]}"
