# SPDX-License-Identifier: MIT
"""
Prices that Discount lends: a Catalog answers from what it has, and nobody ever sees an older price than the rules that were
last acknowledged.

One rule takes an amount off everything, a cent more with each change: so each price tells which change made it.
"""
import itertools
import json
import os
import random
import re
import signal
import threading
import time

import grpc
import pytest
from admin import Admin, set_group, set_rule
from harness import ports
from harness.catalog import Catalog, Cgi, Site
from harness.clock import WallClock, preload
from harness.discount import Discountd
from harness.discountctl import Ctl, rule_file
from harness.fastcgi import Connection, get
from harness.paths import is_sanitized, not_sanitized
from harness.process import children, wait_until
from harness.shapes import SHAPES
from oracle import Rule

LEASE_S = 0.25
LIST_PRICE = 99999  # of the demo's first product
CUSTOMER = 2  # the demo has no rule of their own for them
# By hand, before a release: LEASE_ROUNDS=1000.
ROUNDS = int(os.environ.get("LEASE_ROUNDS", 8 if is_sanitized() else 40))
CUT_OFF = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)


def cents_off(number):
    return set_rule(Rule("cents", lane="sale", kind="amount", value=number))


def request(catalog, path="/products", customer=CUSTOMER, seconds=30, **headers):
    """An answer's bytes, its head included."""
    with Connection(catalog.socket_path, seconds=seconds) as connection:
        connection.send(get(path, customer, **headers))
        return connection.answer()


def body_of(answer):
    return answer.split(b"\r\n\r\n", 1)[1]


def ask(catalog, customer=CUSTOMER):
    """The number of the change that made the price; None: the answer is degraded."""
    answer = request(catalog, customer=customer)
    if b"X-Discount-Status: degraded" in answer:
        return None
    return LIST_PRICE - json.loads(body_of(answer))[0]["discount_value"].get("value_in_cents", LIST_PRICE)


def counts(catalog):
    """(hits, misses, leases) of a Catalog of one process, which is stopped for it."""
    catalog.stop()
    return [int(each) for each in re.search(r"quotes-kept hits=(\d+) misses=(\d+) leases=(\d+)", catalog.log()).groups()]


