# SPDX-License-Identifier: MIT
"""One measurement each: HTTP by wrk, RPCs by rpc_load, cold processes by spawn, memory by the kernel's account."""
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from harness.process import environment, run
from stage import BENCH

SCRIPT = Path(__file__).resolve().parent / "customers.lua"


class MeasureError(Exception):
    """Something was not answered as it should: then there is no figure."""


def http(url, connections, seconds, customers, headers=(), paths=None):
    """wrk on one thread. `customers` 0: anonymous. `paths`: a file of them, asked for in turn instead of the URL's."""
    more = [word for name, value in headers for word in ("-H", f"{name}: {value}")]
    done = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *more, "-s", SCRIPT, url, "--", customers,
                *([paths] if paths else [])])
    if done.returncode != 0:
        raise MeasureError(f"wrk: {done.stdout}{done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    if result["requests"] == 0 or result["status_errors"] or result["socket_errors"]:
        raise MeasureError(f"wrk counted errors on {url}: {result}")
    return result


def http_beside(url, connections, seconds, paths):
    """wrk as a process that goes on meanwhile; read_beside() waits for it."""
    return subprocess.Popen(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", SCRIPT, url, "--", "0", paths],
                            stdout=subprocess.PIPE, text=True)


def read_beside(process):
    """How many requests a second were answered with what was asked for. Some may be refused."""
    told = json.loads(process.communicate()[0].splitlines()[-1])
    return told["per_s"] * (told["requests"] - told["status_errors"]) / max(told["requests"], 1)


def rpc(port, keys, method, products, outstanding, seconds, **more):
    """rpc_load on one connection: {"calls_per_s", "p50_us", "p99_us", "errors"}. More: its other options."""
    others = [word for name, value in more.items() for word in (f"--{name}", value)]
    done = run([BENCH / "rpc_load", "--target", f"127.0.0.1:{port}", "--ca", keys.file("ca.crt"),
                "--certificate", keys.file("catalog.crt"), "--key", keys.file("catalog.key"), "--method", method,
                "--products", products, "--outstanding", outstanding, "--seconds", seconds, *others])
    if done.returncode != 0:
        raise MeasureError(f"rpc_load: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def cold(count, a, b, variables):
    """Two commands in turns: {"a_us", "b_us", "ratio", …}. Whatever they write to standard error is a mistake."""
    done = run([BENCH / "spawn", count, *a, "--", *b], env=environment(**variables))
    if done.returncode != 0 or done.stderr:
        raise MeasureError(f"spawn: {done.stderr}")
    return json.loads(done.stdout)


def peak_mib(pid):
    """The most memory that the process ever had, with its share of files and libraries (VmHWM); 0: it is gone."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found.group(1)) / 1024 if found else 0


def command(argv, text=""):
    """Runs a command that must succeed, `text` on its standard input: {"seconds", "cpu_s", "peak_mib"}."""
    before, began, peak = os.times(), time.monotonic(), 0
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
        given.write(text)
        given.seek(0)
        with subprocess.Popen([str(word) for word in argv], env=environment(), stdin=given, stdout=said,
                              stderr=said) as process:
            while process.poll() is None:
                peak = max(peak, peak_mib(process.pid))
                time.sleep(0.01)
        seconds, after = time.monotonic() - began, os.times()
        if process.returncode != 0:
            said.seek(0)
            raise MeasureError(f"{argv[0]} {argv[1]}: {said.read()[-2000:]}")
    return {"seconds": seconds, "peak_mib": peak, "cpu_s": after.children_user - before.children_user +
            after.children_system - before.children_system}


def cpu_us(pids):
    """The processor time that these processes have used, µs (counted in ticks of 10 ms)."""
    ticks = 0
    for pid in pids:
        user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        ticks += int(user) + int(system)
    return ticks * 1e6 / os.sysconf("SC_CLK_TCK")


def pss_mib(pid):
    """The process's proportional set size: its own memory, and its share of what it shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB$", text, re.MULTILINE).group(1)) / 1024
