# SPDX-License-Identifier: MIT
"""Somebody with access to the FastCGI socket who sends what no web server would. Others go on being served."""
import os
import signal
import struct
import time
from pathlib import Path

import pytest

from harness import fastcgi
from harness.catalog import Catalog, Site
from harness.contract import CUSTOMER_1, LIST
from harness.fastcgi import Connection, begin, body_of, get, pair, params, record
from harness.process import Process, wait_until

VARIABLES = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", ""), ("PATH_INFO", "/products"), ("REMOTE_ADDR", "127.0.0.1")]


@pytest.fixture(scope="module")
def catalog(workshop, keys, discountd):
    made = Catalog(Site(workshop.new("site"), keys, discountd.port), CATALOG_PROCESSES=2)
    yield made
    made.stop()


def ask(catalog, customer=None, keep=False):
    with Connection(catalog.socket_path) as connection:
        connection.send(get("/products", customer, keep))
        return body_of(connection.answer())


def assert_serving(catalog):
    """Both processes answer, or their replacements do."""
    for _ in range(6):
        assert ask(catalog) == LIST
    wait_until(lambda: ask(catalog, 1) == CUSTOMER_1, 5, "a discounted answer")
    wait_until(lambda: len(catalog.workers()) == 2, 10, "two processes")


