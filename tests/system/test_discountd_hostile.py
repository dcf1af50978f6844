# SPDX-License-Identifier: MIT
"""Callers with a certificate of the authority, and worse ones, who want discountd's memory or its time."""
import os
import signal
import socket
import time

import grpc
import pytest

from harness import http2, ports, wire
from harness.discount import Discountd
from harness.http2 import Http2, call_headers, message_head
from harness.keys import sign
from harness.paths import is_sanitized
from harness.process import PATIENCE, wait_until
from harness.wire import Client, discount_request

MIB = 1 << 20
# AddressSanitizer keeps what was freed, and needs several bytes for one.
RSS_MAX = 96 * MIB * (6 if is_sanitized() else 1)
MESSAGE = 4 * MIB - 1024
STREAMS = 90  # at a time; the server allows 100
ATTACK_S = 6


@pytest.fixture
def server(start, workshop, keys):
    """One worker: everything meets in the same memory."""
    return start(Discountd, workshop.new("discountd"), keys, DISCOUNT_WORKERS=1)


@pytest.fixture(scope="module")
def strangers(workshop, keys):
    """Keys with one pair more, of the same authority, whose identity may call nothing."""
    own = keys.copy(workshop.new("strangers"))
    sign(own, "stranger", "spiffe://ecommerce/stranger", "client")
    return own


@pytest.fixture(params=["catalog", "stranger"])
def caller(request, strangers):
    """TLS with a certificate that may call, and with one that may not."""
    return http2.tls_context(strangers, request.param)


