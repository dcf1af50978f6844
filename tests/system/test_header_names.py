# SPDX-License-Identifier: MIT
"""
X-USER-ID under other names. A proxy that replaces X-USER-ID lets X_USER_ID and X.USER.ID through, and CGI's variables do not
tell them apart: through no file of deploy/ may such a name make a customer of a visitor.
"""
import itertools

import pytest

from harness.catalog import Site
from harness.contract import CUSTOMER_1, LIST
from harness.paths import not_sanitized
from harness.shapes import SHAPES, SHIPPED
from harness.webserver import PROXIES, SECRET

pytestmark = not_sanitized("what web servers make of names")

# What may stand in a header's name (RFC 9110, 5.6.2) beside letters and digits.
SIGNS = "!#$%&'*+-.^_`|~"
OTHER_NAMES = [f"X{a}USER{b}ID" for a, b in itertools.product(SIGNS, repeat=2) if a + b != "--"]


@pytest.fixture(scope="module", params=SHIPPED)
def web(request, workshop, keys, discountd):
    """A site that trusts the test as a proxy, and nobody for sitting on the same machine."""
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, discountd.port, CATALOG_TRUSTED_PROXIES="127.0.0.1",
                CATALOG_TRUST_LOCAL="off")
    running = SHIPPED[request.param](directory, site)
    running.name = request.param
    yield running
    running.stop()


def names(web):
    """All of them, but a few where each costs a process."""
    return OTHER_NAMES if "cgid" not in web.name and web.name != "lighttpd-cgi" else [
        name for name in OTHER_NAMES if name[1] == name[6] or name[1] in "-_" and name[6] in "-_"]


def test_the_proxy_itself_names_the_customer(web):
    assert web.web.request("/products", headers=[("X-USER-ID", "1")]).body == CUSTOMER_1
    assert web.web.request("/products", headers=[("x-user-id", "1")]).body == CUSTOMER_1
    assert web.web.request("/products").body == LIST


def test_no_other_name_makes_a_customer(web):
    for name in names(web):
        answer = web.web.request("/products", headers=[(name, "1")])
        assert answer.body == LIST or answer.status == 400, (name, answer)


def test_no_other_name_goes_before_what_the_proxy_says(web):
    for name in names(web):
        for pair in ([(name, "1"), ("X-USER-ID", "2")], [("X-USER-ID", "2"), (name, "1")]):
            answer = web.web.request("/products", headers=pair)
            assert answer.status == 400 or b'"discount_value":{}' in answer.body, (pair, answer)


# ---- Through a proxy with the secret, to a web server that folds names -----------------------------------------------------


@pytest.fixture(scope="module")
def folding(workshop, keys, discountd):
    """A lighttpd with nobody's file: it makes one variable of all those names."""
    directory = workshop.new("folding")
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    secret = shop / "proxy.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o400)
    site = Site(shop, keys, discountd.port, CATALOG_TRUSTED_PROXIES="127.0.0.1",
                CATALOG_PROXY_SECRET_FILE="proxy.secret", CATALOG_TRUST_LOCAL="off")
    running = SHAPES["lighttpd-plain"](directory, site)
    yield running.web
    running.stop()


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request, workshop, folding):
    made = PROXIES[request.param](workshop.new(request.param), folding.port)
    yield made
    made.stop()


def session(number):
    return ("Cookie", f"session={number}")


def test_a_proxy_names_the_customer_whom_it_knows(proxy):
    assert proxy.request("/products", headers=[session(1)]).body == CUSTOMER_1
    assert b'"discount_value":{}' in proxy.request("/products", headers=[session(2)]).body
    assert proxy.request("/products").body == LIST


def test_a_visitor_makes_no_customer_of_themselves(proxy):
    for name in ["X-USER-ID", *OTHER_NAMES]:
        for more in ([], [("X-Catalog-Secret", "guessed-by-somebody")]):
            answer = proxy.request("/products", headers=[(name, "1"), *more])
            assert answer.body == LIST or answer.status == 400, (name, answer)


def test_a_customer_makes_no_other_of_themselves(proxy):
    for name in ["X-USER-ID", *OTHER_NAMES]:
        answer = proxy.request("/products", headers=[(name, "1"), session(2)])
        assert answer.status == 400 or b'"discount_value":{}' in answer.body, (name, answer)
    for name in ("X-Catalog-Secret", "X_Catalog_Secret"):
        answer = proxy.request("/products", headers=[(name, "guessed-by-somebody"), session(2)])
        assert b'"value_in_cents"' not in answer.body, (name, answer)


def test_the_secret_is_in_no_log(folding, proxy):
    proxy.request("/products", headers=[session(1)])
    assert SECRET not in folding.log() and SECRET not in proxy.log()
