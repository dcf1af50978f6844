# SPDX-License-Identifier: MIT
"""An HTTP client that sends what it is told: repeated headers, any method, bodies in chunks."""
import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Answer:
    status: int
    reason: str
    headers: list
    body: bytes
    seconds: float

    def header(self, name):
        """The header's value; None when it is not there, all values joined by ", " when it is there more than once."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def is_degraded(self):
        return self.header("X-Discount-Status") == "degraded"


def request(url, method="GET", headers=(), body=None, chunked=False, seconds=60):
    """One request on a connection of its own. `headers` are (name, value) pairs and may repeat a name."""
    parts = urlsplit(url)
    began = time.monotonic()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.putrequest(method, parts.path + (f"?{parts.query}" if parts.query else ""), skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        elif body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        try:
            if chunked:
                for start in range(0, len(body), 8192):
                    part = body[start:start + 8192]
                    connection.send(b"%x\r\n%s\r\n" % (len(part), part))
                connection.send(b"0\r\n\r\n")
            elif body:
                connection.send(body)
        except BrokenPipeError:
            pass  # the server answered before it had read everything
        answer = connection.getresponse()
        text = answer.read()
        return Answer(answer.status, answer.reason, answer.getheaders(), text, time.monotonic() - began)
    finally:
        connection.close()
