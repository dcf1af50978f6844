# SPDX-License-Identifier: MIT
"""FastCGI records by hand (FastCGI Specification 1.0), right ones and wrong ones."""
import socket
import struct

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = range(1, 10)
RESPONDER = 1
KEEP_CONN = 1


def record(kind, content=b"", request_id=1, version=1, length=None, padding=0):
    """A record; `length` lies about the content's."""
    size = len(content) if length is None else length
    return struct.pack(">BBHHBx", version, kind, request_id, size, padding) + content + b"\0" * padding


def begin(keep=False, role=RESPONDER, request_id=1):
    return record(BEGIN_REQUEST, struct.pack(">HB5x", role, KEEP_CONN if keep else 0), request_id)


def pair(name, value):
    """A name-value pair with lengths of four bytes where they need them."""
    return _length(len(name)) + _length(len(value)) + name + value


def _length(length):
    return bytes([length]) if length < 128 else struct.pack(">I", length | 0x80000000)


def params(variables):
    """The PARAMS stream, with its end."""
    content = b"".join(pair(name.encode(), value.encode()) for name, value in variables)
    return record(PARAMS, content) + record(PARAMS)


def get(path="/products", customer=None, keep=False, **headers):
    """A whole GET request; the path may have a query. `headers` are variables: HTTP_ACCEPT="text/html"."""
    path_info, _, query = path.partition("?")
    variables = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", ""), ("PATH_INFO", path_info), ("REQUEST_URI", path),
                 ("QUERY_STRING", query), ("SERVER_PROTOCOL", "HTTP/1.1"), ("REMOTE_ADDR", "127.0.0.1"), ("CONTENT_LENGTH", "0")]
    if customer is not None:
        variables.append(("HTTP_X_USER_ID", str(customer)))
    return begin(keep) + params(variables + list(headers.items())) + record(STDIN)


class Connection:
    """A connection to a FastCGI responder's unix socket, or one that somebody has made."""

    def __init__(self, path=None, seconds=30, connected=None):
        self.socket = connected or socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        if connected is None:
            self.socket.connect(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends; a responder that has hung up is all the same to the sender."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _read(self, size):
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionResetError:
                part = b""
            if not part:
                raise EOFError
            data += part
        return data

    def record(self):
        """The kind and the content of the next record. EOFError: the other side hung up before."""
        _, kind, _, length, padding = struct.unpack(">BBHHBx", self._read(8))
        content = self._read(length)
        self._read(padding)
        return kind, content

    def answer(self):
        """What the responder writes to standard output until END_REQUEST. EOFError: it hung up before."""
        output = b""
        while True:
            kind, content = self.record()
            if kind == STDOUT:
                output += content
            elif kind == END_REQUEST:
                return output

    def is_closed(self):
        """Waits for the responder to hang up; whatever it says before does not matter."""
        try:
            while self.socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True


def body_of(output):
    """The body of a CGI answer."""
    return output.split(b"\r\n\r\n", 1)[1]
