# SPDX-License-Identifier: MIT
"""
A caller that speaks HTTP/2 (RFC 9113) over TLS frame by frame, as no gRPC library would: half a message, streams that are
reset, answers that are not read, settings that are not acknowledged. Never more than a test's bound in time.
"""
import socket
import ssl
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0x0, 0x1, 0x3, 0x4, 0x6, 0x7, 0x8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
INITIAL_WINDOW_SIZE = 0x4
CANCEL = 0x8
FRAME_MAX = 16384
WINDOW = 65535


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def setting(name, value):
    return struct.pack(">HI", name, value)


def _text(value):
    """A string literal (RFC 7541, 5.2), not Huffman coded."""
    raw = value.encode()
    assert len(raw) < 127
    return bytes([len(raw)]) + raw


def header_block(*headers):
    """Literal header fields that nobody needs to remember (RFC 7541, 6.2.2)."""
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers)


def call_headers(method, *more):
    return header_block((":method", "POST"), (":scheme", "https"), (":path", method), (":authority", "localhost"),
                        ("te", "trailers"), ("content-type", "application/grpc"), *more)


def message_head(size, is_compressed=False):
    """What gRPC puts in front of a message."""
    return struct.pack(">BI", is_compressed, size)


def tls_context(keys, name):
    """A client's TLS with the certificate `name` of `keys`; None: without one."""
    context = ssl.create_default_context(cafile=keys.file("ca.crt"))
    context.set_alpn_protocols(["h2"])
    if name:
        context.load_cert_chain(keys.file(f"{name}.crt"), keys.file(f"{name}.key"))
    return context


class Http2:
    """
    One connection. With acknowledge=False the server's SETTINGS are not answered. `window` is what the server may send on
    a stream before the caller asks for more. Writes end when the other side is gone, or `seconds` after the connection
    was made: is_over tells.
    """

    def __init__(self, port, context, acknowledge=True, window=WINDOW, seconds=20):
        self.end = time.monotonic() + seconds
        plain = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.tls = context.wrap_socket(plain, server_hostname="localhost")
        self.tls.setblocking(False)
        self.acknowledge = acknowledge
        self.is_over = False
        self.stream = -1
        self.received = b""
        self.connection_window = WINDOW
        self.stream_windows = {}
        self.first_window = WINDOW
        self.streams_max = None
        self.ended = set()  # streams that the server has ended
        self.blocks = {}  # what the server's header frames held, compressed as it came (RFC 7541), by stream
        self.write(PREFACE + frame(SETTINGS, 0, 0, setting(INITIAL_WINDOW_SIZE, window)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.tls.close()

    # ---- Out ----

    def write(self, data):
        """Sends all of it, unless the connection is over. What has come is left where it is."""
        view = memoryview(data)
        while view and not self.is_over:
            try:
                view = view[self.tls.send(view):]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                self._pause()
            except OSError:
                self.is_over = True

    def _pause(self):
        time.sleep(0.002)
        if time.monotonic() > self.end:
            self.is_over = True

    def open(self, headers, end_stream=False):
        """A new stream with these headers."""
        self.stream += 2
        self.stream_windows[self.stream] = self.first_window
        self.write(frame(HEADERS, END_HEADERS | (END_STREAM if end_stream else 0), self.stream, headers))
        return self.stream

    def send(self, stream, data, end_stream=False):
        """As much of `data` as the server's windows allow; returns how much."""
        sent = 0
        while sent < len(data) and not self.is_over:
            room = min(self.connection_window, self.stream_windows[stream], FRAME_MAX, len(data) - sent)
            if room <= 0:
                break
            self.connection_window -= room
            self.stream_windows[stream] -= room
            is_last = end_stream and sent + room == len(data)
            self.write(frame(DATA, END_STREAM if is_last else 0, stream, data[sent:sent + room]))
            sent += room
        return sent

    def reset(self, stream):
        self.write(frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL)))

    # ---- In ----

    def headers_of(self, stream):
        return self.blocks.get(stream, b"")

    def read(self):
        """Takes what has come, without waiting."""
        while not self.is_over:
            try:
                piece = self.tls.recv(65536)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError:
                piece = b""
            if not piece:
                self.is_over = True
            self.received += piece
        self._take_frames()

    def _take_frames(self):
        at = 0
        while len(self.received) - at >= 9:
            size = int.from_bytes(self.received[at:at + 3], "big")
            if len(self.received) - at < 9 + size:
                break
            kind, flags, stream = struct.unpack(">BBI", self.received[at + 3:at + 9])
            self._take_frame(kind, flags, stream, self.received[at + 9:at + 9 + size])
            at += 9 + size
        self.received = self.received[at:]

    def _take_frame(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK:
            for name, value in struct.iter_unpack(">HI", payload):
                if name == INITIAL_WINDOW_SIZE:
                    for known in self.stream_windows:
                        self.stream_windows[known] += value - self.first_window
                    self.first_window = value
                elif name == 0x3:
                    self.streams_max = value
            if self.acknowledge:
                self.write(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.write(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE:
            more = int.from_bytes(payload, "big")
            if stream == 0:
                self.connection_window += more
            elif stream in self.stream_windows:
                self.stream_windows[stream] += more
        if kind == HEADERS:
            self.blocks[stream] = self.headers_of(stream) + payload
        if kind == RST_STREAM or (flags & END_STREAM and kind in (HEADERS, DATA)):
            self.ended.add(stream)
            self.stream_windows.pop(stream, None)
        elif kind == GOAWAY and int.from_bytes(payload[4:8], "big") != 0:
            self.is_over = True
