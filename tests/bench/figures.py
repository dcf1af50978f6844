# SPDX-License-Identifier: MIT
"""The figures of the table, each a ratio of two things that were measured in turns."""
import statistics
from dataclasses import dataclass, field

import measure
from harness import process
from harness.process import run
from stage import CUSTOMERS, PAGE, check_every_kind

CGI = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "GET",
       "SCRIPT_NAME": "/catalog.fcgi", "PATH_INFO": "/products", "REQUEST_URI": "/catalog.fcgi/products",
       "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
       "HTTP_X_USER_ID": "1", "CATALOG_LOG_LEVEL": "warning"}  # whose address is trusted is no news


@dataclass
class Result:
    """What one figure came to. `values` are ratios, one a round (for memory: MiB, one in all)."""

    values: list
    remark: str
    unit: str = ""

    @property
    def median(self):
        return statistics.median(self.values)


@dataclass
class Figure:
    """A row of the table. `bound` is (">=" or "<=", number), or None: for information."""

    name: str
    bound: tuple
    measure: object = field(repr=False)

    def is_met(self, result):
        relation, limit = self.bound
        return result.median >= limit if relation == ">=" else result.median <= limit


@dataclass
class Pace:
    """How long to look."""

    rounds: int
    seconds: int
    spawns: int


def in_turns(rounds, first, second):
    """Calls both once a round, the one that begins changing; two lists."""
    a, b = [], []
    for i in range(rounds):
        for function, results in ((first, a), (second, b)) if i % 2 == 0 else ((second, b), (first, a)):
            results.append(function())
    return a, b


def _median(results, key):
    return statistics.median(result[key] for result in results)


def _ratios(a, b, key):
    return [left[key] / right[key] for left, right in zip(a, b)]


# ---- HTTP ----

def load(front, connections, seconds, customers, pids, paths=None):
    """What wrk says, and the processor time that these processes spent on a request."""
    before = measure.cpu_us(pids)
    result = measure.http(front.url(), connections, seconds, customers, front.headers, paths)
    return result | {"cpu_us": (measure.cpu_us(pids) - before) / result["requests"]}


def warm_up(front, pace, customers, paths=None):
    """What is kept is kept by then: each figure says how many requests were answered from it."""
    measure.http(front.url(), 64, 3 * pace.seconds, customers, front.headers, paths)


def against_hello(server, connections, products=3, is_customer=True, **variables):
    """Requests per second of the Catalog ÷ those of hello with the same bytes."""
    def look(stage, pace):
        catalog = stage.start_catalog(server, stage.new_site(products), is_customer, **variables)
        hello = stage.start_hello(server, catalog, is_customer)
        customers = CUSTOMERS if is_customer else 0
        discount = [stage.discountd.pid, *stage.discountd.workers()]
        check_every_kind(catalog, is_customer)
        warm_up(catalog, pace, customers)
        ours, theirs = in_turns(
            pace.rounds,
            lambda: load(catalog, connections, pace.seconds, customers, catalog.responders() + discount),
            lambda: load(hello, connections, pace.seconds, customers, hello.responders()))
        check_every_kind(catalog, is_customer)
        if catalog.count_degraded():
            raise measure.MeasureError("some answers had no discount because Discount was not reached")
        is_kept = is_customer and variables.get("CATALOG_QUOTES_MB") != 0
        hits = f"{stage.hits(catalog)}, " if is_kept else ""
        return Result(_ratios(ours, theirs, "per_s"),
                      f"{hits}{_median(ours, 'per_s'):,.0f} / {_median(theirs, 'per_s'):,.0f} requests/s, "
                      f"p99 {_median(ours, 'p99_us') / 1000:.1f} / {_median(theirs, 'p99_us') / 1000:.1f} ms, "
                      f"CPU {_median(ours, 'cpu_us'):.0f} / {_median(theirs, 'cpu_us'):.0f} µs")
    return look


# ---- RPC ----

def rpc_against(key, outstanding, a, b):
    """`key` of the calls a ÷ that of the calls b; each is (method, products)."""
    def look(stage, pace):
        def ask(method, products):
            return measure.rpc(stage.discountd.port, stage.keys, method, products, outstanding, pace.seconds)
        ours, theirs = in_turns(pace.rounds, lambda: ask(*a), lambda: ask(*b))
        return Result(_ratios(ours, theirs, key),
                      f"{_median(ours, 'calls_per_s'):,.0f} / {_median(theirs, 'calls_per_s'):,.0f} calls/s, "
                      f"p50 {_median(ours, 'p50_us'):.0f} / {_median(theirs, 'p50_us'):.0f} µs")
    return look


# ---- CGI ----

def _bare_client(stage, site):
    keys = [stage.keys.file(name) for name in ("ca.crt", "catalog.crt", "catalog.key")]
    return [measure.BENCH / "bare_client", f"127.0.0.1:{stage.discountd.port}", *keys], {}


def _hello_cgi(_stage, site):
    (site.path / "headers").write_text("")
    (site.path / "body").write_bytes(run([site.program], env=process.environment(**CGI)).stdout.encode())
    return [measure.BENCH / "hello"], {"HELLO_BODY": site.path / "body", "HELLO_HEADERS": site.path / "headers"}


