# SPDX-License-Identifier: MIT
"""
catalogctl import is killed (SIGKILL) at random instants. Whenever that is, the database opens, is sound, and holds the old
catalog or the new one, never anything between.
"""
import random
import shutil
import subprocess
import time

import pytest

from harness.catalogctl import Database, write_csv
from harness.paths import BIN, not_sanitized
from harness.process import environment

pytestmark = not_sanitized("nothing is to be said of a process that was killed")

ROUNDS = 30
COUNT = 400


def old_row(number):
    return {"slug": f"product-{number}", "sku": f"S-{number}", "name": f"Old product {number}", "price_in_cents": number,
            "categories": f"all/kind-{number % 7}", "category_names": "", "tags": f"tag-{number % 5}|old", "images": f"/old/{number}.svg A picture",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}


def new_row(number):
    return {"slug": f"product-{number}" + ("-new" if number % 10 == 0 else ""), "sku": f"S-{number}", "name": f"New product {number}",
            "price_in_cents": number + 1000000, "categories": f"other/kind-{number % 7}", "category_names": "", "tags": "new",
            "images": f"/new/{number}.svg|/new/more.svg", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-02-02T00:00:00Z"}


class Shop:
    """A database before the import, what is exported of it then and after it, and the file."""

    def __init__(self, directory):
        self.database = Database(directory)
        self.database.fill(write_csv([old_row(n) for n in range(COUNT)]))
        self.template = directory / "old.db"
        self.database.ask(f"VACUUM INTO '{self.template}'")
        self.file = directory / "new.csv"
        # Some go, some come, all others change.
        self.file.write_bytes(write_csv([new_row(n) for n in range(COUNT // 10, COUNT + COUNT // 10)]))
        self.words = [BIN / "catalogctl", "import", "--prune", self.file, self.database.path]
        self.old = self.export()
        self.reset()
        began = time.monotonic()
        done = self.database.ctl(*self.words[1:])
        self.seconds = time.monotonic() - began
        assert done.code == 0, done.errors
        self.new = self.export()
        assert self.old != self.new and b"Old product" not in self.new[0]

    def reset(self):
        """The database before the import, nothing else beside it."""
        for path in self.database.path.parent.glob("catalog.db*"):
            path.unlink()
        shutil.copy(self.template, self.database.path)
        self.database.change("PRAGMA journal_mode = WAL")

    def export(self):
        """Products with all that is said of them, and the slugs of before."""
        return self.database.export(), sorted(self.database.ask("SELECT * FROM old_slug")), self.database.ask(
            "SELECT slug, name, parent, product_count FROM category ORDER BY slug")

    def run_round(self, seconds):
        """Imports, and kills that after a time. "old" or "new": what the database is then."""
        self.reset()
        process = subprocess.Popen([str(word) for word in self.words], env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait(20)
        state = self.export()
        assert state in (self.old, self.new), f"killed after {seconds} s: neither the old catalog nor the new one"
        assert self.database.is_sound()
        return "old" if state == self.old else "new"


@pytest.fixture(scope="module")
def shop(workshop):
    return Shop(workshop.new("crash"))


def test_an_import_that_is_killed_leaves_the_old_catalog_or_the_new_one(shop):
    chance = random.Random(4711)
    # Half of the instants anywhere, and half near the end, where the commit is.
    instants = [1.2 * shop.seconds * (i + chance.random()) * 2 / ROUNDS for i in range(ROUNDS // 2)]
    instants += [chance.uniform(0.7, 1.1) * shop.seconds for _ in range(ROUNDS // 2)]
    results = [shop.run_round(seconds) for seconds in instants]
    # Some were early and some late, or the rounds said nothing about what is between. The machine may have got busier since
    # the time was measured.
    late = shop.seconds
    while "new" not in results and late < 60:
        late *= 2
        results.append(shop.run_round(late))
    assert "old" in results and "new" in results, results


def test_an_import_after_one_that_was_killed_does_all_of_it(shop):
    assert shop.run_round(0.5 * shop.seconds) in ("old", "new")
    done = shop.database.ctl(*shop.words[1:])
    assert done.code == 0, done.errors
    assert shop.export() == shop.new
    assert shop.database.is_sound()
