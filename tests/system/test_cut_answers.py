# SPDX-License-Identifier: MIT
"""
A download whose process is killed, told to end, or cannot read on half-way: whoever reads it sees that, whatever it came
through. `make cuts` prints what they see.
"""
import gzip
import os
import signal

import pytest

from harness.catalog import Site
from harness.halfway import HAPPENINGS, HEADS, Halfway, Reader
from harness.paths import not_sanitized
from harness.process import children, pid_exists, serving, wait_until
from harness.shapes import LIGHTTPD_PLAIN, SHAPES
from harness.shop import stock
from harness.webserver import Lighttpd

pytestmark = not_sanitized("web servers and the ends of processes")

SETUPS = ["lighttpd-fastcgi", "lighttpd-plain", "lighttpd-cgi", "apache-proxy", "apache-fcgid", "apache-cgid", "nginx",
          "nginx-no-keepalive"]
PRODUCTS, LENGTH = 1_000, 5_000  # more than SQLite keeps in memory

seen = {}


@pytest.fixture(scope="module", autouse=True)
def table():
    """Printed when all is done, for whoever looks (pytest -s)."""
    yield
    for happening in HAPPENINGS if seen else ():
        print(f"\n{happening:20}" + "".join(f"{head:20}" for head in HEADS))
        for setup in SETUPS:
            print(f"{setup:20}" + "".join(f"{seen.get((setup, happening, head), '-'):20}" for head in HEADS))


def make_site(directory, keys, discountd, products, **settings):
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port, **settings)
    stock(site, first=1000, count=products, words="x" * LENGTH)
    return site


@pytest.fixture(scope="module", params=SETUPS)
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    site = make_site(directory, keys, discountd, PRODUCTS)
    halfway = Halfway(site)
    running = SHAPES[request.param](directory, site)
    for process in running.processes:
        process.expect("store-failed")
    running.web.halfway = halfway
    running.web.setup = request.param
    running.web.whole = wait_until(lambda: running.web.request("/products.csv"), 10, "a download").body
    assert len(running.web.whole) > PRODUCTS * LENGTH
    yield running.web
    running.stop()


def download(web, head, pause=None):
    return Reader(web.port, HEADS[head].format(web.base + "/products.csv"), pause)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("happening", HAPPENINGS)
def test_a_download_that_is_cut_does_not_look_whole(web, happening, head):
    wait_until(lambda: download(web, head).tell(web.whole) == "whole", 10, "a whole download before")
    web.halfway.set(happening, len(web.whole) // 2)
    try:
        told = download(web, head).tell(web.whole)
    finally:
        web.halfway.set(None, 0)
    seen[web.setup, happening, head] = told
    assert told != "LOOKS WHOLE"
    assert told != "whole" or happening == "TERM"


# ---- Readers that take their time --------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["lighttpd-fastcgi", "apache-proxy", "nginx"])
def slow(request, workshop, keys, discountd):
    """Two processes, and an answer that no web server holds in memory; slow.master is the pid of their master."""
    directory = workshop.new(request.param)
    site = make_site(directory, keys, discountd, 4000, CATALOG_PROCESSES=2)
    running = SHAPES[request.param](directory, site)
    if len(running.processes) > 1:
        running.web.master = running.processes[1].pid
    else:
        running.web.master = wait_until(lambda: children(running.web.pid), 10, "lighttpd starts the Catalog")[0]
        running.web.exit_is_checked = False
    running.web.whole = wait_until(lambda: running.web.request("/products.csv"), 10, "a download").body
    yield running.web
    running.stop()


def test_a_reload_finishes_a_slow_download_or_cuts_it_visibly(slow):
    for head in HEADS:
        before = wait_until(lambda: len(pids := serving(slow.master)) == 2 and pids, 15, "two processes")

        def reload():
            os.kill(slow.master, signal.SIGHUP)
            wait_until(lambda: not set(before) & set(serving(slow.master)), 15, "the old processes end")
        assert download(slow, head, reload).tell(slow.whole) in ("whole", "cut, and seen")


def test_the_end_finishes_a_slow_download_or_cuts_it_visibly(slow):
    """The last test of each web server: the Catalog does not come again."""
    before = wait_until(lambda: serving(slow.master), 15, "its processes")

    def end():
        os.kill(slow.master, signal.SIGTERM)
        wait_until(lambda: not [pid for pid in before if pid_exists(pid)], 15, "its processes end")
    assert download(slow, "HTTP/1.1, closing", end).tell(slow.whole) in ("whole", "cut, and seen")


# ---- Web servers that compress -----------------------------------------------------------------------------------------

# It compresses what it has whole, and does not stream then.
LIGHTTPD_THAT_COMPRESSES = f"""{LIGHTTPD_PLAIN}
server.modules += ( "mod_deflate" )
deflate.mimetypes = ( "text/csv" )
deflate.allowed-encodings = ( "gzip" )
"""


def test_what_lighttpd_compresses_is_whole(start, workshop, keys, discountd):
    """1.4.69 corrupts a body that comes in a later FastCGI record than its head."""
    directory = workshop.new("deflate")
    site = make_site(directory, keys, discountd, PRODUCTS)
    shape = directory / "shape.conf"
    shape.write_text(LIGHTTPD_THAT_COMPRESSES)
    web = start(Lighttpd, site, shape)
    whole = wait_until(lambda: web.request("/products.csv"), 10, "a download").body
    for _ in range(40):
        answer = web.request("/products.csv", headers=[("Accept-Encoding", "gzip")])
        assert (answer.header("Content-Encoding"), answer.header("X-Total-Count")) == ("gzip", str(PRODUCTS + 3))
        assert gzip.decompress(answer.body) == whole
