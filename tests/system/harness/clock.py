# SPDX-License-Identifier: MIT
"""Clocks that are not the machine's (tests/clock): a wall clock that is set while programs run, days that pass in moments."""
import os
import struct
import subprocess

import pytest

from harness.paths import ROOT, is_sanitized


def preload(directory, name):
    """What a process has in its environment into which tests/clock/NAME.c is loaded. Not below tests/clock/at: two would not add up."""
    if "LD_PRELOAD" in os.environ:
        pytest.skip("the clock is another one already")
    library = directory / f"{name}.so"
    subprocess.run(["gcc", "-std=gnu17", "-O2", "-fPIC", "-shared", "-o", library, ROOT / "tests" / "clock" / f"{name}.c"], check=True)
    return {"LD_PRELOAD": library} | ({"ASAN_OPTIONS": "verify_asan_link_order=0"} if is_sanitized() else {})


class WallClock:
    """
    `settings` are what a process has in its environment whose wall clock this is. It is a day ahead at first, so that
    certificates made a moment ago are valid when it is set back.
    """

    AHEAD_S = 86400

    def __init__(self, directory):
        self.path = directory / "step"
        self.path.write_bytes(struct.pack("=q", self.AHEAD_S))
        self.settings = preload(directory, "step") | {"CLOCK_STEP_FILE": self.path}

    def step(self, seconds):
        """Sets it, once, by so many seconds."""
        with self.path.open("r+b") as file:
            file.write(struct.pack("=q", self.AHEAD_S + seconds))
