# SPDX-License-Identifier: MIT
"""How slow this machine is at this moment: what bounds in time are measured against where it has other work, too."""
import sys
import threading
import time

from harness import http_client, ports
from harness.paths import is_sanitized
from harness.process import Process

# What everybody's answer may take beside what it waits for, on a machine that has nothing else to do.
LEAST_S = 1.0 if is_sanitized() else 0.4


class Pace(Process):
    """
    A small web server that has nothing to do with the programs under test, and somebody who asks it again and again. What was
    measured meanwhile was held up by this machine as often, and as long, as those answers were.
    """

    def __init__(self, directory):
        self.port = ports.free_port()
        super().__init__([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "-d", directory, self.port], directory,
                         name="pace")
        self.wait_until_ready(lambda: ports.is_open(self.port))
        self.slowest_s = 0
        self.is_over = threading.Event()
        self.asking = threading.Thread(target=self._ask, daemon=True)
        self.asking.start()

    def _ask(self):
        while not self.is_over.wait(0.01):
            began = time.monotonic()
            try:
                http_client.request(f"http://127.0.0.1:{self.port}/", seconds=60)
            except OSError:
                pass  # as slow as it was
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def slack_s(self):
        """What may be added to a bound: a request goes through several processes, each of which may have had to wait."""
        return LEAST_S + 4 * self.slowest_s

    def stop(self, seconds=60):
        self.is_over.set()
        self.asking.join()
        super().stop(seconds)
