# SPDX-License-Identifier: MIT
"""
Rules that change while prices are asked for: what an acknowledgement promises, in every worker, whatever happens to them.

The shop of these tests has five products that cost 10,000, and a rule for each. A change set sets all five rules to the same
percentage, a hundredth of a percent for each change so far: so each of its prices tells which change priced it, and an answer
whose prices differ among themselves is of two revisions at once.
"""
import os
import random
import signal
import sqlite3
import threading
import time

import admin
import grpc
from admin import Admin, set_product, set_rule
from harness import wire
from harness.paths import is_sanitized
from harness.process import wait_until
from harness.wire import code_of
from oracle import Rule

# What a caller sees of a worker that dies.
CUT_OFF = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)

PRODUCTS = range(1, 6)
LIST_PRICE = 10000
CHANGES = 120 if is_sanitized() else 400  # a sanitizer sees the same lines each time


def change_number(number):
    """Change number `number`: every price is LIST_PRICE - number."""
    return [set_rule(Rule(f"rule-{i}", value=number, products=[f"p-{i}"])) for i in PRODUCTS]


def ask_for_change(client, customer=1, seconds=5):
    """(revision, number of the change that priced the answer): all prices of one call must be of one."""
    ask = wire.ask(customer, *[LIST_PRICE] * len(PRODUCTS))
    answer = client.many(wire.many(ask, ask), seconds=seconds)
    prices = {quote.value_in_cents or LIST_PRICE for each in answer.answers for quote in each.quotes}
    assert len(prices) == 1, f"prices of several revisions in one answer: {answer}"
    return answer.revision, LIST_PRICE - prices.pop()


class Ledger:
    """Changes, acknowledged and not, with the administrator's channel that makes them."""

    def __init__(self, server, keys):
        self.server, self.keys = server, keys
        self.client = Admin(server.port, keys)
        first = self.client.change(admin.messages.Change(clear_all=True), *[set_product(f"p-{i}", i) for i in PRODUCTS],
                                   *change_number(0))
        self.number = 0  # of the last change that was tried
        self.acknowledged = 0  # … and of the last one that was acknowledged
        self.revisions = {0: first.revision}

    def make(self):
        """The next change; its number once it is acknowledged, None when it was not."""
        self.number += 1
        try:
            answer = self.client.ApplyChanges(changes=change_number(self.number), message=f"change {self.number}", seconds=30)
        except grpc.RpcError as error:
            assert error.code() in CUT_OFF, error
            self.client.channel.close()
            self.client = Admin(self.server.port, self.keys)
            return None
        assert not answer.faults, answer
        self.revisions[self.number] = answer.revision
        self.acknowledged = self.number
        return self.number

    def close(self):
        self.client.channel.close()


def connections_of(pid, port):
    """How many connections to `port` a process has."""
    sockets = set()
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    except OSError:
        pass
    found = 0
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}", encoding="ascii") as lines:
            rows = [line.split() for line in list(lines)[1:]]
        # 01: established.
        found += sum(int(row[1].rsplit(":", 1)[1], 16) == port and row[3] == "01" and row[9] in sockets for row in rows)
    return found


def connect_to_every_worker(server, keys, at_least=1, most=64):
    """Channels of the Catalog, as many as it takes for each worker to have one: the kernel chooses where each goes."""
    clients = []
    while len(clients) < at_least or not all(connections_of(pid, server.port) for pid in server.workers()):
        assert len(clients) < most, "a worker gets no connection"
        clients.append(wire.Client(server.port, keys))
        ask_for_change(clients[-1])
    return clients


class Reader(threading.Thread):
    """Asks again and again on a channel of its own, and looks at every answer."""

    def __init__(self, client, ledger, is_over):
        super().__init__()
        self.client, self.ledger, self.is_over = client, ledger, is_over
        self.answers = []  # (revision, change)
        self.mistakes = []

    def run(self):
        while not self.is_over.is_set() and not self.mistakes:
            acknowledged = self.ledger.acknowledged
            try:
                revision, change = ask_for_change(self.client)
            except (AssertionError, grpc.RpcError) as error:
                self.mistakes.append(error)
                break
            if change < acknowledged:
                self.mistakes.append(f"change {change} priced after change {acknowledged} was acknowledged")
            if self.answers and revision < self.answers[-1][0]:
                self.mistakes.append(f"revision {revision} after {self.answers[-1][0]}")
            self.answers.append((revision, change))


# ---- Many changes ----

