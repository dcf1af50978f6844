# SPDX-License-Identifier: MIT
"""A FastCGI responder that shows what a web server hands on."""
import socket
import threading

from harness.fastcgi import END_REQUEST, PARAMS, STDOUT, Connection, record


def pairs(content):
    """The names and values of a PARAMS stream."""
    found, at = [], 0
    while at < len(content):
        lengths = []
        for _ in range(2):
            size = 4 if content[at] & 0x80 else 1
            lengths.append(int.from_bytes(content[at:at + size], "big") & 0x7fffffff)
            at += size
        found.append((content[at:at + lengths[0]], content[at + lengths[0]:at + sum(lengths)]))
        at += sum(lengths)
    return found


class Echo:
    """Answers each request with its variables, NAME=value, a line each. Stop it."""

    def __init__(self, path):
        self.socket_path = path
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        path.chmod(0o666)
        self.listening.listen(16)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection = Connection(connected=self.listening.accept()[0])
            except OSError:
                return
            with connection:
                content, kind, part = b"", PARAMS, None
                while kind != PARAMS or part != b"":
                    content += part or b""
                    kind, part = connection.record()
                    part = part if kind == PARAMS else None
                lines = b"\n".join(b"%s=%s" % each for each in pairs(content))
                connection.send(record(STDOUT, b"Content-Type: text/plain\r\n\r\n" + lines) + record(STDOUT) +
                                record(END_REQUEST, bytes(8)))

    def stop(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listening.close()