def peak_rss(server):
    """The most memory that the worker ever had, in bytes."""
    with open(f"/proc/{server.workers()[0]}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def attack(connections, step, seconds=ATTACK_S):
    """Reads, and calls step(connection), for each in turn until all are over or the time is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not all(each.is_over for each in connections):
        for each in connections:
            each.read()
            step(each)


def connect(server, context, count=4, **more):
    made = [Http2(server.port, context, **more) for _ in range(count)]
    for each in made:
        wait_until(lambda each=each: each.read() or each.streams_max, 5, "the server's settings")
    return made


def assert_it_serves(server, keys):
    """Its memory stayed in bounds, the worker is the same, and answers."""
    assert peak_rss(server) < RSS_MAX
    assert server.count_log("worker-started") == 1
    with Client(server.port, keys) as client:
        # On a busy machine a handshake may take longer than either side waits: it is tried again, for as long as a call may take.
        assert client.one(discount_request(1, 100), wait_for_ready=True).product.discount_value.value_in_cents == 90


class Sender:
    """Sends `body` on stream after stream, STREAMS of them at a time."""

    def __init__(self, method, body, all_of_it):
        self.headers, self.body, self.all_of_it = call_headers(method), body, all_of_it
        self.sent = {}  # of each connection: bytes by stream

    def step(self, connection):
        streams = self.sent.setdefault(connection, {})
        for stream in [each for each in streams if each in connection.ended]:
            del streams[stream]
        while len(streams) < STREAMS and not connection.is_over:
            streams[connection.open(self.headers)] = 0
        for stream, sent in streams.items():
            if sent < len(self.body):
                piece = self.body[sent:sent + 65536]
                is_last = self.all_of_it and sent + len(piece) == len(self.body)
                streams[stream] += connection.send(stream, piece, end_stream=is_last)


def test_half_sent_messages_are_bounded(server, caller, keys):
    body = message_head(MESSAGE) + bytes(MESSAGE - 1)
    attackers = connect(server, caller)
    attack(attackers, Sender(wire.MANY, body, False).step, PATIENCE * ATTACK_S)
    assert all(each.is_over for each in attackers)  # they are cut off
    assert_it_serves(server, keys)


def test_streams_that_are_reset_are_bounded(server, caller, keys):
    """CVE-2023-44487."""
    attacker, = connect(server, caller, 1)
    headers = call_headers(wire.MANY)
    for _ in range(42000):
        if attacker.is_over:
            break
        attacker.reset(attacker.open(headers))
        attacker.read()
    assert attacker.is_over
    assert_it_serves(server, keys)


@pytest.mark.parametrize("is_large", [False, True], ids=["small-questions", "large-questions"])
def test_answers_that_nobody_reads_are_bounded(server, keys, is_large):
    """The caller's window is empty from the start."""
    if is_large:
        method, message = wire.ONE, discount_request(1, 100, description="x" * MIB)
    else:
        method, message = wire.MANY, wire.many(wire.ask(1, *[100] * 200))
        message.asks[0].explain = True
        for _ in range(20):
            message.asks.add(same_products=True, explain=True).customer.id = 1
    body = message.SerializeToString()
    attackers = connect(server, http2.tls_context(keys, "catalog"), window=0)
    attack(attackers, Sender(method, message_head(len(body)) + body, True).step)
    assert_it_serves(server, keys)


def test_a_caller_that_never_acknowledges_the_settings_is_held_to_the_limit_of_streams(server, caller, keys):
    attacker = Http2(server.port, caller, acknowledge=False)
    headers = call_headers(wire.MANY)
    for _ in range(20000):
        if attacker.is_over:
            break
        attacker.open(headers)
        attacker.read()
    assert attacker.is_over
    assert_it_serves(server, keys)


def test_a_caller_without_a_role_is_cut_off_when_it_goes_on(server, strangers, keys):
    attacker, = connect(server, http2.tls_context(strangers, "stranger"), 1)

    def is_answered(stream):
        attacker.read()
        return stream in attacker.ended or attacker.is_over
    for _ in range(1000):
        stream = attacker.open(call_headers(wire.MANY))
        attacker.send(stream, message_head(0), end_stream=True)
        wait_until(lambda stream=stream: is_answered(stream), 5, "an answer")
        if attacker.is_over:
            break
    assert attacker.is_over
    assert 10 < len(attacker.ended) < 500  # it was told, before
    assert_it_serves(server, keys)


def test_others_are_served_while_a_caller_takes_all_it_can(server, keys):
    body = message_head(MESSAGE) + bytes(MESSAGE - 1)
    sender = Sender(wire.MANY, body, False)
    context = http2.tls_context(keys, "catalog")
    with Client(server.port, keys) as client:
        client.one(discount_request(1, 100))
        attackers = connect(server, context, 3)
        answers = []

        def step(connection):
            sender.step(connection)
            answers.append(client.one(discount_request(1, 100)).product.discount_value.value_in_cents)
        attack(attackers, step)
    assert answers and set(answers) == {90}
    assert_it_serves(server, keys)


def test_a_worker_that_has_grown_is_replaced_before_it_leaves(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys, DISCOUNT_WORKERS=1, DISCOUNT_MEMORY_GROWTH_MB=6)
    before = server.workers()
    body = message_head(MESSAGE) + bytes(MESSAGE // 2)
    callers = connect(server, http2.tls_context(keys, "catalog"))
    sender = Sender(wire.MANY, body, False)
    streams = {each: each.open(sender.headers) for each in callers}
    sent = dict.fromkeys(callers, 0)

    def is_replaced():
        for each in callers:
            each.read()
            sent[each] += each.send(streams[each], body[sent[each]:sent[each] + 65536])
        return server.count_log("worker-ready") == 2 and server.workers() != before
    wait_until(is_replaced, 20, f"another worker: {server.log()}")
    assert server.count_log("worker-large") == 1
    with Client(server.port, keys) as client:
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
    server.wait_for_log(f"worker-(ended|died) .*worker={before[0]} ")


def test_connections_that_nobody_needs_are_closed_before_their_handshake(server, keys):
    """
    Without a certificate, without a word, and more at once than are let in, which is a matter of time: they wait before a worker
    that is stopped. A caller that is connected does not notice.
    """
    with Client(server.port, keys) as client:
        client.one(discount_request(1, 100), wait_for_ready=True)
        worker, = server.workers()
        os.kill(worker, signal.SIGSTOP)
        idle = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(400)]
        began = time.monotonic()
        os.kill(worker, signal.SIGCONT)
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
        wait_until(lambda: ports.waiting(server.port) == 0, 5, "all were let in, or not")
        # 24 at a time, so that one who is connected waits for no more handshakes than that, and then 100 a second.
        most_open = 24 + 100 * (time.monotonic() - began) + 2
        assert 400 - sum(map(is_closed, idle)) <= most_open
        server.wait_for_log("connections-refused")
        for each in idle:
            each.close()
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
    wait_until(lambda: is_answered(server, keys), 10, "a new caller is answered")
    assert_it_serves(server, keys)


def is_closed(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def is_answered(server, keys):
    with Client(server.port, keys) as client:
        return wire.code_of(lambda: client.one(discount_request(1, 100))) == grpc.StatusCode.OK


@pytest.mark.parametrize("encoding, why", [("gzip", b"\x0212"), ("deflate", b"\x0212"), ("snappy", b"without compression")])
def test_a_compressed_message_is_refused_unread(server, keys, encoding, why):
    """Whatever it would become: 400 KB may be 400 MiB."""
    body = bytes(400_000)
    caller, = connect(server, http2.tls_context(keys, "catalog"), 1)
    stream = caller.open(call_headers(wire.MANY, ("grpc-encoding", encoding)))
    data = message_head(len(body), is_compressed=True) + body
    sent = 0

    def is_over():
        nonlocal sent
        caller.read()
        if stream not in caller.ended:
            sent += caller.send(stream, data[sent:], end_stream=True)
        return stream in caller.ended
    wait_until(is_over, 5, "an answer")
    assert why in caller.headers_of(stream)  # UNIMPLEMENTED is 12
    assert_it_serves(server, keys)


def test_a_client_that_compresses_is_told_so(server, keys):
    with Client(server.port, keys) as client:
        def call():
            client.one(discount_request(1, 100, description="x" * 1000), compression=grpc.Compression.Gzip)
        assert wire.code_of(call) == grpc.StatusCode.UNIMPLEMENTED
    assert_it_serves(server, keys)
