# SPDX-License-Identifier: MIT
"""discountd, with a database and keys of its own."""
from harness import ports
from harness.paths import BIN, is_sanitized
from harness.process import Process, environment, run


def make_database(path):
    """The demo's rules."""
    done = run([BIN / "discountctl", "init", "--demo", path])
    assert done.returncode == 0, done.stderr
    return path


def settings(directory, keys, **more):
    """The environment of a discountd whose database is in `directory`, made when it is not there."""
    database = directory / "discount.db"
    if not database.exists():
        make_database(database)
    return environment(**{
        "DISCOUNT_DATABASE": database,
        "DISCOUNT_WORKERS": 2,
        "DISCOUNT_TLS_CA": keys.file("ca.crt"),
        "DISCOUNT_TLS_CERTIFICATE": keys.file("discount.crt"),
        "DISCOUNT_TLS_KEY": keys.file("discount.key"),
        "DISCOUNT_TLS_REVOKED": keys.file("ca.crl"),
        # AddressSanitizer keeps what was freed: a worker would be replaced for that.
        **({"DISCOUNT_MEMORY_GROWTH_MB": 0} if is_sanitized() else {}),
    } | more)


class Discountd(Process):
    """A running discountd; it serves when this returns."""

    def __init__(self, directory, keys, port=None, **more):
        self.port = port or ports.free_port()
        super().__init__([BIN / "discountd", self.port], directory, env=settings(directory, keys, **more))
        self.wait_until_ready(self.is_serving)

    def is_serving(self):
        """Every worker is there."""
        return self.count_log(r" serving address=") >= 1
