# SPDX-License-Identifier: MIT
"""The wall clock is set while the programs run. Whoever waits, waits by the monotonic clock."""
import os
import re
import signal
import time

import pytest

from harness import ports
from harness.catalog import Catalog
from harness.clock import WallClock, preload
from harness.contract import CUSTOMER_1, LIST
from harness.discount import Discountd
from harness.fastcgi import Connection, get
from harness.paths import is_sanitized
from harness.process import descendants, wait_until

DEADLINE_S = 0.6  # a wait by the wall clock would be late by the whole step, the smallest of which is 12 s


STEPS = {"an-hour-back": -3600, "12-s-back": -12, "an-hour-ahead": 3600}
if is_sanitized():
    del STEPS["12-s-back"], STEPS["an-hour-ahead"]  # the same lines, with another number


@pytest.fixture(params=STEPS.values(), ids=STEPS)
def step(request):
    return request.param


@pytest.fixture(params=["catalog", "discountd"])
def clock(request, workshop):
    """The wall clock of one of the two programs; .of says whose."""
    made = WallClock(workshop.new("clock"))
    made.of = request.param
    return made


class Shop:
    """A Catalog and its discountd, one of them with a clock that can be set."""

    def __init__(self, start, make_site, workshop, keys, clock, pace):
        self.directory, self.keys, self.clock, self.pace = workshop.new("discountd"), keys, clock, pace
        self.port = ports.free_port()
        self.discountd = None
        self.start_discountd()
        self.catalog = start(Catalog, make_site(self.port, CATALOG_DEADLINE_MS=int(DEADLINE_S * 1000)),
                             **(clock.settings if clock.of == "catalog" else {}))
        self.wait_for_prices()

    def start_discountd(self):
        settings = self.clock.settings if self.clock.of == "discountd" else {}
        self.discountd = Discountd(self.directory, self.keys, self.port, **settings)

    def ask(self):
        """Customer 1's answer and the seconds that it took."""
        began = time.monotonic()
        with Connection(self.catalog.socket_path, seconds=10) as connection:
            connection.send(get("/products", customer=1))
            body = connection.answer().split(b"\r\n\r\n", 1)[1]
        return body, time.monotonic() - began

    def wait_for_prices(self):
        wait_until(lambda: self.ask()[0] == CUSTOMER_1, 8, "a discounted answer")

    def assert_degrades_in_time(self):
        """Whoever asks gets an answer, and the list prices soon: who began in the moment before may have another price."""
        def is_degraded():
            body, seconds = self.ask()
            assert seconds < DEADLINE_S + 1 + self.pace.slack_s()
            return body == LIST
        wait_until(is_degraded, 5, "a degraded answer")


@pytest.fixture
def shop(start, make_site, workshop, keys, clock, pace):
    made = Shop(start, make_site, workshop, keys, clock, pace)
    yield made
    made.discountd.stop()


def test_discount_that_hangs_after_the_clock_was_set_degrades_in_time_and_heals(shop, clock, step):
    clock.step(step)
    everybody = [shop.discountd.pid, *descendants(shop.discountd.pid)]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    try:
        shop.assert_degrades_in_time()
    finally:
        for pid in everybody:
            os.kill(pid, signal.SIGCONT)
    shop.wait_for_prices()


def test_discount_that_is_restarted_after_the_clock_was_set_is_found_again(shop, clock, step):
    clock.step(step)
    shop.discountd.stop()
    shop.assert_degrades_in_time()
    shop.start_discountd()
    shop.wait_for_prices()


def test_a_worker_that_is_killed_after_the_clock_was_set_is_replaced_and_costs_no_price_for_long(shop, clock, step):
    clock.step(step)
    ready = shop.discountd.count_log("worker-ready")
    os.kill(shop.discountd.workers()[0], signal.SIGKILL)
    shop.discountd.wait_for_log("worker-ready", times=ready + 1)
    shop.wait_for_prices()


# ---- Day by day ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["catalog", "discount"])
def test_each_of_the_last_thirty_days_of_a_certificate_is_told(start, make_site, workshop, keys, name):
    own = keys.copy(workshop.new("keys"))
    own.ask("renew", "--days", "33")
    settings = preload(workshop.new("days"), "days")
    if name == "catalog":
        program = start(Catalog, make_site(1, keys=own), **settings)
    else:
        program = start(Discountd, workshop.new("discountd"), own, **settings)
    program.expect("certificate-expires")
    told = rf" (\w+) \S+ certificate-expires file=\S+/{name}\.crt. days_left=(-?\d+)\n"
    program.wait_for_log(told.replace(r"(-?\d+)", "-2"))
    days = re.findall(told, program.log())
    assert days[:33] == [("warning" if left > 0 else "error", str(left)) for left in range(30, -3, -1)]
