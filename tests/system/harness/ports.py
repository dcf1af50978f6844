# SPDX-License-Identifier: MIT
"""Ports of the loopback interface that nobody uses."""
import socket

# Blocks of ports, below those that the kernel gives to whoever connects (ip_local_port_range, as Debian has it).
BLOCK = 128
BLOCKS = range(12288, 32768, BLOCK)

_claims = []  # sockets whose names say which blocks are ours, while this process lives
_ports = iter(())


def _claim_block():
    """The ports of a block that no other process of any test run has: who holds the abstract socket of its name has it."""
    for first in BLOCKS:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0catalog-tests-ports-{first}")
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return iter(range(first, first + BLOCK))
    raise AssertionError("every block of ports is taken")


def _is_free(port):
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        try:
            four.bind(("127.0.0.1", port))
            six.bind(("::1", port))
        except OSError:
            return False
    return True


def free_port():
    """A port that is free on 127.0.0.1 and on ::1, and is handed out once: in this run, and to no run beside it."""
    global _ports
    while True:
        for port in _ports:
            if _is_free(port):
                return port
        _ports = _claim_block()


def is_open(port, host="127.0.0.1"):
    """Whether somebody accepts connections there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def waiting(port):
    """How many connections to 127.0.0.1:port nobody has accepted yet (proc(5), net/tcp)."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return sum(int(row[4].split(":")[1], 16) for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A")
