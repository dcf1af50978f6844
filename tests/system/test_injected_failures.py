# SPDX-License-Identifier: MIT
"""
A system call fails, here and there, as it does on a full disk, a broken one, and a machine that is out of descriptors, memory or
processes. Whichever it is: a program does what it was asked or says why not; a change is made whole or not at all; a server serves
right answers or ends with a line in its log.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from harness import ports
from harness.catalog import Site
from harness.catalogctl import Database, Done, write_csv
from harness.contract import CUSTOMER_1
from harness.discount import settings
from harness.discountctl import RULES, Ctl
from harness.fastcgi import Connection, body_of, get
from harness.paths import BIN, not_sanitized
from harness.process import PATIENCE, Process, children, environment, run, wait_until

# Which calls of a thread fail: the first ones, where programs differ, and then fewer and fewer.
PLACES = [1, 2, 3, 4, 6, 9, 13, 19, 28, 42]

LOADER = "while loading shared libraries"

pytestmark = not_sanitized("a sanitizer's own calls would fail as well")


def inject(call, place, trace):
    """What stands before a command line, so that in each of its threads the call of that number fails."""
    name = call.split(":", maxsplit=1)[0]
    return ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={name}", "-e", f"inject={call}:when={place}"]


def sweep(directory, call):
    """(words before a command, whether a call failed since), for each place, until the command makes no call of that number."""
    for place in PLACES:
        trace = directory / f"{call}-{place}.trace"
        yield inject(call, place, trace), lambda trace=trace: "INJECTED" in trace.read_text()
        if "INJECTED" not in trace.read_text():
            return


class Failing(Process):
    """A server in each of whose threads the call fails once."""

    def __init__(self, argv, directory, before, ready, **more):
        super().__init__([*before, *argv], directory, name=argv[0].name, **more)
        self.ready = ready
        self.expect("accept-failed", "cannot-start", "crash", "fork-failed", "loop-failed", "no-thread", "rules-store-failed",
                    "worker-refused")

    def is_serving(self):
        """Once it serves, or does not come up."""
        wait_until(lambda: not self.is_running() or self.count_log(self.ready) > 0 or self.count_log("worker-died") > 1, 20,
                   f"it serves or says why not:\n{self.log()}")
        assert self.count_log(self.ready) or re.search(f"Z (error|warning) |{LOADER}", self.log()), f"it did not say why not:\n{self.log()}"
        return self.count_log(self.ready) > 0

    def end(self):
        """SIGTERM to the program; strace ends with it."""
        for pid in children(self.pid):
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.is_running(), 20, f"it ends:\n{self.log()}")


# ---- A change of the catalog ------------------------------------------------------------------------------------------

DISK = ["openat:error=EMFILE", "openat:error=EACCES", "read:error=EIO", "pread64:error=EIO", "pwrite64:error=ENOSPC", "pwrite64:error=EIO",
        "write:error=ENOSPC", "fdatasync:error=EIO", "ftruncate:error=ENOSPC", "fcntl:error=ENOLCK",
        "newfstatat:error=EIO", "unlink:error=EACCES"]


class Shop:
    """A catalog's database as it was, a file to import, and what is exported before and after."""

    def __init__(self, directory):
        self.directory = directory
        self.database = Database(directory)
        self.database.fill(write_csv([{"slug": f"old-{n}", "name": f"Old {n}", "price_in_cents": n} for n in range(60)]))
        self.template = directory / "template.db"
        self.database.ask(f"VACUUM INTO '{self.template}'")
        self.file = directory / "new.csv"
        self.file.write_bytes(write_csv([{"slug": f"old-{n}", "name": f"New {n}", "price_in_cents": n} for n in range(50)]))
        self.words = [BIN / "catalogctl", "import", "--prune", self.file, self.database.path]
        self.old = self.names()
        assert run(self.words).returncode == 0
        self.new = self.names()
        assert self.new != self.old

    def names(self):
        return self.database.ask("SELECT slug, name FROM product ORDER BY id")

    def reset(self):
        for path in self.directory.glob("catalog.db*"):
            path.unlink()
        shutil.copy(self.template, self.database.path)
        self.database.change("PRAGMA journal_mode = WAL")


