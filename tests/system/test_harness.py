# SPDX-License-Identifier: MIT
"""What the other tests rest on: a run that could not have found anything fails."""
import os
import subprocess
import sys
import time

import pytest

from harness.paths import ROOT
from harness.process import environment, run

CONFTEST = ROOT / "tests" / "system" / "conftest.py"


def run_pytest(directory, **changes):
    """pytest with the suite's conftest.py on the files of a directory."""
    text = CONFTEST.read_text()
    for old, new in changes.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    (directory / "conftest.py").write_text(text)
    return run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], directory,
               env=environment(PYTHONPATH=CONFTEST.parent))


def test_a_file_without_a_test_fails(workshop):
    directory = workshop.new("empty")
    (directory / "test_none.py").write_text("")
    (directory / "test_one.py").write_text("def test_nothing():\n    pass\n")
    done = run_pytest(directory)
    assert done.returncode != 0 and "test_none.py has no test" in done.stdout, done


def test_what_this_machine_lacks_is_said(workshop):
    directory = workshop.new("lacking")
    (directory / "test_one.py").write_text("def test_nothing():\n    pass\n")
    done = run_pytest(directory, **{"/dev/stdin": "/dev/there-is-none"})
    assert done.returncode == 1 and "missing here: /dev/there-is-none;" in done.stdout + done.stderr, done


@pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="the clock is another one already")
def test_another_clock_is_another_for_everybody_and_waits_are_as_long():
    """tests/clock/at, by which the suite runs on other days."""
    script = ("import subprocess, threading, time\n"
              "began = time.monotonic()\n"
              "threading.Event().wait(0.2)\n"
              "waited = time.monotonic() - began\n"
              "print(int(time.time()), subprocess.check_output(['date', '+%s'], text=True).strip(), waited)\n")
    began = time.monotonic()
    for instant in (951782400, 2000000000):
        done = subprocess.run([ROOT / "tests" / "clock" / "at", f"@{instant}", sys.executable, "-c", script],
                              capture_output=True, text=True, timeout=60, check=True)
        here, there, waited = (float(word) for word in done.stdout.split())
        elapsed = time.monotonic() - began
        assert instant <= here <= there <= instant + elapsed + 2
        assert 0.2 <= waited <= elapsed
