# SPDX-License-Identifier: MIT
"""Single rooms of the Discount service behind the programs of tests/probe, which say in their first lines what they understand."""
import json
import os
import subprocess
from pathlib import Path

from harness.paths import BIN
from harness.process import SANITIZER, environment

PROBES = Path(os.environ.get("PROBE_DIR", BIN.parent / "tests" / "probe"))


class Probe:
    """A running probe. What it is told is sent when something is asked, all at once."""

    def __init__(self, name):
        self.name = name
        self.waiting = []
        self.popen = subprocess.Popen([PROBES / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env=environment())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.popen.stdin.close()
        said = self.popen.stderr.read().decode(errors="replace")
        code = self.popen.wait()
        self.popen.stdout.close()
        self.popen.stderr.close()
        if kind is None or SANITIZER.search(said):
            assert (code, said) == (0, ""), said

    def tell(self, *words):
        self.waiting.append((" ".join(map(str, words)) + "\n").encode())

    def send(self):
        try:
            self.popen.stdin.write(b"".join(self.waiting))
            self.popen.stdin.flush()
        except BrokenPipeError:
            pass  # reading tells more
        self.waiting.clear()

    def receive(self):
        """One answer."""
        line = self.popen.stdout.readline()
        assert line, f"{self.name} ended: {self.popen.stderr.read().decode(errors='replace')}"
        return json.loads(line)

    def ask(self, *words):
        self.tell(*words)
        self.send()
        return self.receive()

    def read(self, size):
        """An answer that is no JSON, but so many bytes."""
        data = self.popen.stdout.read(size)
        assert len(data) == size, f"{self.name} ended: {self.popen.stderr.read().decode(errors='replace')}"
        return data


class PriceProbe(Probe):
    """price_probe."""

    def __init__(self):
        super().__init__("price_probe")
        self.since = []  # what changed since the last whole rule file: a changed ruleset is made of that

    def _tell_file(self, command, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.waiting.append(f"{command} {len(data)}\n".encode() + data)

    def load(self, text):
        """Makes a rule file the current ruleset; it must be a right one."""
        self.since = []
        self._tell_file("rules", text)
        self.send()
        assert self.receive() == {"faults": []}, text

    def patch(self, text, removals=()):
        """Changes the current ruleset: first `removals` (words of `remove`), then what the rule file says."""
        self.since.append((removals, text))
        self.tell("patch")
        for words, file in self.since:
            for word in words:
                self.tell("remove", *word)
            self._tell_file("changes", file)
        self.tell("finish")
        self.send()
        for _ in self.since:
            assert self.receive() == {"faults": []}, text

    def faults(self, text):
        """What is wrong with a rule file: [line, message] each."""
        self._tell_file("rules", text)
        self.send()
        return self.receive()["faults"]

    def show(self, products):
        """Makes [(id, price, categories)] the page."""
        self.tell("page")
        for number, price, categories in products:
            self.tell("product", number, price, *categories)
