# SPDX-License-Identifier: MIT
"""The life of discountd: what keeps it from starting, what each signal does, and what the master does for its workers."""
import contextlib
import itertools
import os
import re
import resource
import signal
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from harness import discount, http2, ports, wire
from harness.discount import Discountd
from harness.discountctl import Ctl, rule_file
from harness.paths import BIN, ROOT, is_sanitized, not_sanitized
from harness.process import pid_exists, run, wait_until
from harness.wire import Client, ask, discount_request, many


def start_in_vain(directory, keys, port=None, *words, **more):
    """Runs a discountd that must not come up; its exit code and what it says."""
    done = run([BIN / "discountd", *words, port or ports.free_port()], directory, seconds=20,
               env=discount.settings(directory, keys, **more))
    assert done.returncode != 0, done.stderr
    assert "worker-ready" not in done.stderr
    return done.returncode, done.stderr


# What proto/README.md tells those who call from other languages.
CONFIG = re.search(r"```json\n(.*?)```", (ROOT / "proto" / "README.md").read_text(encoding="utf-8"), re.DOTALL).group(1)


class Load:
    """Calls one after the other from a few threads, each on a channel of its own, and what went wrong with them."""

    def __init__(self, server, keys, threads=2, config=CONFIG):
        self.config = config
        self.failures = []
        self.count = 0
        self.is_over = threading.Event()
        self.server, self.keys = server, keys
        hosts = itertools.cycle(["127.0.0.1", "[::1]", "localhost"])
        self.threads = [threading.Thread(target=self._call, args=(next(hosts),)) for _ in range(threads)]

    def _call(self, host):
        key, certificate = self.keys.pair("catalog")
        credentials = grpc.ssl_channel_credentials(self.keys.read("ca.crt"), key, certificate)
        options = [*wire.OPTIONS, *([("grpc.service_config", self.config)] if self.config else [])]
        with grpc.secure_channel(f"{host}:{self.server.port}", credentials, options=options) as channel:
            call = channel.unary_unary(wire.ONE, wire.messages.DiscountRequest.SerializeToString,
                                       wire.messages.DiscountResponse.FromString)
            while not self.is_over.is_set():
                try:
                    answer = call(discount_request(1, 100), timeout=30)
                    if answer.product.discount_value.value_in_cents != 90:
                        self.failures.append(answer)
                except grpc.RpcError as error:
                    self.failures.append(error)
                self.count += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for_more()
        return self

    def wait_for_more(self, calls=20):
        """Waits for that many more calls to end."""
        goal = self.count + calls
        wait_until(lambda: self.count >= goal, 60, f"{calls} calls end; failed: {self.failures[:3]}")

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()


# ---- Start -----------------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_named(workshop, keys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _, said = start_in_vain(workshop.new("taken"), keys, port)
    assert str(port) in said and "in use" in said.lower()


def test_a_port_of_another_discountd_is_taken_too(discountd, workshop, keys):
    _, said = start_in_vain(workshop.new("twice"), keys, discountd.port)
    assert str(discountd.port) in said


def test_a_key_of_another_certificate_is_named(workshop, keys):
    _, said = start_in_vain(workshop.new("mismatch"), keys, DISCOUNT_TLS_KEY=keys.file("catalog.key"))
    assert "catalog.key" in said


@pytest.mark.parametrize("setting, file", [
    ("DISCOUNT_TLS_CA", "ca.crt"), ("DISCOUNT_TLS_CERTIFICATE", "discount.crt"), ("DISCOUNT_TLS_KEY", "discount.key")])
def test_a_missing_key_file_is_named(workshop, keys, setting, file):
    _, said = start_in_vain(workshop.new("missing"), keys, **{setting: keys.file(f"no-{file}")})
    assert f"no-{file}" in said


def test_a_missing_database_is_named_with_what_makes_one(workshop, keys):
    directory = workshop.new("no-database")
    _, said = start_in_vain(directory, keys, DISCOUNT_DATABASE=directory / "nowhere.db")
    assert "nowhere.db" in said and "discountctl init" in said


def test_a_file_that_is_no_database_is_named(workshop, keys):
    directory = workshop.new("no-database")
    (directory / "garbage.db").write_bytes(b"garbage" * 1000)
    _, said = start_in_vain(directory, keys, DISCOUNT_DATABASE=directory / "garbage.db")
    assert "garbage.db" in said