def cold_against(make_other):
    """Time from exec to exit of a discounted CGI request ÷ that of the other program."""
    def look(stage, pace):
        site = stage.new_site(3)
        done = run([site.program], env=process.environment(**CGI))
        if done.stdout.count('"pct":0.1') != 3:
            raise measure.MeasureError(f"a CGI request has no discounts: {done.stdout}{done.stderr}")
        other, variables = make_other(stage, site)
        results = [measure.cold(pace.spawns, [site.program], other, CGI | variables) for _ in range(pace.rounds)]
        return Result([result["ratio"] for result in results],
                      f"{_median(results, 'a_us') / 1000:.1f} / {_median(results, 'b_us') / 1000:.1f} ms")
    return look


# ---- Memory ----

def memory(stage, pace):
    """PSS of the catalog's master, its heir and process, and of discountd's master and two workers, after load."""
    discountd = stage.start_discountd()
    before, stage.discountd = stage.discountd, discountd
    try:
        catalog = stage.start_catalog("lighttpd", stage.new_site(3), True)
        measure.http(catalog.url(), 64, pace.seconds, CUSTOMERS)
        parts = [("catalog", pid) for pid in catalog.responders()] + [("master", discountd.pid)]
        parts += [(f"worker {i}", pid) for i, pid in enumerate(discountd.workers(), 1)]
        sizes = [(name, measure.pss_mib(pid)) for name, pid in parts]
        stage.stop_fronts()
    finally:
        stage.discountd = before
        discountd.stop()
    if len(sizes) != 6:
        raise measure.MeasureError(f"other processes than expected: {sizes}")
    return Result([sum(size for _, size in sizes)], ", ".join(f"{name} {size:.1f}" for name, size in sizes), " MiB")


FIGURES = [
    Figure("anonymous ÷ hello, 3 products, lighttpd, 64 connections", (">=", 0.90),
           against_hello("lighttpd", 64, is_customer=False)),
    Figure("anonymous ÷ hello, 50 products, lighttpd, 64 connections", (">=", 0.90),
           against_hello("lighttpd", 64, PAGE, is_customer=False)),
    Figure("anonymous ÷ hello, 3 products, nginx, 64 connections", (">=", 0.90),
           against_hello("nginx", 64, is_customer=False)),
    Figure("anonymous ÷ hello, 50 products, nginx, 64 connections", (">=", 0.90),
           against_hello("nginx", 64, PAGE, is_customer=False)),
    Figure("discounted ÷ hello, 3 products, lighttpd, 64 connections", (">=", 0.95), against_hello("lighttpd", 64)),
    Figure("discounted ÷ hello, 3 products, lighttpd, 8 connections", (">=", 0.90), against_hello("lighttpd", 8)),
    Figure("discounted ÷ hello, 3 products, lighttpd, 1 connection", (">=", 0.85), against_hello("lighttpd", 1)),
    Figure("discounted ÷ hello, 50 products, lighttpd, 64 connections", (">=", 0.85), against_hello("lighttpd", 64, PAGE)),
    Figure("discounted ÷ hello, 50 products, lighttpd, 8 connections", (">=", 0.90), against_hello("lighttpd", 8, PAGE)),
    Figure("discounted ÷ hello, 50 products, lighttpd, 1 connection", (">=", 0.85), against_hello("lighttpd", 1, PAGE)),
    Figure("discounted and nothing kept ÷ hello, 3 products, lighttpd, 64 connections", (">=", 0.70),
           against_hello("lighttpd", 64, CATALOG_QUOTES_MB=0)),
    Figure("discounted ÷ hello, 3 products, nginx, 64 connections", None, against_hello("nginx", 64)),
    Figure("discounted ÷ hello, 50 products, nginx, 64 connections", None, against_hello("nginx", 64, PAGE)),
    Figure("discounted, 2 processes ÷ hello, 3 products, lighttpd, 64 connections", None,
           against_hello("lighttpd", 64, CATALOG_PROCESSES=2)),
    Figure("ApplyDiscounts of 50 ÷ of 1, latency, 1 outstanding", ("<=", 1.5),
           rpc_against("p50_us", 1, ("batch", 50), ("batch", 1))),
    Figure("ApplyDiscounts of 50 ÷ of 1, latency, 16 outstanding", None,
           rpc_against("p50_us", 16, ("batch", 50), ("batch", 1))),
    Figure("ApplyDiscounts of 1 ÷ ApplyDiscount, calls/s, 1 outstanding", None,
           rpc_against("calls_per_s", 1, ("batch", 1), ("single", 1))),
    Figure("ApplyDiscounts of 1 ÷ ApplyDiscount, calls/s, 16 outstanding", None,
           rpc_against("calls_per_s", 16, ("batch", 1), ("single", 1))),
    Figure("cold CGI request, discounted ÷ bare C client", ("<=", 1.2), cold_against(_bare_client)),
    Figure("cold CGI request, discounted ÷ hello as CGI", None, cold_against(_hello_cgi)),
    Figure("memory (PSS): catalog's master, heir and process, discountd's master and 2 workers", ("<=", 40), memory),
]
