# SPDX-License-Identifier: MIT
"""Clients that send slowly, read slowly or send what nobody wants: whoever comes beside them notices nothing."""
import os
import socket
import subprocess
import threading
import time
from collections import Counter

import pytest

from harness.catalog import Site
from harness.process import environment
from harness.shapes import SHAPES, few
from harness.shop import stock

CUSTOMER = [("X-USER-ID", "1")]
LARGE_PAGE = "/products?limit=250"  # half a megabyte


@pytest.fixture(scope="module", params=few(["apache-proxy", "apache-proxy-handler", "apache-fcgid", "nginx", "nginx-no-keepalive",
                                        "lighttpd-fastcgi"]))
def web(request, workshop, keys, discountd):
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port)
    stock(site, first=100, count=250, words="A description of many words. " * 70)
    running = SHAPES[request.param](directory, site)
    running.web.shape = request.param
    yield running.web
    running.stop()


class Crowd:
    """Threads that ask again and again until the crowd is left, each for itself; `statuses` counts what they got."""

    def __init__(self, count, ask):
        self.statuses = Counter()
        self.seconds = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(ask,)) for _ in range(count)]

    def _run(self, ask):
        while not self.is_over.is_set():
            began = time.monotonic()
            try:
                status = ask().status
            except OSError as problem:
                status = type(problem).__name__
            self.statuses[status] += 1
            self.seconds.append(time.monotonic() - began)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


def connect(web, head, body=b""):
    """A connection that has sent this much and reads nothing: what it takes is little."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(20)
    made.connect(("127.0.0.1", web.port))
    made.sendall(head.replace("\n", "\r\n").encode() + body)
    return made


def ask_for_a_while(web, seconds=1):
    """How many answers two that only look and two that have prices get."""
    looking = Crowd(2, lambda: web.request("/"))
    buying = Crowd(2, lambda: web.request("/products?limit=1", headers=CUSTOMER))
    with looking, buying:
        time.sleep(seconds)
    assert set(looking.statuses) == set(buying.statuses) == {200}
    return looking.statuses[200], buying.statuses[200]


@pytest.fixture(scope="module")
def quiet(web):
    return ask_for_a_while(web)


def assert_holds_up_nobody(web, quiet):
    """As whoever is slow is there: the best of several tries, for a second is short where others use the machine, too."""
    for _ in range(4):
        beside = ask_for_a_while(web)
        if all(few > many / 10 for few, many in zip(beside, quiet)):
            return
    raise AssertionError(f"{beside} answers, {quiet} before")


def test_slow_readers_hold_up_nobody(web, quiet):
    if web.shape == "apache-fcgid":
        pytest.skip("mod_fcgid has a process for each request, and takes a second to start another")
    assert len(web.request(LARGE_PAGE, headers=CUSTOMER).body) > 500_000
    # One behind the other on each connection: more than all that is between them and the Catalog holds.
    slow = [connect(web, f"GET {LARGE_PAGE} HTTP/1.1\nHost: localhost\n{customer}\n" * 20)
            for _ in range(4) for customer in ("", "X-USER-ID: 1\n")]
    try:
        assert_holds_up_nobody(web, quiet)
        for each in slow:
            each.recv(1000)
    finally:
        for each in slow:
            each.close()


def test_half_sent_bodies_hold_up_nobody(web, quiet):
    slow = []
    is_over = threading.Event()

    def send_halves():
        while not is_over.wait(0.02):
            slow.append(connect(web, "POST /products HTTP/1.1\nHost: localhost\nContent-Length: 100000\n\n", b"x"))
            if len(slow) > 20:
                slow.pop(0).close()

    sending = threading.Thread(target=send_halves)
    sending.start()
    try:
        assert_holds_up_nobody(web, quiet)
    finally:
        is_over.set()
        sending.join()
        for each in slow:
            each.close()


def test_large_bodies_cost_no_bystander_an_answer(web):
    """The web server has its answer before it has sent the body, and uses the connection for somebody else."""
    small = Crowd(4, lambda: web.request("/", method="POST", body=b"x" * 300_000))
    large = Crowd(2, lambda: web.request("/products", method="POST", body=b"x" * 1_200_000))
    with small, large, Crowd(4, lambda: web.request("/")) as bystanders:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            answer = web.request("/products?limit=1", headers=CUSTOMER)
            assert (answer.status, answer.is_degraded) == (200, False)
    assert set(bystanders.statuses) == {200}
    assert set(small.statuses) | set(large.statuses) <= {405, 413}, (small.statuses, large.statuses)


def test_a_cgi_program_reads_a_bounded_part_of_a_body(workshop, keys, discountd):
    """256 KiB, and what the pipe holds."""
    site = Site(workshop.new("cgi"), keys, discountd.port)
    variables = {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/catalog.fcgi", "PATH_INFO": "/", "CONTENT_LENGTH": "4000000"}
    written = 0
    with subprocess.Popen([site.program], env=environment(**variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cgi:
        try:
            while written < 4_000_000:
                written += os.write(cgi.stdin.fileno(), bytes(4096))
        except BrokenPipeError:
            pass
        assert cgi.stdout.read().startswith(b"Status: 405 ")
    assert 256 * 1024 <= written <= (256 + 64 + 8) * 1024
