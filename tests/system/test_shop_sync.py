# SPDX-License-Identifier: MIT
"""A running Catalog keeps Discount told of the shop, whatever happens to either; catalogctl sync does it where none runs."""
import os
import random
import signal

import pytest

from harness.catalog import Catalog
from harness.catalogctl import read_csv, write_csv
from harness.discount import Discountd
from harness.discountctl import Ctl, rule_file
from harness.paths import BIN
from harness.process import environment, run, serving, wait_until


class Shop:
    """A site, a discountd, and what each says the products are."""

    def __init__(self, site, discountd, ctl):
        self.site, self.discountd, self.ctl = site, discountd, ctl
        self.database = site.var / "catalog.db"

    def catalogctl(self, *words, stdin=b""):
        done = run([BIN / "catalogctl", *words], self.site.path, environment(CATALOG_CONFIG=self.site.path / "catalog.conf"),
                   stdin=stdin.decode())
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fill(self, rows):
        """The shop has these products and no others."""
        self.catalogctl("import", "--prune-up-to", "1000", "-", self.database, stdin=write_csv(rows, ["sku", "slug", "price_in_cents", "categories"]))

    def known(self):
        return {each["slug"]: (each["id"], each["in_shop"]["price_in_cents"], each["in_shop"]["categories"])
                for each in self.ctl.json("product", "list")["products"] if each["in_shop"]}

    def truth(self):
        rows = read_csv(self.catalogctl("export", self.database).encode())
        return {row["slug"]: (int(row["id"]), int(row["price_in_cents"]), row["categories"].split("|") if row["categories"] else [])
                for row in rows if row["price_in_cents"]}

    def wait_until_known(self):
        expected = self.truth()
        wait_until(lambda: self.known() == expected, 20, "Discount's list is the Catalog's")
        return expected


@pytest.fixture
def shop(workshop, keys, make_site, start):
    discountd = start(Discountd, workshop.new("discountd"), keys)
    site = make_site(discountd.port, CATALOG_TELL_SHOP="on")
    return Shop(site, discountd, Ctl(workshop.new("ctl"), keys, discountd.port))


def product(number, slug=None, price=100, categories=""):
    return {"sku": f"sku-{number}", "slug": slug or f"p-{number}", "price_in_cents": price, "categories": categories}


def test_what_is_imported_is_told_by_a_command(shop):
    shop.fill([product(1, "iphone-x", 99999, "phones"), product(5)])
    assert "2 products told, 2 of them anew" in shop.catalogctl("sync")
    assert shop.wait_until_known()["iphone-x"] == (1, 99999, ["phones"])
    assert "knows the shop as it is" in shop.catalogctl("sync")
    shop.ctl.ok("import", "-", stdin=rule_file('rule r "Rule"\n    lane sale\n    percent 10\n    include category phones'))
    assert "sale: 99999 becomes 89999" in shop.ctl.ok("explain", "iphone-x", "2")


def test_a_running_catalog_tells_what_changes(shop, start):
    catalog = start(Catalog, shop.site)
    shop.fill([product(1, "iphone-x", 99999, "phones"), product(7, "moka-pot")])
    shop.wait_until_known()
    shop.ctl.ok("product", "set", str(shop.truth()["moka-pot"][0]), "moka-pot", "--floor", "70")
    before = shop.ctl.revision()
    shop.fill([product(1, "iphone-x", 99998, "phones"), product(7, "moka-pot"), product(8, "kettle", 7, "kitchen")])
    shop.wait_until_known()
    assert shop.ctl.revision() == before  # nothing that a rule names was renamed
    shop.fill([product(1, "iphone-x"), product(7, "moka-machine")])
    shop.wait_until_known()
    [renamed] = [each for each in shop.ctl.json("product", "list")["products"] if each["floor"]]
    assert (renamed["slug"], renamed["floor"]) == ("moka-machine", 70)
    shop.fill([product(1, "iphone-x")])
    shop.wait_until_known()
    assert [(each["slug"], each["in_shop"]) for each in shop.ctl.json("product", "list")["products"] if each["floor"]] == [
        ("moka-machine", None)]
    assert catalog.count_log(r" shop-told ") >= 3


def test_the_lists_are_equal_in_the_end_whatever_happens(shop, start):
    chance = random.Random(20)
    shop.site.configure(shop.discountd.port, CATALOG_TELL_SHOP="on", CATALOG_PROCESSES=2)
    catalog = start(Catalog, shop.site)
    catalog.expect("worker-died")
    shop.discountd.expect("worker-died")
    for _ in range(5):
        shop.fill([product(number, f"s-{number}-{chance.randrange(2)}", chance.randrange(3), chance.choice(["", "a", "b"]))
                   for number in range(1, 60) if chance.random() < 0.7])
        happening = chance.randrange(3)
        if happening == 0:
            for pid in serving(catalog.pid):
                os.kill(pid, signal.SIGKILL)
        elif happening == 1:
            shop.discountd.send(signal.SIGHUP)
        else:
            os.kill(shop.discountd.workers()[0], signal.SIGKILL)
    shop.wait_until_known()
