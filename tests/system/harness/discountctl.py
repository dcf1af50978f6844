# SPDX-License-Identifier: MIT
"""discountctl as an administrator runs it: in a pipe, or on a terminal."""
import json
import os
import pty
import select
import subprocess
import time

from harness.paths import BIN
from harness.process import PATIENCE, SANITIZER, environment, run

CTL = BIN / "discountctl"

# What most tests begin with. Its window is never in force and never past while somebody runs these tests.
RULES = """\
discount-rules 1

product 1 iphone-x
    floor 500

product 2 notebook-avell-g1511

product 3 playstation-4-slim

group staff

group vip "Very important people"
    members 1 2 77-80

rule black-friday "20 % off phones"
    lane sale
    percent 20
    audience group vip
    include category phones
    exclude product playstation-4-slim
    cap 5000
    starts 2096-11-27 Europe/Berlin
    ends 2096-11-30 Europe/Berlin

rule contract-77 "Prices of customer 77"
    lane contract
    audience customer 77
    price iphone-x 900
    price notebook-avell-g1511 1200

rule demo "10 % off everything for customer 1"
    lane contract
    percent 10
    audience customer 1

end
"""

PRODUCTS = """\
id,slug,price,categories
1,iphone-x,1000,phones apple
2,notebook-avell-g1511,2000,computers|phones
3,playstation-4-slim,3000,
"""


def rule_file(*blocks):
    """A rule file of these blocks."""
    return "\n\n".join(["discount-rules 1", *(block.strip("\n") for block in blocks), "end\n"])


class Ctl:
    """Runs discountctl on the service at `port`, with the key pair `name`."""

    def __init__(self, directory, keys, port, name="admin", **more):
        self.directory = directory
        self.port = port
        self.settings = {
            "DISCOUNT_SERVICE_HOST": f"localhost:{port}",
            "DISCOUNTCTL_TLS_CA": keys.file("ca.crt"),
            "DISCOUNTCTL_TLS_CERTIFICATE": keys.file(f"{name}.crt"),
            "DISCOUNTCTL_TLS_KEY": keys.file(f"{name}.key"),
        } | more

    def environment(self, **more):
        base = {name: value for name, value in environment().items()
                if not name.startswith("DISCOUNTCTL_") and name not in ("NO_COLOR", "TERM")}
        return base | {name: str(value) for name, value in (self.settings | more).items() if value is not None}

    def run(self, *words, stdin="", **more):
        """Runs a command; the exit code is the caller's to look at."""
        return run([CTL, *words], self.directory, env=self.environment(**more), stdin=stdin)

    def ok(self, *words, stdin="", **more):
        """Runs a command that must succeed; what it printed."""
        done = self.run(*words, stdin=stdin, **more)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def json(self, *words, stdin="", code=0):
        """Runs a command with --json; the document."""
        done = self.run(*words, "--json", stdin=stdin)
        assert done.returncode == code, done
        return json.loads(done.stdout)

    def load(self, text=RULES):
        """Makes the rules what the text says, and nothing else."""
        return self.json("import", "--prune-up-to", "1000000", "-", stdin=text)["revision"]

    def revision(self):
        return self.json("status")["revision"]

    def file(self, name, text):
        """A file of that name in this directory."""
        path = self.directory / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        return path

    def on_terminal(self, *words, seconds=60, **more):
        """Runs a command with standard output and standard error on a terminal: exit code, and all that was shown."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [str(word) for word in (CTL, *words)], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
            env=self.environment(**({"TERM": "xterm"} | more)))
        os.close(slave)
        shown = _read_all(master, time.monotonic() + PATIENCE * seconds)
        os.close(master)
        code = process.wait(PATIENCE * seconds)
        assert not SANITIZER.search(shown), shown
        return code, shown


def _read_all(descriptor, end):
    """What comes until the terminal's other side is closed."""
    shown = b""
    while True:
        assert select.select([descriptor], [], [], max(0, end - time.monotonic()))[0], f"still running: {shown!r}"
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux: nobody has the other side open
            part = b""
        if not part:
            return shown.decode()
        shown += part
