# SPDX-License-Identifier: MIT
"""Who may say which customer they are, told by the variables that a web server sets."""
import json

import pytest

from harness.catalog import Cgi, Site
from harness.contract import CUSTOMER_1, LIST

AWAY = "203.0.113.9"


@pytest.fixture(scope="module")
def web(workshop, keys, discountd):
    """A site that trusts two proxies."""
    return Cgi(Site(workshop.new("site"), keys, discountd.port, CATALOG_DEADLINE_MS=5000,
                    CATALOG_TRUSTED_PROXIES="10.0.0.0/8, 2001:db8::1"))


def ask(web, customer, address, **headers):
    sent = [("X-USER-ID", customer), *((name.replace("_", "-"), value) for name, value in headers.items())]
    return web.request("/products", headers=sent, variables={"REMOTE_ADDR": address}.items())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may(web, address):
    assert ask(web, "1", address).body == CUSTOMER_1


@pytest.mark.parametrize("address", [AWAY, "::ffff:203.0.113.9", "2001:db8::2", "11.0.0.1", "128.0.0.1", "", "localhost"])
def test_nobody_else_may(web, address):
    answer = ask(web, "1", address)
    assert (answer.status, answer.body) == (200, LIST)


@pytest.mark.parametrize("address", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "2001:db8::1", "2001:DB8:0::1"])
def test_a_listed_proxy_may(web, address):
    assert ask(web, "1", address).body == CUSTOMER_1


def test_a_listed_proxy_may_for_somebody_else(web):
    assert ask(web, "1", "10.1.2.3", X_Forwarded_For=AWAY, Via="1.1 proxy").body == CUSTOMER_1


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "Via"])
def test_this_machine_may_not_for_somebody_else(web, header):
    assert ask(web, "1", "127.0.0.1", **{header: f"for={AWAY}"}).body == LIST


def test_what_somebody_else_says_is_not_even_looked_at(web):
    answer = ask(web, "nonsense", AWAY)
    assert (answer.status, answer.body) == (200, LIST)


def test_an_empty_customer_is_none(web):
    answer = ask(web, "", "127.0.0.1")
    assert (answer.status, answer.body) == (200, LIST)


@pytest.mark.parametrize("customer", ["x", "1x", "0x1", "1.0", "1e3", "+1", "1 2", "1,2", "--1", "-", "\u0661"])
def test_what_is_no_number_is_refused(web, customer):
    answer = ask(web, customer, "127.0.0.1")
    assert answer.status == 400
    assert json.loads(answer.body)["detail"] == "Customer ID is not a number."


@pytest.mark.parametrize("customer", ["2147483648", "4294967297", "18446744073709551617", "9" * 4000])
def test_a_number_that_no_customer_can_have_is_refused(web, customer):
    """Not a customer whose number is the same after 32 bits."""
    assert ask(web, customer, "127.0.0.1").status == 400


def test_the_answer_tells_caches_what_it_depends_on(web):
    for answer in (ask(web, "1", "127.0.0.1"), ask(web, "1", AWAY), web.request("/products")):
        assert "x-user-id" in answer.header("Vary").lower()
    assert "private" in ask(web, "1", "127.0.0.1").header("Cache-Control")
