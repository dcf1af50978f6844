# SPDX-License-Identifier: MIT
"""A wall clock that is set while programs run (tests/clock/step.c)."""
import struct
import subprocess

from harness.paths import ROOT, is_sanitized


class WallClock:
    """
    `settings` are what a process has in its environment whose wall clock this is. It is a day ahead at first, so that
    certificates made a moment ago are valid when it is set back.
    """

    AHEAD_S = 86400

    def __init__(self, directory):
        self.path = directory / "step"
        self.path.write_bytes(struct.pack("=q", self.AHEAD_S))
        library = directory / "step.so"
        subprocess.run(["gcc", "-std=gnu17", "-O2", "-fPIC", "-shared", "-o", library, ROOT / "tests" / "clock" / "step.c"],
                       check=True)
        self.settings = {"LD_PRELOAD": library, "CLOCK_STEP_FILE": self.path}
        if is_sanitized():
            self.settings["ASAN_OPTIONS"] = "verify_asan_link_order=0"

    def step(self, seconds):
        """Sets it, once, by so many seconds."""
        with self.path.open("r+b") as file:
            file.write(struct.pack("=q", self.AHEAD_S + seconds))