HOSTILE = {
    "nothing": b"",
    "half-a-header": record(fastcgi.BEGIN_REQUEST)[:3],
    "half-a-begin": begin()[:12],
    "half-the-variables": get("/products", 1)[:60],
    "garbage": os.urandom(4096),
    "zeroes": bytes(4096),
    "ones": b"\xff" * 4096,
    "http": b"GET /products HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another-version": record(fastcgi.BEGIN_REQUEST, struct.pack(">HB5x", 1, 0), version=9),
    "another-role": begin(role=3) + params(VARIABLES) + record(fastcgi.STDIN),
    "an-unknown-type": record(200, b"what") + get(),
    "no-begin": params(VARIABLES) + record(fastcgi.STDIN),
    "two-begins": begin() + begin(request_id=2) + params(VARIABLES) + record(fastcgi.STDIN),
    "abort": begin() + record(fastcgi.ABORT_REQUEST),
    "no-variables": begin() + record(fastcgi.PARAMS) + record(fastcgi.STDIN),
    "no-method": begin() + params(VARIABLES[1:]) + record(fastcgi.STDIN),
    "a-pair-longer-than-its-record": begin() + record(fastcgi.PARAMS, b"\x0b\x7fSCRIPT_NAMEx") + record(fastcgi.PARAMS),
    "a-name-of-two-gibibytes": begin() + record(fastcgi.PARAMS, b"\xff\xff\xff\xff\x01x") + record(fastcgi.PARAMS),
    "lengths-that-overflow-together": begin() + record(fastcgi.PARAMS, b"\xff" * 8 + b"x") + record(fastcgi.PARAMS),
    "a-length-that-promises-more": begin() + record(fastcgi.PARAMS, b"\x01", length=65535),
    "a-hundred-repeated-values": record(fastcgi.GET_VALUES, pair(b"FCGI_MPXS_CONNS", b"") * 100, request_id=0),
    "a-body-cut-short": begin() + params([*VARIABLES, ("CONTENT_LENGTH", "1000")]) + record(fastcgi.STDIN, b"x" * 10, length=500),
    "a-length-that-is-no-number": begin() + params([*VARIABLES, ("CONTENT_LENGTH", "many")]) + record(fastcgi.STDIN),
    "a-length-below-zero": begin() + params([*VARIABLES, ("CONTENT_LENGTH", "-1")]) + record(fastcgi.STDIN),
    "control-characters-in-the-path": begin() + params([*VARIABLES[:2], ("PATH_INFO", "/\r\nX: y")]) + record(fastcgi.STDIN),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_records_do_not_stop_the_service(catalog, name):
    for _ in range(3):
        with Connection(catalog.socket_path) as connection:
            connection.send(HOSTILE[name])
    assert_serving(catalog)


def time_asking(catalog):
    began = time.monotonic()
    for _ in range(30):
        assert ask(catalog) == LIST
    return time.monotonic() - began


@pytest.mark.parametrize("name", ["half-a-header", "half-a-begin", "half-the-variables", "a-length-that-promises-more", "a-body-cut-short"])
def test_what_is_half_sent_holds_up_nobody(catalog, name):
    quiet = time_asking(catalog)
    held = [Connection(catalog.socket_path) for _ in range(100)]
    try:
        for connection in held:
            connection.send(HOSTILE[name])
        assert time_asking(catalog) < 10 * quiet + 1
    finally:
        for connection in held:
            connection.socket.close()
    assert_serving(catalog)


def test_a_head_that_comes_while_the_processes_are_stopped_is_answered(catalog):
    """SIGSTOP and SIGCONT interrupt a read that has a time limit, though nobody handles them."""
    whole = get("/products", 1)
    half = len(HOSTILE["half-the-variables"])
    with Connection(catalog.socket_path) as connection:
        connection.send(whole[:half])
        assert_serving(catalog)
        for pid in catalog.workers():
            os.kill(pid, signal.SIGSTOP)
        for pid in catalog.workers():
            wait_until(lambda pid=pid: ") T " in Path(f"/proc/{pid}/stat").read_text(), 5, "a process that is stopped")
            os.kill(pid, signal.SIGCONT)
        connection.send(whole[half:])
        assert body_of(connection.answer()) == CUSTOMER_1


def test_half_a_record_is_given_up(catalog):
    with Connection(catalog.socket_path) as connection:
        connection.send(HOSTILE["half-a-header"])
        assert connection.is_closed()


def test_idle_connections_that_are_kept_open_starve_nobody(catalog):
    idle = [Connection(catalog.socket_path) for _ in range(100)]
    try:
        for connection in idle[:50]:
            connection.send(get("/products", keep=True))
            assert body_of(connection.answer()) == LIST
        assert_serving(catalog)
        # And they are still good.
        for connection in idle[:50]:
            connection.send(get("/products", customer=1, keep=True))
            assert body_of(connection.answer()) == CUSTOMER_1
    finally:
        for connection in idle:
            connection.socket.close()


def test_requests_sent_one_behind_the_other_on_a_kept_connection_are_all_answered(catalog):
    with Connection(catalog.socket_path) as connection:
        for customer, body in [(None, LIST), (1, CUSTOMER_1)] * 10:
            connection.send(get("/products", customer, keep=True))
            assert body_of(connection.answer()) == body


def test_a_request_that_arrives_byte_by_byte_is_answered(catalog):
    with Connection(catalog.socket_path) as connection:
        for byte in get("/products"):
            connection.send(bytes([byte]))
        assert body_of(connection.answer()) == LIST


@pytest.mark.parametrize("error", ["ENETDOWN", "EPERM", "EHOSTUNREACH", "EOPNOTSUPP"])
def test_a_connection_that_cannot_be_accepted_is_not_the_end(catalog, tmp_path, error):
    """accept(2) names these: a network's and a firewall's errors are told of the connection that was taken."""
    catalog.expect("accept-failed")
    workers, told = sorted(catalog.workers()), catalog.count_log("accept-failed")
    strace = Process(["strace", "-e", f"inject=accept4:error={error}:when=1..2", "-o", tmp_path / "trace",
                      *(word for pid in workers for word in ("-p", pid))], tmp_path)
    try:
        strace.wait_for_log("attached", times=len(workers))
        assert_serving(catalog)
        catalog.wait_for_log("accept-failed", times=told + 1)
    finally:
        strace.stop()
    assert sorted(catalog.workers()) == workers


def test_a_client_that_hangs_up_before_its_answer_disturbs_nobody(catalog):
    for _ in range(50):
        with Connection(catalog.socket_path) as connection:
            connection.send(get("/products", customer=1))
    assert_serving(catalog)


def test_a_body_without_end_is_cut_off(catalog):
    """The body is read away within a bound; whoever sends more loses the connection."""
    with Connection(catalog.socket_path) as connection:
        post = [("REQUEST_METHOD", "POST"), *VARIABLES[1:], ("CONTENT_LENGTH", str(1 << 40))]
        connection.send(begin() + params(post))
        block = record(fastcgi.STDIN, b"x" * 65000)
        for _ in range(2000):
            try:
                connection.socket.sendall(block)
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            pytest.fail("130 MB were read")
    assert_serving(catalog)


def test_many_variables_and_long_ones_are_read(catalog):
    variables = [*VARIABLES, *((f"HTTP_X_{i}", "v" * 100) for i in range(300)), ("HTTP_COOKIE", "c" * 20000)]
    with Connection(catalog.socket_path) as connection:
        connection.send(begin() + params(variables) + record(fastcgi.STDIN))
        assert body_of(connection.answer()) == LIST
