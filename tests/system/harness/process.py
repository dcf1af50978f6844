# SPDX-License-Identifier: MIT
"""Processes: started, waited for, stopped by their pid, and their logs read for what must not be there."""
import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from harness.paths import HARNESS

# What a sanitizer writes, and what our master, or mod_fcgid, says of a process that crashed. (Of its own processes Apache says
# "AH00052: child pid … exit signal": they crash now and then when Apache is told to end a moment after it began.)
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer|runtime error:")
CRASH = re.compile(r"signal=(?:4|6|7|8|11)\b|get signal \d+, possible coredump|get unexpected signal (?:4|6|7|8|11)\b|core dumped")
ERROR_LINE = re.compile(r"\dZ error [^\s\[]+\[\d+\] (\S+)")

# Every process of the session, so that the tests can look at all their logs.
started = []


# How many times longer things may take on a machine that has other work than on one that has none. What must come soon, and not
# just some time, is held against pace.Pace.
PATIENCE = 6


def wait_until(condition, seconds, what):
    """Waits for condition() to be true and returns what it gave; fails after that many seconds of a machine with no other work."""
    end = time.monotonic() + PATIENCE * seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"not within {PATIENCE} times {seconds} s: {what}"
        time.sleep(0.01)


def environment(**settings):
    """
    This process's environment without settings of the programs under test, of gRPC and proxies, plus what is given and
    what LeakSanitizer is not to report.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CATALOG_", "DISCOUNT", "GRPC_")) and not name.lower().endswith("_proxy")
    }
    kept["LSAN_OPTIONS"] = f"suppressions={HARNESS / 'lsan.supp'}:print_suppressions=0"
    return kept | {name: str(value) for name, value in settings.items()}


def as_user(user):
    """
    What to put before a command line so that it runs as `user` (None: as this process). Not by subprocess's own `user`:
    that would fork this process, with the fork handlers of Python's gRPC and the lock order checks of Debian's Abseil in
    it, which end it now and then. Without a user subprocess takes vfork.
    """
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []


def pid_exists(pid):
    """Whether the process runs (one that ended and was not reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    """The pids of the processes that `pid` forked and that run."""
    found = []
    with contextlib.suppress(OSError):  # it may end meanwhile, and so may a thread of it
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return [child for child in found if pid_exists(child)]


def has_name(pid, name):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == name
    except OSError:
        return False


def serving(master):
    """The pids of a Catalog's processes that answer."""
    return [pid for pid in children(master) if has_name(pid, "catalog.fcgi")]


def descendants(pid):
    """children(), and theirs."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


class Process:
    """A running program, its standard error in a log file."""

    def __init__(self, argv, directory, env=None, stdin=subprocess.DEVNULL, user=None, name=None):
        self.name = name or Path(argv[0]).name
        self.log_path = Path(directory) / f"{self.name}-{len(started)}.log"
        self.checked = 0
        self.expected = []
        self.exit_is_checked = True
        # For appending: Apache opens it once more by the name /dev/stderr.
        with self.log_path.open("ab") as log:
            self.popen = subprocess.Popen(
                [*as_user(user), *(str(word) for word in argv)], cwd=directory, env=env or environment(), stdin=stdin,
                stdout=log, stderr=log)
        started.append(self)

    @property
    def pid(self):
        return self.popen.pid

    def is_running(self):
        return self.popen.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def count_log(self, pattern):
        return len(re.findall(pattern, self.log()))

    def wait_for_log(self, pattern, seconds=10, times=1):
        wait_until(lambda: self.count_log(pattern) >= times, seconds, f"{pattern!r} in the log of {self.name}:\n{self.log()}")

    def wait_until_ready(self, condition, seconds=20):
        """Waits for condition(), but not for a process that has ended."""
        def look():
            assert self.is_running(), f"{self.name} ended with {self.popen.returncode}:\n{self.log()}"
            return condition()
        wait_until(look, seconds, f"{self.name} is ready:\n{self.log()}")

    def wait_for_exit(self, seconds=10):
        """Waits for the process to end by itself; the exit code."""
        wait_until(lambda: self.popen.poll() is not None, seconds, f"{self.name} ends:\n{self.log()}")
        return self.popen.returncode

    def send(self, number):
        os.kill(self.pid, number)

    def workers(self):
        return [pid for pid in children(self.pid) if not has_name(pid, "heir")]

    def kill(self):
        """Ends it without notice, and waits for that."""
        self.exit_is_checked = False
        self.popen.kill()
        self.popen.wait()

    def expect(self, *events):
        """Allows error lines of these events, and crashes when "crash" is among them."""
        self.expected += events

    def stop(self, seconds=15):
        """Asks it to end, and insists after `seconds`: then, and when it ended otherwise than well, the test fails."""
        if self.popen.poll() is None:
            offspring = descendants(self.pid)
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            try:
                self.popen.wait(PATIENCE * seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
                for pid in filter(pid_exists, offspring):
                    os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"{self.name} did not end within {PATIENCE} times {seconds} s of SIGTERM:\n{self.log()}") from None

    def _fresh_lines(self):
        """What came since the last look."""
        if self.log_path.stat().st_size == self.checked:
            return []
        with self.log_path.open("rb") as log:
            log.seek(self.checked)
            fresh = log.read()
        self.checked += len(fresh)
        return fresh.decode(errors="replace").splitlines()

    def find_problems(self):
        """Lines that came since the last look and should not have."""
        problems = []
        for line in self._fresh_lines():
            event = ERROR_LINE.search(line)
            if SANITIZER.search(line):
                problems.append(line)
            elif CRASH.search(line) and "crash" not in self.expected:
                problems.append(line)
            elif event and event.group(1) not in self.expected:
                problems.append(line)
        code = self.popen.poll()
        if self.exit_is_checked and code is not None and code < 0 and code not in (-signal.SIGTERM, -signal.SIGINT):
            problems.append(f"{self.name} ended by signal {-code}")
            self.exit_is_checked = False
        return [f"{self.name}: {line}" for line in problems]


def run(argv, directory=None, env=None, stdin="", seconds=60):
    """Runs a command to its end; text in, text out. Whoever calls it looks at the exit code."""
    done = subprocess.run([str(word) for word in argv], cwd=directory, env=env or environment(), input=stdin,
                          capture_output=True, text=True, timeout=PATIENCE * seconds, check=False)
    assert not SANITIZER.search(done.stderr), done.stderr
    return done