def test_many_changes_under_load_are_each_seen_wholly_and_at_once(own_discountd, keys):
    server = own_discountd(DISCOUNT_WORKERS=3)
    ledger = Ledger(server, keys)
    clients = connect_to_every_worker(server, keys, at_least=3)
    askers = connect_to_every_worker(server, keys, at_least=3)
    is_over = threading.Event()
    readers = [Reader(client, ledger, is_over) for client in clients]
    for reader in readers:
        reader.start()
    try:
        for i in range(CHANGES):
            number = ledger.make()
            assert number == i + 1
            # Each time in another worker.
            assert ask_for_change(askers[i % len(askers)]) == (ledger.revisions[number], number)
            assert not any(reader.mistakes for reader in readers), [reader.mistakes for reader in readers]
    finally:
        is_over.set()
        for reader in readers:
            reader.join()
        for client in (*clients, *askers):
            client.channel.close()
        ledger.close()
    assert [reader.mistakes for reader in readers] == [[] for _ in readers]
    number_of = {revision: number for number, revision in ledger.revisions.items()}
    seen = {answer for reader in readers for answer in reader.answers}
    assert all(number_of[revision] == change for revision, change in seen)
    assert len(seen) > CHANGES / 10, "the readers saw too little of it"


def test_two_administrators_at_once_lose_no_change(own_discountd, connect):
    server = own_discountd()
    boss = connect(server)
    boss.change(set_rule(Rule("count-0", value=0)))
    others = [connect(server) for _ in range(2)]
    failures, aborted = [], []

    def count_up(client):
        """Reads a rule, adds one, and writes it back if nothing else was changed meanwhile."""
        done = 0
        while done < 25 and not failures:
            revision = client.GetStatus().latest
            value = client.ListRules(key="count-0").rules[0].percent
            try:
                client.change(set_rule(Rule("count-0", value=value + 1)), expected_revision=revision)
                done += 1
            except grpc.RpcError as error:
                (aborted if error.code() == grpc.StatusCode.ABORTED else failures).append(error)
            except AssertionError as error:
                failures.append(error)
    threads = [threading.Thread(target=count_up, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert boss.ListRules(key="count-0").rules[0].percent == 50
    assert aborted, "they never met"


# ---- By hand ----

def test_a_change_by_hand_is_priced_by_within_a_second_in_every_worker(own_discountd, keys, connect):
    server = own_discountd(DISCOUNT_WORKERS=3)
    ledger = Ledger(server, keys)
    clients = connect_to_every_worker(server, keys, at_least=6)
    for number in range(1, 6):
        with sqlite3.connect(server.database) as database:
            database.execute("UPDATE rule SET value = ?", (number,))
        database.close()
        committed = time.monotonic()
        late = [client for client in clients if not is_seen_by(client, number, committed + 1)]
        assert not late, f"{len(late)} of {len(clients)} connections see the old prices after a second"
    assert {each.author for each in connect(server).ListRevisions(page_size=5).revisions} == {"by hand"}
    for client in clients:
        client.channel.close()
    ledger.close()


def test_a_change_through_another_master_is_priced_by_within_a_second(start, own_discountd, keys):
    first = own_discountd()
    second = start(type(first), first.directory, keys)
    ledger = Ledger(first, keys)
    clients = connect_to_every_worker(second, keys, at_least=4)
    for _ in range(5):
        number = ledger.make()
        acknowledged = time.monotonic()
        assert all([is_seen_by(client, number, acknowledged + 1) for client in clients])
    for client in clients:
        client.channel.close()
    ledger.close()


def is_seen_by(client, number, until):
    while True:
        began = time.monotonic()
        if ask_for_change(client)[1] == number:
            return True
        if began > until:
            return False


def test_rules_that_a_hand_made_wrong_are_not_used_and_named(own_discountd, keys, connect):
    server = own_discountd()
    ledger = Ledger(server, keys)
    server.expect("rules-refused")
    clients = connect_to_every_worker(server, keys, at_least=4)
    with sqlite3.connect(server.database) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE rule SET value = 20000 WHERE key = 'rule-3'")
    database.close()
    boss = connect(server)
    wait_until(lambda: boss.GetStatus().refused, 5, "a refusal")
    assert "rule-3" in boss.GetStatus().refused
    assert {ask_for_change(client)[1] for client in clients} == {0}
    with sqlite3.connect(server.database) as database:
        database.execute("UPDATE rule SET value = 77")
    database.close()
    for client in clients:
        wait_until(lambda each=client: ask_for_change(each)[1] == 77, 10, "the mended prices")
        client.channel.close()
    assert boss.GetStatus().refused == ""
    ledger.close()


# ---- Workers that die, hang and are replaced ----

def read_changes(database):
    """The numbers of the changes that the database's rules are of: one, if it is whole."""
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {value for value, in connection.execute("SELECT value FROM rule WHERE key GLOB 'rule-*'")}
    finally:
        connection.close()


def kill_workers(server, is_over, kills):
    """Kills one worker after the other, each once it has lived long enough not to count as one that cannot start."""
    rng = random.Random("kills")
    born = {}
    while not is_over.is_set():
        now = time.monotonic()
        born = {pid: born.get(pid, now) for pid in server.workers()}
        old = [pid for pid, since in born.items() if now - since > 1.1]
        if old:
            victim = rng.choice(old)
            os.kill(victim, signal.SIGKILL)
            kills.append(victim)
        is_over.wait(rng.uniform(0.02, 0.15))


def test_workers_killed_during_changes_break_no_promise(own_discountd, keys):
    server = own_discountd(DISCOUNT_WORKERS=4)
    ledger = Ledger(server, keys)
    is_over, kills, lost = threading.Event(), [], 0
    killer = threading.Thread(target=kill_workers, args=(server, is_over, kills))
    killer.start()
    try:
        while len(kills) < (20 if is_sanitized() else 40):
            number = ledger.make()
            lost += number is None
            if number is not None:
                # It is on the disk, whole, and whoever still or again serves prices by it.
                assert read_changes(server.database) == {number}
                assert ask_until_answered(server, keys)[1] == number
            else:
                [kept] = read_changes(server.database)
                assert ledger.acknowledged <= kept <= ledger.number
    finally:
        is_over.set()
        killer.join()
    server.wait_until_ready(lambda: len(server.workers()) == 4)
    last = next(number for number in iter(ledger.make, "") if number is not None)
    wait_until(lambda: count_ready(ledger) == 4, 15, "every worker has the last change")
    for client in connect_to_every_worker(server, keys):
        assert ask_for_change(client)[1] == last
        client.channel.close()
    revisions = [each.revision for each in ledger.client.ListRevisions(page_size=1000).revisions]
    assert revisions == list(range(revisions[0], revisions[0] - len(revisions), -1))
    assert lost > 0, "no change was interrupted"
    ledger.close()


def ask_until_answered(server, keys):
    """Asks on new channels until one is not cut off by a worker's death."""
    end = time.monotonic() + 20
    while True:
        try:
            with wire.Client(server.port, keys) as client:
                return ask_for_change(client)
        except grpc.RpcError as error:
            assert error.code() in CUT_OFF, error
            assert time.monotonic() < end


def count_ready(ledger):
    status = ledger.client.GetStatus()
    return sum(each.prepared >= status.latest for each in status.workers)


def answers_of(client):
    return code_of(lambda: client.GetStatus(seconds=2)) == grpc.StatusCode.OK


def test_a_worker_that_hangs_is_replaced_and_the_change_is_acknowledged(own_discountd, keys, connect, pace):
    server = own_discountd()
    ledger = Ledger(server, keys)
    server.expect("worker-killed")
    readers = connect_to_every_worker(server, keys, at_least=4)
    bosses = [connect(server) for _ in range(8)]
    for boss in bosses:
        boss.GetStatus()
    hung = min(server.workers(), key=lambda pid: connections_of(pid, server.port))
    os.kill(hung, signal.SIGSTOP)
    ledger.client = next(boss for boss in bosses if answers_of(boss))
    began = time.monotonic()
    assert ledger.make() == 1  # the answer comes, however long the other one hangs
    assert time.monotonic() - began < 10 + pace.slack_s()
    server.wait_for_log("worker-killed")
    wait_until(lambda: hung not in server.workers(), 10, "the kernel has ended it")
    assert ask_until_answered(server, keys)[1] == 1
    wait_until(lambda: len(server.workers()) == 2 and count_ready(ledger) == 2, 20, "a worker in its place")
    for client in readers:
        client.channel.close()
    for client in connect_to_every_worker(server, keys):
        assert ask_for_change(client)[1] == 1
        client.channel.close()


def test_workers_that_are_rolled_during_changes_break_no_promise(own_discountd, keys):
    server = own_discountd()
    ledger = Ledger(server, keys)
    for _ in range(3):
        before = set(server.workers())
        server.send(signal.SIGHUP)
        while not (len(server.workers()) == 2 and not before & set(server.workers())):
            number = ledger.make()
            if number is not None:
                assert ask_until_answered(server, keys)[1] == number
        wait_until(lambda: ledger.make() is not None, 20, "a change is acknowledged")
    assert ledger.acknowledged > 3 and read_changes(server.database) == {ledger.acknowledged}
    ledger.close()


def test_a_restart_prices_by_the_last_change(start, own_discountd, keys):
    server = own_discountd()
    ledger = Ledger(server, keys)
    for _ in range(5):
        ledger.make()
    revision = ledger.revisions[5]
    ledger.close()
    server.stop()
    again = start(type(server), server.directory, keys)
    with wire.Client(again.port, keys) as client:
        assert ask_for_change(client) == (revision, 5)
