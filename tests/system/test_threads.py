# SPDX-License-Identifier: MIT
"""
Where threads are counted (RLIMIT_NPROC, TasksMax, pids.max): who cannot have those it needs says so, ends and is tried again. Where
addresses are (ulimit -v), threads reserve few.
"""
import os
import re
import signal
import socket
import subprocess

import pytest

from harness import ports
from harness.catalog import Site
from harness.contract import CUSTOMER_1
from harness.discount import settings
from harness.fastcgi import Connection, body_of, get
from harness.paths import BIN, not_sanitized
from harness.process import Process, children, environment, wait_until

# Which thread of a process is the first that cannot be made. The first dozen are tried out; later ones are needed. (A master's forks
# are clone(2), threads clone3(2).)
FIRST_REFUSED = [1, 6, 12, 13, 15]


class Refused(Process):
    """A program whose processes have so many threads and no more."""

    def __init__(self, argv, directory, first, env, stdin=subprocess.DEVNULL):
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=clone3", "-e", f"inject=clone3:error=EAGAIN:when={first}+"]
        super().__init__([*strace, *argv], directory, env=env | {"ASAN_OPTIONS": "detect_leaks=0"}, stdin=stdin)
        self.expect("no-thread", "worker-refused")

    def end(self):
        """SIGTERM to the program; strace ends with it."""
        for pid in children(self.pid):
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not self.is_running(), 10, f"it ends:\n{self.log()}")


def assert_tried_again(refused):
    try:
        refused.wait_for_log("no-thread|there can be no", times=2)
        refused.wait_for_log(r"worker-died .* exit=1\b", times=2)
    finally:
        refused.end()
    assert not re.search("worker-killed|worker-ready", refused.log())


@pytest.mark.parametrize("first", FIRST_REFUSED)
def test_a_catalog_that_cannot_have_its_threads_is_not_stuck(workshop, keys, first):
    site = Site(workshop.new("site"), keys, ports.free_port())
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(site.var / "catalog.socket"))
        listening.listen(8)
        assert_tried_again(Refused([site.program], site.path, first, environment(), stdin=listening))


@pytest.mark.parametrize("first", FIRST_REFUSED)
def test_a_discountd_that_cannot_have_its_threads_is_not_stuck(workshop, keys, first):
    directory = workshop.new("discount")
    assert_tried_again(Refused([BIN / "discountd", ports.free_port()], directory, first, settings(directory, keys)))


@not_sanitized("AddressSanitizer needs all addresses there are")
def test_a_catalog_serves_customers_with_few_addresses(workshop, keys, discountd):
    site = Site(workshop.new("site"), keys, discountd.port)
    path = site.var / "catalog.socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(8)
        catalog = Process(["prlimit", f"--as={200 * 2**20}", site.program], site.path, stdin=listening)
    try:
        catalog.wait_for_log("worker-ready")
        with Connection(path) as connection:
            connection.send(get("/products", customer=1))
            assert body_of(connection.answer()) == CUSTOMER_1
    finally:
        catalog.stop()