@pytest.fixture(scope="module")
def shop(workshop):
    return Shop(workshop.new("injected"))


@pytest.mark.parametrize("call", DISK)
def test_an_import_is_made_whole_or_not_at_all_and_says_which(shop, call):
    tried = 0
    for before, has_failed in sweep(shop.directory, call):
        shop.reset()
        done = Done(subprocess.run([str(word) for word in [*before, *shop.words]], capture_output=True, env=environment(),
                                   timeout=PATIENCE * 60, check=False))
        tried += has_failed()
        what = f"{before}: {done.code} {done.errors}"
        assert 0 <= done.code < 128, what
        assert shop.database.is_sound()
        is_made = done.code == 0 or "standard output" in done.errors  # only the report is missing then
        assert shop.names() == (shop.new if is_made else shop.old), what
        assert done.code == 0 or re.search(f"^catalogctl(?: import)?: |{LOADER}", done.errors, re.MULTILINE), what
    assert tried > 0


# ---- A change of the rules ----------------------------------------------------------------------------------------------

STORE = ["pwrite64:error=ENOSPC", "pwrite64:error=EIO", "pread64:error=EIO", "fdatasync:error=EIO", "openat:error=EMFILE", "fcntl:error=ENOLCK"]


def find_revision(ctl):
    """Of a service each of whose threads may fail once, and lose the connection that asks."""
    done = wait_until(lambda: (told := ctl.run("status", "--json")).returncode == 0 and told, 20, "the status")
    return json.loads(done.stdout)["revision"]


@pytest.mark.parametrize("call", STORE)
def test_a_change_of_the_rules_is_made_or_not_and_says_which(workshop, keys, call):
    base = workshop.new("rules")
    tried = served = 0
    for before, has_failed in sweep(base, call):
        directory = workshop.new("injected")
        port = ports.free_port()
        discountd = Failing([BIN / "discountd", port], directory, before, " serving address=",
                            env=settings(directory, keys, DISCOUNT_WORKERS=1))
        if discountd.is_serving():
            served += 1
            ctl = Ctl(directory, keys, port)
            revision = find_revision(ctl)
            done = ctl.run("import", "--prune", "-", stdin=RULES)
            what = f"{before}: {done.returncode} {done.stderr}{discountd.log()}"
            assert find_revision(ctl) == revision + (done.returncode == 0), what
            assert (done.returncode == 0) == (done.stderr == ""), what
            # The disk is well again once each of the two threads that read and write has failed.
            assert any(ctl.run("import", "--prune", "-", stdin=RULES).returncode == 0 for _ in range(3)), f"{what}{discountd.log()}"
        discountd.end()
        tried += has_failed()
    assert tried > 0 and served > 0


# ---- A server that starts, and serves ----------------------------------------------------------------------------------

MACHINE = ["socket:error=EMFILE", "openat:error=EMFILE", "eventfd2:error=EMFILE", "epoll_create1:error=EMFILE",
           "accept4:error=ECONNABORTED", "accept4:error=ENETDOWN", "accept4:error=EMFILE", "recvmsg:error=ECONNRESET", "clone:error=EAGAIN"]


@pytest.mark.parametrize("call", MACHINE)
def test_a_catalog_serves_or_says_why_not(workshop, keys, discountd, call):
    base = workshop.new("machine")
    tried = served = 0
    for before, has_failed in sweep(base, call):
        site = Site(workshop.new("site"), keys, discountd.port)
        path = site.var / "catalog.socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen(8)
            catalog = Failing([site.program], site.path, before, "worker-ready", env=environment(), stdin=listening)
        if catalog.is_serving():
            served += 1
            for _ in range(3):  # the first may meet the failure: it is degraded then, but an answer
                with Connection(path) as connection:
                    connection.send(get("/products", customer=1))
                    body = body_of(connection.answer())
            assert body == CUSTOMER_1, f"{before}: {body}\n{catalog.log()}"
        catalog.end()
        tried += has_failed()
    assert tried > 0 and served > 0
