# SPDX-License-Identifier: MIT
"""The figures of prices that are lent: what is gained where they are asked for again, and what it costs where they are not."""
import random
import threading
import time

import admin
import measure
from admin import set_group, set_rule
from figures import Figure, Result, _median, _ratios, in_turns, load, warm_up
from harness.discount import Discountd
from oracle import Rule
from stage import CUSTOMERS, PAGE, ask

# A shop as there are many: every customer is in one of five groups, and twenty rules are for groups or for everybody.
GROUPS, RULES, PAGES, ON_A_PAGE = 5, 20, 20, 20
REQUESTS = 20000  # that wrk makes in turn


def realistic_changes():
    members = [range(1 + i, CUSTOMERS + 1, GROUPS) for i in range(GROUPS)]
    changes = [change for i in range(GROUPS) for change in set_group(f"group-{i}", members[i])]
    return [admin.messages.Change(clear_all=True), *changes] + [
        set_rule(Rule(f"rule-{i}", lane=("contract", "sale")[i % 2], value=100 + 50 * i,
                      **{"group": f"group-{i % GROUPS}"} if i % 4 else {})) for i in range(RULES)]


def realistic_discountd(stage):
    """A discountd with that shop, made once."""
    if "realistic" not in stage.others:
        server = stage.others["realistic"] = Discountd(stage.workshop.new("realistic"), stage.keys, DISCOUNT_WORKERS=2)
        client = stage.administrator(server)
        client.change(*realistic_changes())
        client.channel.close()
    return stage.others["realistic"]


def write_requests(path):
    """Pages and customers by Zipf's law: the first page is asked for twice as often as the second."""
    chance = random.Random(1)
    pages = chance.choices(range(1, PAGES + 1), [1 / i for i in range(1, PAGES + 1)], k=REQUESTS)
    path.write_text("".join(f"/products?limit={ON_A_PAGE}&min_price={page * 1237}\t{chance.randrange(CUSTOMERS) + 1}\n"
                            for page in pages))
    return path


def realistic(connections, is_against_hello):
    """Against hello, or against the same pages without prices of anybody's own."""
    def look(stage, pace):
        before, stage.discountd = stage.discountd, realistic_discountd(stage)
        try:
            catalog = stage.start_any("lighttpd", stage.new_site(PAGES * ON_A_PAGE + 100), f"/products?limit={ON_A_PAGE}&min_price=1237")
            requests = write_requests(stage.workshop.new("requests") / "requests")
            other, paths = stage.start_hello("lighttpd", catalog, True) if is_against_hello else catalog, requests
            if not is_against_hello:
                paths = requests.with_name("paths")
                paths.write_text("".join(line.split("\t")[0] + "\n" for line in requests.read_text().splitlines()))
            discount = [stage.discountd.pid, *stage.discountd.workers()]
            warm_up(catalog, pace, 0, requests)
            ours, theirs = in_turns(
                pace.rounds,
                lambda: load(catalog, connections, pace.seconds, 0, catalog.responders() + discount, requests),
                lambda: load(other, connections, pace.seconds, 0, other.responders(), paths))
            hits = stage.hits(catalog)
        finally:
            stage.discountd = before
        return Result(_ratios(ours, theirs, "per_s"),
                      f"{hits}, {_median(ours, 'per_s'):,.0f} / {_median(theirs, 'per_s'):,.0f} requests/s, "
                      f"CPU {_median(ours, 'cpu_us'):.0f} / {_median(theirs, 'cpu_us'):.0f} µs")
    return look


def all_miss(stage, pace):
    """So little is kept that whoever asks again was dropped long ago ÷ nothing is kept or lent."""
    fronts = [stage.start_catalog("lighttpd", stage.new_site(3), True, CATALOG_QUOTES_MB=size) for size in (1, 0)]
    discount = [stage.discountd.pid, *stage.discountd.workers()]
    ours, theirs = in_turns(pace.rounds, *[
        lambda front=front: load(front, 64, pace.seconds, CUSTOMERS, front.responders() + discount) for front in fronts])
    return Result(_ratios(ours, theirs, "per_s"),
                  f"{stage.hits(fronts[0])}, {_median(ours, 'per_s'):,.0f} / {_median(theirs, 'per_s'):,.0f} requests/s, "
                  f"CPU {_median(ours, 'cpu_us'):.0f} / {_median(theirs, 'cpu_us'):.0f} µs")


