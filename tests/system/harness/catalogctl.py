# SPDX-License-Identifier: MIT
"""catalogctl on files of products: bytes in, bytes out, and what is in a catalog's database."""
import csv
import io
import json
import sqlite3
import subprocess

from harness.paths import BIN
from harness.process import PATIENCE, SANITIZER, environment, run

COLUMNS = ["id", "sku", "slug", "name", "description", "price_in_cents", "currency", "categories", "category_names", "tags",
           "images", "stock", "created_at", "updated_at", "compare_at_price_in_cents", "variants"]


def write_csv(rows, columns=None):
    """CSV by Python's own writer, every field in quotes. `rows` are dictionaries."""
    columns = columns or [name for name in COLUMNS if any(name in row for row in rows)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue().encode()


def read_csv(text):
    """CSV by Python's own reader, as dictionaries."""
    return list(csv.DictReader(io.StringIO(text.decode(), newline=""), strict=True))


class Done:
    """How a command ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.output = done.stdout
        self.errors = done.stderr.decode(errors="replace")
        assert not SANITIZER.search(self.errors), self.errors

    @property
    def report(self):
        """What --json printed."""
        return json.loads(self.output)


class Database:
    """A catalog's database and the commands on it."""

    def __init__(self, directory, *words, name="catalog.db"):
        self.path = directory / name
        done = run([BIN / "catalogctl", "init", *words, self.path])
        assert done.returncode == 0, done.stderr

    def ctl(self, *words, stdin=b"", seconds=120, **settings):
        return Done(subprocess.run([BIN / "catalogctl", *(str(word) for word in words)], input=stdin, capture_output=True,
                                   env=environment(**settings), cwd=self.path.parent, timeout=PATIENCE * seconds, check=False))

    def load(self, text, *words):
        """Imports the text by way of standard input."""
        return self.ctl("import", *words, "-", self.path, stdin=text)

    def fill(self, text, *words):
        """The same, with nothing wrong; what --json says."""
        done = self.load(text, "--json", *words)
        assert (done.code, done.errors) == (0, ""), done.errors
        return done.report

    def export(self, *words):
        done = self.ctl("export", *words, self.path)
        assert (done.code, done.errors) == (0, ""), done.errors
        return done.output

    def products(self):
        """What is exported, by slug."""
        return {row["slug"]: row for row in read_csv(self.export())}

    def ask(self, sql):
        with sqlite3.connect(self.path) as database:
            rows = database.execute(sql).fetchall()
        database.close()
        return rows

    def change(self, sql):
        with sqlite3.connect(self.path) as database:
            database.executescript(sql)
        database.close()

    def is_sound(self):
        assert self.ask("PRAGMA integrity_check") == [("ok",)]
        done = self.ctl("check", self.path)
        assert done.code == 0, done.errors
        return True
