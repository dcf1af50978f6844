# SPDX-License-Identifier: MIT
"""What the Catalog tells Discount of its shop, by a client of another language: who may, what is kept, what is refused."""
import hashlib

import grpc
import pytest

from harness import wire
from harness.discount import Discountd
from harness.discountctl import Ctl, rule_file
from harness.process import wait_until

SERVICE = "/ecommerce.DiscountShop"
LAST = 2147483647
THREE = [(1, "iphone-x", 99999, ["phones", "electronics"]), (2, "notebook-avell-g1511", 150000, []), (7, "moka-pot", 3200, [])]


class Catalog:
    """Tells a shop in passes, as proto/ecommerce.proto has it."""

    def __init__(self, client, shop="shop-1"):
        self.client, self.shop = client, shop

    def begin(self, revision, **more):
        request = wire.messages.BeginTellingRequest(shop=self.shop, revision=revision, **more)
        return self.client.call(f"{SERVICE}/BeginTelling", request, wire.messages.BeginTellingResponse)

    def tell(self, telling, products, after=0, last=LAST):
        """One range: the checksum, and the products where it differs. Whether they were sent."""
        lines = "".join(f"{id} {slug} {price} {','.join(categories)}\n" for id, slug, price, categories in products)
        ask = wire.messages.TellProductsRequest(
            telling=telling, after=after, last=last, checksum=hashlib.sha256(lines.encode()).digest())
        if self.client.call(f"{SERVICE}/TellProducts", ask, wire.messages.TellProductsResponse).is_same:
            return False
        ask.has_products = True
        for id, slug, price, categories in products:
            ask.products.add(id=id, slug=slug, price_in_cents=price, categories=categories)
        while self.client.call(f"{SERVICE}/TellProducts", ask, wire.messages.TellProductsResponse).has_more:
            pass
        return True

    def end(self, telling, *categories):
        request = wire.messages.EndTellingRequest(telling=telling)
        for number, slug in enumerate(categories, 1):
            request.categories.add(number=number, slug=slug)
        return self.client.call(f"{SERVICE}/EndTelling", request, wire.messages.EndTellingResponse)

    def whole(self, revision, products, *categories):
        telling = wait_until(lambda: self.begin(revision, takes_over=True).telling, 10, "no pass of somebody else")
        self.tell(telling, products)
        return self.end(telling, *categories)


@pytest.fixture(scope="module")
def served(workshop, keys):
    server = Discountd(workshop.new("discountd"), keys)
    yield server, Ctl(workshop.new("ctl"), keys, server.port)
    server.stop()


@pytest.fixture
def ctl(served):
    served[1].load(rule_file())
    return served[1]


@pytest.fixture
def catalog(served, keys, ctl):
    with wire.Client(served[0].port, keys) as client:
        yield Catalog(client)


def test_what_is_told_is_listed_with_its_floor(catalog, ctl):
    ctl.ok("product", "set", "1", "iphone-x", "--floor", "500")
    before = ctl.json("status")["revision"]
    assert catalog.whole(1, THREE, "phones", "electronics").products == 3
    assert ctl.ok("product", "list").splitlines() == [
        "ID  SLUG                  FLOOR   PRICE  SHOP", " 1  iphone-x                500   99999",
        " 7  moka-pot               none    3200", " 2  notebook-avell-g1511   none  150000"]
    assert "shop       3 products, told 20" in ctl.ok("status")
    assert catalog.begin(1).telling == 0  # nothing has changed
    telling = catalog.begin(2).telling
    assert not catalog.tell(telling, THREE)  # nothing that is told has changed
    assert catalog.begin(2).is_busy
    catalog.end(telling, "phones", "electronics")
    assert ctl.json("status")["revision"] == before


def test_what_was_renamed_is_followed_and_what_is_gone_is_listed(catalog, ctl):
    catalog.whole(10, THREE, "phones", "electronics")
    ctl.ok("import", "-", stdin=rule_file(
        'rule r "Rule"\n    lane sale\n    percent 10\n    include product iphone-x\n    include category phones',
        'rule moka "Rule"\n    lane sale\n    percent 10\n    include product moka-pot'))
    catalog.whole(11, [(1, "iphone-11", 99999, []), THREE[1]], "mobiles", "electronics")
    assert "include product iphone-11" in ctl.ok("rule", "show", "r")
    assert "include category mobiles" in ctl.ok("rule", "show", "r")
    assert " 7  moka-pot               none          gone" in ctl.ok("product", "list").splitlines()
    assert "product 1 iphone-11" in ctl.ok("export")


def test_what_the_shop_does_not_have_is_refused_with_what_is_near(catalog, ctl):
    catalog.whole(20, THREE, "phones", "electronics")
    refused = ctl.run("import", "-", stdin=rule_file(
        'rule r "Rule"\n    lane sale\n    percent 10\n    include product moka-pt\n    include category phone'))
    assert refused.returncode == 2
    assert "near is moka-pot" in refused.stderr and "near is phones" in refused.stderr


def test_a_price_is_explained_by_what_was_told(catalog, ctl):
    catalog.whole(30, THREE, "phones", "electronics")
    ctl.ok("import", "-", stdin=rule_file('rule r "Rule"\n    lane sale\n    percent 10\n    include category electronics'))
    said = ctl.ok("explain", "iphone-x", "1")
    assert "sale: 99999 becomes 89999" in said and "as the Catalog told 20" in said
    for words in (["1", "1"], ["1", "iphone-x"]):
        assert "sale: 99999 becomes 89999" in ctl.ok("explain", *words)
    assert "1000 becomes 900" in ctl.ok("explain", "iphone-x", "1", "--price", "1000")
    unknown = ctl.run("explain", "1", "4711")
    assert unknown.returncode == 3 and "--price" in unknown.stderr


def test_an_administrator_does_not_tell(served, keys):
    with wire.Client(served[0].port, keys, "admin") as client:
        assert wire.code_of(lambda: Catalog(client).begin(1)) == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("product", [
    (0, "a", 1, []), (1, "", 1, []), (1, "a b", 1, []), (1, "a", -1, []), (1, "a", 1, ["A"]), (1, "a" * 801, 1, [])])
def test_what_is_malformed_is_refused_and_keeps_nothing(catalog, ctl, product):
    catalog.whole(40, THREE)
    telling = catalog.begin(41).telling
    code = wire.code_of(lambda: catalog.tell(telling, [product]))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert len(ctl.json("product", "list")["products"]) == 3
    catalog.end(telling)


def test_the_last_shop_wins_and_the_log_says_so(served, catalog, ctl):
    catalog.whole(50, THREE)
    other = Catalog(catalog.client, "shop-2")
    assert other.begin(1).is_of_another
    other.whole(1, THREE[:1])
    assert len(ctl.json("product", "list")["products"]) == 1
    assert served[0].count_log(r" shop-replaced shop=.?shop-2") == 1