def test_the_catalogs_database_is_not_mistaken_for_its_own(workshop, keys):
    directory = workshop.new("wrong-database")
    assert run([BIN / "catalogctl", "init", "--demo", directory / "catalog.db"]).returncode == 0
    _, said = start_in_vain(directory, keys, DISCOUNT_DATABASE=directory / "catalog.db")
    assert "catalog.db" in said


def test_t_checks_everything_and_starts_nothing(workshop, keys):
    directory = workshop.new("check")
    port = ports.free_port()
    done = run([BIN / "discountd", "-t", port], env=discount.settings(directory, keys))
    assert done.returncode == 0 and "OK" in done.stdout + done.stderr
    start_in_vain(directory, keys, port, "-t", DISCOUNT_TLS_KEY=keys.file("catalog.key"))


# ---- Signals ---------------------------------------------------------------------------------------------------------


def test_sigterm_ends_it_well_and_leaves_nobody(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    workers = server.workers()
    assert len(workers) == 2
    server.send(signal.SIGTERM)
    assert server.wait_for_exit() == 0
    assert not [pid for pid in workers if pid_exists(pid)]


def test_sigterm_under_load_ends_within_the_drain_and_spoils_no_answer(start, workshop, keys, pace):
    server = start(Discountd, workshop.new("discountd"), keys, DISCOUNT_DRAIN_MS=2000)
    answers, endings = [], []

    def call_until_it_fails():
        with Client(server.port, keys) as client:
            try:
                while True:
                    answers.append(client.many(many(*[ask(1, 100, 200)] * 2000)))
            except grpc.RpcError as error:
                endings.append(error.code())
    callers = [threading.Thread(target=call_until_it_fails) for _ in range(4)]
    for caller in callers:
        caller.start()
    wait_until(lambda: len(answers) > 20, 20, "answers")
    began = time.monotonic()
    server.send(signal.SIGTERM)
    assert server.wait_for_exit() == 0
    assert time.monotonic() - began < 3 + pace.slack_s()
    for caller in callers:
        caller.join()
    # Calls that came after the end of the service are refused; those that were answered were answered whole.
    assert set(endings) <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    assert {len(each.answers) for each in answers} == {2000}


def test_a_call_that_does_not_end_is_waited_for_as_long_as_the_owner_says(start, workshop, keys, pace):
    """Not at all would be too short, and the default, 5 s, too long."""
    server = start(Discountd, workshop.new("discountd"), keys, DISCOUNT_DRAIN_MS=1500)
    with Client(server.port, keys) as client:
        client.one(discount_request(1, 100))
        over = threading.Event()

        def begin_and_wait():
            over.wait(60)
            yield b""
        # The server sees the beginning of a call whose message never comes.
        call = client.channel.stream_unary(wire.ONE).future(begin_and_wait(), timeout=60)
        client.one(discount_request(1, 100))
        began = time.monotonic()
        server.send(signal.SIGTERM)
        assert server.wait_for_exit(15) == 0
        assert 1.3 < time.monotonic() - began < 3 + pace.slack_s()
        # The workers ended by themselves, within what the master leaves them beside.
        assert server.count_log(r" stopping .*patience_ms=3500\n") == 1
        assert is_sanitized() or server.count_log(r" worker-ended .* exit=0\n") == 2
        over.set()
        call.cancel()


def test_sigint_ends_it_at_once(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys, DISCOUNT_DRAIN_MS=30000)
    workers = server.workers()
    with Client(server.port, keys) as client:
        client.one(discount_request(1, 100))
        server.send(signal.SIGINT)
        assert server.wait_for_exit(5) == 0
    assert not [pid for pid in workers if pid_exists(pid)]


def test_sighup_replaces_every_worker_and_no_call_fails(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    before = set(server.workers())
    with Load(server, keys) as load:
        server.send(signal.SIGHUP)
        wait_until(lambda: len(server.workers()) == 2 and not before & set(server.workers()), 15, "new workers alone")
        load.wait_for_more()
    assert load.failures == []


def test_sighup_with_wrong_keys_keeps_the_workers(start, workshop, keys):
    own = keys.copy(workshop.new("wrong"))
    server = start(Discountd, workshop.new("discountd"), own)
    before = server.workers()
    good = own.read("discount.key")
    own.file("discount.key").write_bytes(own.read("catalog.key"))
    server.expect("reload-refused")
    server.send(signal.SIGHUP)
    server.wait_for_log("reload-refused")
    assert server.workers() == before
    own.file("discount.key").write_bytes(good)
    with Client(server.port, own) as client:
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90


def test_sighup_names_what_it_does_not_change(start, workshop, keys):
    directory = workshop.new("fixed")
    path = directory / "discount.conf"
    port = ports.free_port()
    path.write_text(f"DISCOUNT_LISTEN=127.0.0.1:{port}\n")
    server = start(Discountd, directory, keys, port, DISCOUNT_CONFIG=path)
    path.write_text(f"DISCOUNT_LISTEN=127.0.0.1:{ports.free_port()}\n")
    for times in (1, 2):  # it is told as long as it is so
        server.send(signal.SIGHUP)
        server.wait_for_log(r" warning \S+ reload-incomplete setting=DISCOUNT_LISTEN in_use=old ", times=times)
        server.wait_for_log(" reload ", times=times)
    path.write_text(f"DISCOUNT_LISTEN=127.0.0.1:{port}\n")
    old = set(server.workers())
    server.send(signal.SIGHUP)
    wait_until(lambda: len(server.workers()) == 2 and not old & set(server.workers()), 20, "new workers alone")
    with Client(port, keys) as client:
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
    assert server.count_log("reload-incomplete") == 2


def test_a_worker_that_is_killed_is_replaced_and_no_call_fails(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    with Load(server, keys) as load:
        for _ in range(2):
            victim = server.workers()[0]
            ready = server.count_log("worker-ready")
            os.kill(victim, signal.SIGKILL)
            server.wait_for_log("worker-ready", times=ready + 1)
            assert victim not in server.workers() and len(server.workers()) == 2
            load.wait_for_more()
    assert load.failures == []


def test_all_workers_killed_at_once_are_replaced_and_no_call_fails(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    with Load(server, keys) as load:
        ready = server.count_log("worker-ready")
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        server.wait_for_log("worker-ready", times=ready + 2)
        load.wait_for_more()
    assert load.failures == []


def test_twenty_reloads_cost_a_foreign_client_nothing_though_it_tries_nothing_again(start, workshop, keys):
    """Calls under way and those that come as a worker leaves, on channels that stand and on new ones."""
    server = start(Discountd, workshop.new("discountd"), keys)
    rounds = 5 if is_sanitized() else 50
    fresh = []
    with Load(server, keys, threads=3, config=None) as load:
        for number in range(1, rounds + 1):
            server.send(signal.SIGHUP)
            server.wait_for_log("worker-ready", times=2 + 2 * number, seconds=20)
            with Client(server.port, keys, host="127.0.0.1" if number % 2 else "[::1]") as client:
                fresh.append(client.one(discount_request(1, 100)).product.discount_value.value_in_cents)
            wait_until(lambda: len(server.workers()) <= 6, 20, "old workers end")
        load.wait_for_more()
    assert load.failures == []
    assert fresh == [90] * rounds


def test_twenty_killed_workers_cost_nothing_with_the_service_config_that_is_published(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    with Load(server, keys, threads=3) as load:
        for number in range(1, (3 if is_sanitized() else 20) + 1):
            os.kill(server.workers()[0], signal.SIGKILL)  # the older one: one that dies young is not replaced at once
            server.wait_for_log("worker-ready", times=2 + number, seconds=20)
            load.wait_for_more()
            time.sleep(0.6)
    assert load.failures == []


def test_a_change_whose_worker_is_killed_before_it_answers_is_made_and_told_once(start, workshop, keys):
    """The other worker is stopped, so that the revision is made but not in use, and its caller not answered."""
    server = start(Discountd, workshop.new("discountd"), keys)
    server.expect("worker-killed")  # the stopped one, when it is not heard of for too long
    ctl = Ctl(workshop.new("ctl"), keys, server.port)
    made = 0
    while made < 3:
        wait_until(lambda: len(server.workers()) == 2, 20, "two workers")
        # One that is new, or was stopped, may take longer to answer than discountctl waits for a connection.
        wait_until(lambda: ctl.run("status").returncode == 0, 10, "an answer")
        before, stopped = ctl.revision(), server.workers()[0]
        os.kill(stopped, signal.SIGSTOP)
        with ThreadPoolExecutor() as pool:
            changing = pool.submit(ctl.run, "group", "set", "vip", f"Vip {made}")
            wait_until(lambda: changing.done() or server.count_log(" rules-changed ") > made, 40, "a revision")
            is_made = server.count_log(" rules-changed ") > made
            if is_made:
                os.kill(int(re.findall(r" discountd\[(\d+)\] rules-changed ", server.log())[-1]), signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):  # it was found to hang
                os.kill(stopped, signal.SIGCONT)
            done = changing.result()
        if is_made:  # it was not the stopped worker's connection
            made += 1
            assert (done.stdout, done.stderr) == (f"revision {before + 1}: 1 changed\n", "")
            assert ctl.revision() == before + 1


def test_a_master_that_is_killed_leaves_no_orphan(start, workshop, keys):
    server = start(Discountd, workshop.new("discountd"), keys)
    workers = server.workers()
    server.kill()
    wait_until(lambda: not [pid for pid in workers if pid_exists(pid)], 10, "the workers end")
    assert not ports.is_open(server.port)


def test_it_starts_right_after_a_master_vanished_while_old_workers_still_drain(start, workshop, keys):
    directory = workshop.new("discountd")
    server = Discountd(directory, keys, DISCOUNT_DRAIN_MS=4000)
    old = server.workers()
    context = http2.tls_context(keys, "catalog")
    callers = [http2.Http2(server.port, context) for _ in range(8)]
    for each in callers:  # half a call keeps a worker for as long as it may drain
        wait_until(lambda each=each: each.read() or each.streams_max, 5, "the server's settings")
        each.send(each.open(http2.call_headers(wire.MANY)), http2.message_head(100) + b"x")
    server.kill()
    again = start(Discountd, directory, keys, server.port)
    assert [pid for pid in old if pid_exists(pid)] != []
    with Client(again.port, keys) as client:
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
    wait_until(lambda: not [pid for pid in old if pid_exists(pid)], 15, "the old workers end")


@not_sanitized("AddressSanitizer needs all addresses there are")
def test_a_worker_that_runs_out_of_memory_says_so_and_is_replaced(start, workshop, keys):
    """Wherever it runs out, in gRPC's reader too."""
    server = start(Discountd, workshop.new("discountd"), keys, DISCOUNT_WORKERS=1)
    server.expect("out-of-memory")
    for spare in (1, 2, 4):
        worker, = server.workers()
        with open(f"/proc/{worker}/statm", encoding="ascii") as statm:
            limit = int(statm.read().split()[0]) * 4096 + spare * 2**20
        resource.prlimit(worker, resource.RLIMIT_AS, (limit, limit))
        ready = server.count_log("worker-ready")
        with Client(server.port, keys) as client:
            while worker in server.workers():
                wire.code_of(lambda: client.many(many(*[ask(1, *[100] * 100)] * 3000), seconds=2))
        server.wait_for_log("worker-ready", times=ready + 1)
    assert server.count_log("worker-died .* exit=71") == 3
    with Client(server.port, keys) as client:
        assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90


def test_it_listens_where_it_is_told(start, workshop, keys):
    port = ports.free_port()
    server = start(Discountd, workshop.new("discountd"), keys, port, DISCOUNT_LISTEN=f"127.0.0.1:{port}")
    assert ports.is_open(server.port) and not ports.is_open(server.port, "::1")


def test_a_change_of_the_rules_is_seen_within_a_second_and_by_a_whole_call(start, workshop, keys):
    directory = workshop.new("discountd")
    server = start(Discountd, directory, keys)
    with Client(server.port, keys) as client:
        def quotes():
            answer = client.many(many(*[ask(1, 100, 200, 300)] * 50))
            return answer.revision, {tuple(q.value_in_cents for q in each.quotes) for each in answer.answers}
        before, priced = quotes()
        assert priced == {(90, 180, 270)}
        with sqlite3.connect(directory / "discount.db") as database:
            database.execute("UPDATE rule SET value = 2000")

        def look():
            revision, priced = quotes()
            assert priced == ({(90, 180, 270)} if revision == before else {(80, 160, 240)})
            return revision > before
        wait_until(look, 1, "the new prices")


@not_sanitized("with AddressSanitizer a worker grows as it likes")
def test_a_change_set_may_be_larger_than_a_worker_may_grow(start, workshop, keys):
    """It is staged in the memory of one worker, which is replaced no sooner than it is applied."""
    directory = workshop.new("discountd")
    server = start(Discountd, directory, keys, DISCOUNT_WORKERS=1, DISCOUNT_MEMORY_GROWTH_MB=8)
    label = "a label that fills the messages of a change set " * 4
    rules = [f'rule r-{i:05}x "{label.strip()}"\n    lane sale\n    percent 1\n    audience customer {i + 1}' for i in range(50000)]
    done = Ctl(directory, keys, server.port).run("import", "-", stdin=rule_file(*rules))
    assert done.returncode == 0, (done, server.log())
    server.wait_for_log("worker-large", seconds=30)  # afterwards
