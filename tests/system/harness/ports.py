# SPDX-License-Identifier: MIT
"""Ports of the loopback interface that nobody uses."""
import socket

_given = set()


def free_port():
    """A port that is free on 127.0.0.1 and on ::1, and is handed out once in a session."""
    while True:
        with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            port = four.getsockname()[1]
            try:
                six.bind(("::1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port


def is_open(port, host="127.0.0.1"):
    """Whether somebody accepts connections there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
