# SPDX-License-Identifier: MIT
"""
The service is killed (SIGKILL: master and worker) in the middle of change sets and imports. Whenever that is, the database
opens, is sound, and is at the old revision or at the new one, never between.
"""
import contextlib
import functools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import admin
import grpc
import pytest
from admin import Admin
from harness.discount import Discountd
from harness.paths import BIN, not_sanitized
from harness.process import descendants, environment

pytestmark = not_sanitized("nothing is to be said of a process that was killed")

RULES = 300
OLD, NEW = 1000, 2000  # the percentages of all rules before and after

TABLES = ("product", "customer_group", "group_member", "rule", "rule_product", "rule_category")

ROUNDS = 40


def rule_message(number, percent):
    return admin.messages.Rule(
        key=f"rule-{number}", label=f"Rule {number}", lane="LANE_SALE", kind="KIND_PERCENT", percent=percent,
        include_products=["iphone-x" if percent == OLD else "playstation-4-slim"], include_categories=["shoes"])


def new_changes():
    """Every rule gets another percentage and another product; one rule in ten goes."""
    made = [admin.messages.Change(set_rule=rule_message(n, NEW)) for n in range(RULES)]
    return made + [admin.messages.Change(remove_rule=f"rule-{n}") for n in range(0, RULES, 10)]


def dump(path):
    """Everything that is described, and the latest revision. The database must be sound."""
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM open_revision").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM change WHERE revision > (SELECT max(number) FROM revision)").fetchone() == (0,)
        revision = db.execute("SELECT max(number) FROM revision").fetchone()[0]
        rows = {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}
    db.close()
    return revision, rows


class Shop:
    """A database before the change, what is in it then and after it, and the change as a rule file."""

    def __init__(self, directory, keys):
        self.directory, self.keys = directory, keys
        self.database = directory / "discount.db"
        self.template = directory / "old.db"
        self.rule_file = directory / "new.rules"
        server = self.serve()
        try:
            self.make_states(server.port)
        finally:
            server.stop()
        assert self.new[0] == self.old[0] + 1 and self.new[1] != self.old[1]

    def serve(self):
        return Discountd(self.directory, self.keys, DISCOUNT_WORKERS=1)

    def make_states(self, port):
        client = Admin(port, self.keys)
        client.change(*(admin.messages.Change(set_rule=rule_message(n, OLD)) for n in range(RULES)))
        self.old = dump(self.database)
        with sqlite3.connect(self.database) as db:
            db.execute("VACUUM INTO ?", (str(self.template),))
        db.close()
        client.change(*new_changes())
        client.channel.close()
        self.new = dump(self.database)
        assert self.ctl(port, "export", "--output", self.rule_file).wait(60) == 0

    def ctl(self, port, *words):
        return subprocess.Popen([BIN / "discountctl", *words], cwd=self.directory, stdout=subprocess.DEVNULL, env=environment(
            DISCOUNT_SERVICE_HOST=f"localhost:{port}",
            DISCOUNTCTL_TLS_CA=self.keys.file("ca.crt"),
            DISCOUNTCTL_TLS_CERTIFICATE=self.keys.file("admin.crt"),
            DISCOUNTCTL_TLS_KEY=self.keys.file("admin.key")), stderr=subprocess.DEVNULL)

    def start(self):
        """A service on the database before the change."""
        for name in self.directory.glob("discount.db*"):
            name.unlink()
        shutil.copy(self.template, self.database)
        return self.serve()


def kill_all(server):
    """The workers first: a master whose workers die would start others."""
    os.kill(server.pid, signal.SIGSTOP)
    offspring = descendants(server.pid)
    for pid in offspring:
        os.kill(pid, signal.SIGKILL)
    server.kill()


@pytest.fixture(scope="module")
def shop(workshop, keys):
    return Shop(workshop.new("crash"), keys)


def run_round(shop, seconds, begin):
    """Begins the change, kills the service after that time. "old" or "new": what the database is then."""
    server = shop.start()
    try:
        change = begin(server.port)
        time.sleep(seconds)
    finally:
        kill_all(server)
        change.kill()
    state = dump(shop.database)
    assert state in (shop.old, shop.new), f"killed after {seconds} s: revision {state[0]} is neither the old nor the new"
    return "old" if state == shop.old else "new"


def run_rounds(shop, count, most, begin):
    """Kills at instants from the beginning to somewhat after the end, each in its share of the time."""
    chance = random.Random(4711)
    results = [run_round(shop, most * (i + chance.random()) / count, begin) for i in range(count)]
    # Some were early and some late, or the rounds said nothing about what is between. The machine may have got busier since
    # the time was measured.
    while "new" not in results and most < 60:
        most *= 2
        results.append(run_round(shop, most, begin))
    assert "old" in results and "new" in results, results


class Call:
    """A change set that is being sent."""

    def __init__(self, shop, port):
        self.client = Admin(port, shop.keys)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with contextlib.suppress(grpc.RpcError):
            self.client.ApplyChanges(changes=new_changes(), message="to be killed")

    def wait(self, seconds):
        self.thread.join(seconds)
        assert not self.thread.is_alive()
        self.client.channel.close()

    def kill(self):
        """The service is dead, which ends the call."""
        self.wait(20)


class Import:
    """discountctl import of the file, which would go on asking for the service."""

    def __init__(self, shop, port):
        self.process = shop.ctl(port, "import", "--prune", shop.rule_file)

    def wait(self, seconds):
        self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait(20)


def measure(shop, begin):
    """How long the change takes when nobody kills anything."""
    server = shop.start()
    began = time.monotonic()
    begin(server.port).wait(60)
    seconds = time.monotonic() - began
    server.stop()
    assert dump(shop.database) == shop.new
    return seconds


def test_a_kill_in_the_middle_of_a_change_set_leaves_the_old_or_the_new_revision(shop):
    begin = functools.partial(Call, shop)
    run_rounds(shop, ROUNDS, 1.3 * measure(shop, begin), begin)


def test_a_kill_in_the_middle_of_an_import_leaves_the_old_or_the_new_revision(shop):
    begin = functools.partial(Import, shop)
    run_rounds(shop, ROUNDS, 1.3 * measure(shop, begin), begin)
