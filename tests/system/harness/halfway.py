# SPDX-License-Identifier: MIT
"""What happens to the Catalog half-way through an answer (tests/fault/halfway.c), and what its reader sees of that."""
import signal
import socket
import struct
import subprocess

from harness.paths import ROOT, is_sanitized
from harness.workshop import give_to_web

NOTHING, SIGNAL, READ_ERROR = range(3)
HAPPENINGS = {"kill -9": (SIGNAL, signal.SIGKILL), "TERM": (SIGNAL, signal.SIGTERM), "read error": (READ_ERROR, 0)}


class Halfway:
    """A site whose program is led by the library, however a web server starts it."""

    def __init__(self, site):
        self.plan = site.path / "plan"
        self.plan.write_bytes(bytes(24))
        library = site.path / "halfway.so"
        subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-fPIC", "-shared", "-o", library,
                        ROOT / "tests" / "fault" / "halfway.c"],
                       check=True)
        program = site.path / "catalog.program"
        site.program.rename(program)
        asan = "export ASAN_OPTIONS=verify_asan_link_order=0\n" if is_sanitized() else ""
        site.program.write_text(f"#!/bin/sh\n{asan}LD_PRELOAD={library}${{LD_PRELOAD:+:$LD_PRELOAD}} FAULT_FILE={self.plan} exec {program} \"$@\"\n")
        site.program.chmod(0o755)
        give_to_web(site.path)

    def set(self, happening, after):
        """From now on, and when so many more bytes are sent: "kill -9", "TERM", "read error"; None: nothing."""
        kind, number = HAPPENINGS.get(happening, (NOTHING, 0))
        with self.plan.open("r+b") as file:
            file.write(struct.pack("=qqq", kind, number, after))


# ---- A reader that knows HTTP's framing, and nothing else -----------------------------------------------------------------


HEADS = {
    "HTTP/1.1, closing": "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "HTTP/1.1, kept": "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/1.0": "GET {} HTTP/1.0\r\nHost: localhost\r\n\r\n",
}


class Reader:
    """Reads one answer: `status`, `headers`, `body`; `is_complete` as HTTP has it (RFC 9112, 6.3 and 8)."""

    def __init__(self, port, head, pause=None):
        """`pause` is called when the head has come; what is on its way meanwhile is little."""
        self.rest = b""
        self.status, self.headers, self.body, self.is_complete = 0, {}, b"", False
        with socket.socket() as self.socket:
            self.socket.settimeout(60)
            if pause is not None:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.socket.connect(("127.0.0.1", port))
            self.socket.sendall(head.encode())
            try:
                self._read_head()
                if pause is not None:
                    pause()
                self.is_complete = self._read_body()
            except (EOFError, ConnectionError):
                pass

    def _more(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise EOFError
        self.rest += part

    def _take(self, length):
        while len(self.rest) < length:
            self._more()
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken

    def _take_line(self):
        while b"\r\n" not in self.rest:
            self._more()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line.decode("latin-1")

    def _read_head(self):
        self.status = int(self._take_line().split(" ")[1])
        while line := self._take_line():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value

    def _read_body(self):
        if "transfer-encoding" in self.headers:
            while length := int(self._take_line(), 16):
                self.body += self._take(length)
                self._take(2)
            self._take_line()
        elif "content-length" in self.headers:
            self.body = self._take_some(int(self.headers["content-length"]))
            return len(self.body) == int(self.headers["content-length"])
        else:
            self.body = self._take_some(1 << 40)
        return True

    def _take_some(self, length):
        """To the end of the connection at most."""
        try:
            while len(self.rest) < length:
                self._more()
        except (EOFError, ConnectionResetError):
            pass
        return self.rest[:length]

    def tell(self, whole):
        """What it would take the answer for that should be `whole`."""
        if self.status != 200:
            return f"refused ({self.status})" if self.status else "no answer"
        if not self.is_complete:
            return "cut, and seen"
        return "whole" if self.body == whole else "LOOKS WHOLE"