def keep_asking(catalog, seconds=0.5):
    """Until prices are lent, and somewhat longer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ask(catalog)


@pytest.fixture
def shop(start, make_site, own_discountd, connect):
    """shop(…settings of discountd) is a discountd with its administrator in .admin, and .open(…settings) makes a Catalog for it."""
    def make(**settings):
        discountd = own_discountd(**settings)
        discountd.admin = connect(discountd)
        discountd.admin.change(cents_off(1))
        discountd.open = lambda **more: start(Catalog, make_site(discountd.port), **more)
        return discountd
    return make


# ---- Nothing is stale ----

class Race:
    """Requests without end to some Catalogs, while rules change; what was asked and what was answered."""

    def __init__(self, discountd, keys, catalogs):
        self.discountd, self.keys, self.catalogs = discountd, keys, catalogs
        self.admin = Admin(discountd.port, keys)
        self.number = self.acknowledged = 1
        self.seen = 1  # the latest change of which an answer has come
        self.stale = self.backwards = self.answers = 0
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.load, args=(catalog,)) for catalog in catalogs for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def look(self, catalog):
        with self.lock:
            acknowledged, seen = self.acknowledged, self.seen
        number = ask(catalog)
        if number is None:
            return
        with self.lock:
            self.answers += 1
            self.stale += number < acknowledged
            self.backwards += number < seen
            self.seen = max(self.seen, number)

    def load(self, catalog):
        while not self.is_over.wait(0.003):
            self.look(catalog)

    def change(self):
        """One change, and four requests at once when it is acknowledged."""
        self.number += 1
        try:
            self.admin.change(cents_off(self.number), seconds=30)
        except grpc.RpcError as error:
            assert error.code() in CUT_OFF, error
            self.admin.channel.close()
            self.admin = Admin(self.discountd.port, self.keys)
            return
        with self.lock:
            self.acknowledged = self.number
        asking = [threading.Thread(target=self.look, args=(catalog,)) for catalog in self.catalogs for _ in range(2)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        self.admin.channel.close()
        print(f"{self.answers} answers, {self.number} changes, {self.stale} stale, {self.backwards} backwards")


def run_race(race, rounds, disturb):
    chance = random.Random(17)
    try:
        for _ in range(rounds):
            disturb(chance)
            time.sleep(chance.random() * 0.5)
            race.change()
    finally:
        race.end()


def stop_for_a_while(pid, seconds):
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(seconds, os.kill, (pid, signal.SIGCONT)).start()


def test_no_price_is_older_than_what_was_acknowledged_whoever_is_killed_stopped_or_reloaded(shop, keys):
    discountd = shop()
    catalogs = [discountd.open(), discountd.open()]

    def disturb(chance):
        """One of them, or nobody. Workers come and go: one may have gone since it was found."""
        workers, processes = discountd.workers(), [pid for catalog in catalogs for pid in children(catalog.pid)]
        try:
            match chance.randrange(6):
                case 0:
                    os.kill(chance.choice(workers), signal.SIGKILL)
                case 1:
                    stop_for_a_while(chance.choice(workers), 0.4)
                case 2:
                    os.kill(discountd.pid, signal.SIGHUP)
                case 3:
                    stop_for_a_while(chance.choice(processes), chance.choice((0.1, 0.2, 0.4)))
        except (ProcessLookupError, IndexError):
            pass

    race = Race(discountd, keys, catalogs)
    run_race(race, ROUNDS, disturb)
    time.sleep(0.5)  # whoever was stopped goes on
    assert (race.stale, race.backwards) == (0, 0)
    assert race.acknowledged > ROUNDS / 2
    assert sum(counts(catalog)[0] for catalog in catalogs) > 20


@not_sanitized("it is about the test before")
def test_a_catalog_that_takes_a_lease_for_twice_as_long_is_found_out(shop, keys, workshop):
    """Else the test before shows nothing."""
    discountd = shop()
    race = Race(discountd, keys, [discountd.open(**preload(workshop.new("slow"), "slow"))])
    run_race(race, 12, lambda _: time.sleep(0.5))
    assert race.stale > 0


# ---- What is kept is what Discount says ----

PATHS = ["/products", "/products?limit=1", "/products?sort=-price", "/products/iphone-x", "/products?fields=slug,price_in_cents"]
GROUPS = ["a", "b", "c"]


def random_rule(chance, number):
    kind, value = chance.choice([("percent", chance.randrange(1, 10000)), ("amount", chance.randrange(1, 150000)),
                                 ("price", chance.randrange(150000))])
    audience = chance.choice([{}, {"customer": chance.randrange(1, 9)}, {"group": chance.choice(GROUPS)}])
    return Rule(f"rule-{number}", label=f"Rule {number} & co", enabled=chance.random() < 0.9, kind=kind, value=value,
                lane=chance.choice(("contract", "sale")), products=chance.sample(["iphone-x", "playstation-4-slim"], chance.randrange(3)),
                **audience)


def random_changes(chance):
    changes = [set_rule(random_rule(chance, chance.randrange(12))) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.5:
        changes += set_group(chance.choice(GROUPS), set(chance.sample(range(1, 9), chance.randrange(9))))
    return changes


def test_what_is_kept_is_what_discount_answers(shop, start, make_site):
    discountd = shop()
    site = make_site(discountd.port)
    keeping, asking = start(Catalog, site), start(Catalog, site, name="asking.socket", CATALOG_QUOTES_MB=0)
    discountd.admin.change(*itertools.chain(*(set_group(key, set()) for key in GROUPS)))
    chance, compared = random.Random(5), 0
    questions = [(path, customer, kind) for path in PATHS for customer in (1, 2) for kind in ("application/json", "text/html")]
    for _ in range(ROUNDS // 4):
        discountd.admin.change(*random_changes(chance))
        if chance.random() < 0.2:
            discountd.admin.Rollback(revision=discountd.admin.GetStatus().revision - 1)
        end, fewest = time.monotonic() + 2 * LEASE_S, compared + 60  # in the first half nothing is lent
        while time.monotonic() < end or compared < fewest:
            path, customer, kind = chance.choice(questions)
            headers = {"HTTP_ACCEPT": kind}
            assert request(keeping, path, customer, **headers) == request(asking, path, customer, **headers)
            compared += 1
    hits, misses, _ = counts(keeping)
    assert hits > 20 and hits + misses == compared
    assert "quotes-kept" not in asking.log()


@not_sanitized("it is about when")
def test_a_window_that_begins_or_ends_is_seen_within_10_ms(shop):
    discountd = shop()
    catalog = discountd.open()
    first = int(time.time()) + 2
    windows = [Rule(f"window-{i}", kind="price", value=1000 * i + 1000, starts=first + 2 * i, ends=first + 2 * i + 1) for i in range(6)]
    discountd.admin.change(*[set_rule(rule) for rule in windows])

    def expected(instant):
        second = int(instant) - first
        return (1000 * (second // 2 + 1) if 0 <= second < 12 and second % 2 == 0 else LIST_PRICE) - 1

    answers = 0
    while (began := time.time()) < first + 12.5:
        if 0.1 < began % 1 < 0.9:
            time.sleep(0.01)  # far from where a window begins or ends
        number = ask(catalog)
        ended = time.time()
        if int(began - 0.01) == int(ended + 0.01):  # else a window begins or ends about now
            assert LIST_PRICE - number == expected(began), (began - first, number)
            answers += 1
    assert answers > 100
    hits, _, _ = counts(catalog)
    assert hits > 20


# ---- Another basis ----

def test_another_database_with_the_same_revision_is_another_basis(shop, start, keys, make_site, workshop):
    port, others = ports.free_port(), [shop(), shop()]
    others[1].admin.change(cents_off(1))  # nothing changes; both have made as many revisions
    for other in others:
        other.stop()
    catalog, revisions = None, []
    for number, other in enumerate(others):
        discountd = start(Discountd, other.directory, keys, port=port)
        client = Admin(port, keys)
        if number == 1:
            client.change(cents_off(5))
            client.change(cents_off(1))
        else:
            client.change(cents_off(7))
            client.change(cents_off(3))
        revisions.append(client.GetStatus().revision)
        client.channel.close()
        catalog = catalog or start(Catalog, make_site(port))
        wait_until(lambda wanted=(3, 1)[number]: ask(catalog) == wanted, 5, "the prices of this database")
        keep_asking(catalog)
        assert ask(catalog) == (3, 1)[number]
        discountd.stop()
    assert revisions[0] == revisions[1]


def test_a_reload_with_another_rounding_is_another_basis(shop, start, keys, workshop, make_site):
    directory = workshop.new("rounding")
    config = directory / "discount.conf"
    config.write_text("DISCOUNT_ROUNDING=down\n")
    discountd = start(Discountd, directory, keys, DISCOUNT_CONFIG=config)
    client = Admin(discountd.port, keys)
    client.change(set_rule(Rule("half", lane="sale", value=5000)))
    client.channel.close()
    catalog = start(Catalog, make_site(discountd.port))
    keep_asking(catalog)
    assert LIST_PRICE - ask(catalog) == LIST_PRICE // 2
    config.write_text("DISCOUNT_ROUNDING=half-up\n")
    ready, ended = discountd.count_log("worker-ready"), discountd.count_log("worker-ended")
    os.kill(discountd.pid, signal.SIGHUP)
    discountd.wait_for_log("worker-ready", times=ready + 2)
    discountd.wait_for_log("worker-ended", times=ended + 2)
    for _ in range(100):
        assert LIST_PRICE - (ask(catalog) or 0) in (LIST_PRICE // 2 + 1, LIST_PRICE)  # or it is degraded this moment
    assert LIST_PRICE - ask(catalog) == LIST_PRICE // 2 + 1


@pytest.mark.parametrize("step", [-3600, 3600])
@pytest.mark.parametrize("whose", ["discountd", "catalog"])
def test_a_clock_that_is_set_lends_nothing_for_longer(shop, workshop, whose, step):
    clock = WallClock(workshop.new("clock"))
    discountd = shop(**clock.settings if whose == "discountd" else {})
    catalog = discountd.open(**clock.settings if whose == "catalog" else {})
    keep_asking(catalog)
    clock.step(step)
    for number in (2, 3, 4):
        discountd.admin.change(cents_off(number))
        assert ask(catalog) == number
        keep_asking(catalog)
    assert counts(catalog)[0] > 0


def test_a_catalog_that_was_stopped_for_longer_than_a_lease_asks_again(shop):
    discountd = shop()
    catalog = discountd.open()
    keep_asking(catalog)
    (process, *_), answers = children(catalog.pid), []
    os.kill(process, signal.SIGSTOP)
    discountd.admin.change(cents_off(2))
    late = threading.Thread(target=lambda: answers.append(ask(catalog)))
    late.start()
    time.sleep(2 * LEASE_S)
    os.kill(process, signal.SIGCONT)
    late.join()
    assert answers == [2]


# ---- Who is lent what, and what is said of it ----

def wait_until_lent(discountd, catalog):
    """Prices are lent: the Catalog has just asked for a lease."""
    def is_lent():
        ask(catalog)
        return discountd.admin.GetStatus().lease_ms > 100
    time.sleep(LEASE_S)  # a service begins as if something were lent
    wait_until(is_lent, 5, "a lease")


def test_a_change_waits_for_what_is_lent_and_says_so(shop, workshop, keys):
    discountd = shop()
    catalog = discountd.open()
    ctl = Ctl(workshop.new("ctl"), keys, discountd.port)
    amounts = itertools.count(2)

    def is_told():
        wait_until_lent(discountd, catalog)
        return re.search(r"^lent       for another \d+ ms$", ctl.run("status").stdout, re.MULTILINE)

    def waits():
        wait_until_lent(discountd, catalog)
        amount = next(amounts)
        said = ctl.ok("rule", "set", "-", stdin=rule_file(f'rule cents "Cents off"\n    lane sale\n    amount {amount}'))
        assert ask(catalog) == amount
        return re.fullmatch(r"revision \d+: 1 changed, in use after \d+ ms, for which prices were lent\n", said)
    wait_until(is_told, 10, "what is lent, in the status")  # of a lease that has ended meanwhile nothing is said
    wait_until(waits, 10, "a change that waited, and says so")
    answer = discountd.admin.change(cents_off(1))  # so soon after the last one nothing is lent
    assert answer.waited_ms == 0


@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "apache-fcgid", "nginx"])
def test_whatever_keeps_the_catalog_running_is_lent_prices(shop, request, workshop, keys, shape):
    discountd, directory = shop(), workshop.new(shape)
    (directory / "web" / "shop").mkdir(parents=True)
    running = SHAPES[shape](directory, Site(directory / "web" / "shop", keys, discountd.port))
    request.addfinalizer(running.stop)
    time.sleep(LEASE_S)  # a service begins as if something were lent

    def is_lent():
        answer = running.web.request("/products", headers=[("X-USER-ID", str(CUSTOMER))])
        assert answer.status == 200
        return discountd.admin.GetStatus().lease_ms > 0
    wait_until(is_lent, 10, "a lease")


@pytest.mark.parametrize("who", ["off", "cgi", "no-memory", "beside-another"])
def test_nothing_is_lent_to_whom_it_is_not(shop, start, keys, make_site, who):
    discountd = shop(**{"DISCOUNT_LEASE": "off"} if who == "off" else {})
    time.sleep(LEASE_S)  # it begins as if something were lent
    if who == "beside-another":
        start(Discountd, discountd.directory, keys, port=ports.free_port())
    if who == "cgi":
        site = Cgi(make_site(discountd.port))
        for _ in range(3):
            assert site.request("/products", headers=[("X-USER-ID", str(CUSTOMER))]).status == 200
    else:
        keep_asking(discountd.open(**{"CATALOG_QUOTES_MB": 0} if who == "no-memory" else {}))
    assert discountd.admin.GetStatus().lease_ms == 0