def page_for_people(connections):
    """The page of fifty products as a customer ÷ as nobody."""
    def look(stage, pace):
        catalog = stage.start_any("lighttpd", stage.new_site(PAGE), "/products", [("Accept", "text/html")])
        if b"First1 Last1" not in ask(catalog, True).body or b"First1" in ask(catalog, False).body:
            raise measure.MeasureError("the page does not say whose it is")
        warm_up(catalog, pace, 1000)
        discount = [stage.discountd.pid, *stage.discountd.workers()]
        ours, theirs = in_turns(pace.rounds, *[
            lambda customers=customers: load(catalog, connections, pace.seconds, customers, catalog.responders() + discount)
            for customers in (1000, 0)])
        return Result(_ratios(ours, theirs, "per_s"),
                      f"{stage.hits(catalog)}, {_median(ours, 'per_s'):,.0f} / {_median(theirs, 'per_s'):,.0f} requests/s, "
                      f"CPU {_median(ours, 'cpu_us'):.0f} / {_median(theirs, 'cpu_us'):.0f} µs")
    return look


class Changes:
    """An administrator of a discountd of its own behind a Catalog that is under load."""

    def __init__(self, stage):
        self.stage, self.before = stage, stage.discountd

    def __enter__(self):
        self.stage.discountd = self.stage.start_discountd()
        self.client, self.number = self.stage.administrator(self.stage.discountd), 0
        return self

    def __exit__(self, *_):
        self.client.channel.close()
        own, self.stage.discountd = self.stage.discountd, self.before
        self.stage.stop_fronts()
        own.stop()

    def make(self):
        """One change; the milliseconds until it is acknowledged."""
        self.number += 1
        began = time.monotonic()
        self.client.change(set_rule(Rule("changing", lane="sale", customer=CUSTOMERS + 1, value=self.number)), seconds=60)
        return (time.monotonic() - began) * 1000

    def under_load(self, look):
        """What look() gives while 64 connections ask."""
        catalog = self.stage.start_catalog("lighttpd", self.stage.new_site(3), True)
        is_over = threading.Event()

        def ask_on():
            while not is_over.is_set():
                measure.http(catalog.url(), 64, 1, CUSTOMERS)
        asking = threading.Thread(target=ask_on)
        asking.start()
        try:
            time.sleep(1)
            return look()
        finally:
            is_over.set()
            asking.join()


def acknowledgement(is_loaded):
    def look(stage, pace):
        def some(changes):
            times = []
            for _ in range(3 * pace.rounds):
                time.sleep(0.6)
                times.append(changes.make())
            return times
        with Changes(stage) as changes:
            times = changes.under_load(lambda: some(changes)) if is_loaded else some(changes)
        return Result(times, f"p50 of {len(times)}", " ms")
    return look


def many_changes(stage, pace):
    with Changes(stage) as changes:
        count = 1000 if pace.rounds > 2 else 50
        seconds = changes.under_load(lambda: sum(changes.make() for _ in range(count)) / 1000)
    return Result([seconds * 1000 / count], f"{count} in {seconds:.1f} s", " s")


def memory(stage, pace):
    """What a process takes that keeps all it may, beside one that keeps nothing."""
    sizes = []
    for size in (8, 0):
        catalog = stage.start_catalog("lighttpd", stage.new_site(PAGE), True, CATALOG_QUOTES_MB=size)
        for _ in range(4):
            measure.http(catalog.url(), 64, 2 * pace.seconds, CUSTOMERS)
        sizes.append(max(measure.pss_mib(pid) for pid in catalog.responders()))
        stage.stop_fronts()
    return Result([sizes[0] - sizes[1]], f"{sizes[0]:.1f}, {sizes[1]:.1f}", " MiB")


LEASE_FIGURES = [
    *[Figure(f"realistic ÷ {'hello' if is_hello else 'as nobody'}, lighttpd, {connections} connection{'s' * (connections > 1)}",
             None if is_hello else (">=", bound), realistic(connections, is_hello))
      for is_hello in (True, False) for connections, bound in ((64, 0.92), (8, 0.88), (1, 0.85))],
    Figure("every request misses ÷ nothing is kept, lighttpd, 64 connections", (">=", 0.98), all_miss),
    *[Figure(f"page for people, as a customer ÷ as nobody, {connections} connection{'s' * (connections > 1)}", (">=", bound),
             page_for_people(connections)) for connections, bound in ((64, 0.9), (8, 0.85), (1, 0.8))],
    Figure("acknowledgement of a change, quiet", ("<=", 10), acknowledgement(False)),
    Figure("acknowledgement of a change, under load", ("<=", 280), acknowledgement(True)),
    Figure("a thousand changes one after another, under load", ("<=", 30), many_changes),
    Figure("memory of kept quotes", ("<=", 9), memory),
]
