# SPDX-License-Identifier: MIT
"""Who may say which customer they are, told by the variables that a web server sets."""
import json
import re

import pytest

from harness.catalog import Catalog, Cgi, Site
from harness.contract import CUSTOMER_1, LIST
from harness.fastcgi import Connection, get
from harness.process import run

AWAY = "203.0.113.9"


@pytest.fixture(scope="module")
def web(workshop, keys, discountd):
    """A site that trusts two proxies."""
    return Cgi(Site(workshop.new("site"), keys, discountd.port,
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


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "Via", "X_Forwarded_Proto", "X_Forwarded_Host",
                                    "X_Forwarded_Whatever", "True_Client_IP", "CF_Connecting_IP", "Client_IP"])
def test_this_machine_may_not_for_somebody_else(web, header):
    assert ask(web, "1", "127.0.0.1", **{header: f"for={AWAY}"}).body == LIST


def test_what_somebody_else_says_is_not_even_looked_at(web):
    answer = ask(web, "nonsense", AWAY)
    assert (answer.status, answer.body) == (200, LIST)


def test_an_empty_customer_is_none(web):
    answer = ask(web, "", "127.0.0.1")
    assert (answer.status, answer.body) == (200, LIST)


@pytest.mark.parametrize("customer", ["x", "1x", "0x1", "1.0", "1e3", "+1", "1 2", "1,2", "--1", "-", "\u0661", "01", "-01", "00"])
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


# ---- The owner says who may ------------------------------------------------------------------------------------------

SECRET = "a-secret-of-some-length"


@pytest.fixture
def make_cgi(workshop, keys, discountd):
    def make(secret=None, **settings):
        directory = workshop.new("site")
        if secret:
            path = directory / "proxy.secret"
            path.write_text(secret)
            path.chmod(0o400)
            settings["CATALOG_PROXY_SECRET_FILE"] = "proxy.secret"
        return Cgi(Site(directory, keys, discountd.port, **settings))
    return make


def check(web):
    return run([web.site.program, "-t"], web.site.path)


def test_this_machine_may_not_unless_the_owner_says_so(make_cgi):
    web = make_cgi(CATALOG_TRUST_LOCAL="off")
    assert ask(web, "1", "127.0.0.1").body == LIST
    assert web.request("/products?explain=1", headers=[("X-USER-ID", "1")]).status == 403
    configuration = web.site.path / "catalog.conf"
    configuration.write_text(configuration.read_text().replace("CATALOG_TRUST_LOCAL=off\n", ""))
    assert ask(web, "1", "127.0.0.1").body == LIST  # nor when the owner says nothing


def test_trust_in_this_machine_is_logged_when_it_is_used(make_site, start, discountd):
    catalog = start(Catalog, make_site(discountd.port))
    for customer in (None, 1, 2, 1):
        with Connection(catalog.socket_path) as connection:
            connection.send(get("/products", customer))
            connection.answer()
        assert catalog.count_log(" local-trusted ") == (customer is not None)


def test_a_proxy_names_the_customer_with_the_secret_alone(make_cgi):
    web = make_cgi(SECRET + "\n", CATALOG_TRUSTED_PROXIES="10.0.0.0/8")
    assert ask(web, "1", "10.1.2.3", X_Catalog_Secret=SECRET).body == CUSTOMER_1
    assert ask(web, "1", "10.1.2.3").body == LIST
    assert ask(web, "1", "10.1.2.3", X_Catalog_Secret=SECRET[:-1]).body == LIST
    assert ask(web, "1", AWAY, X_Catalog_Secret=SECRET).body == LIST


def test_t_says_where_a_header_name_is_all_that_is_known(make_cgi):
    done = check(make_cgi(CATALOG_TRUSTED_PROXIES="10.0.0.0/8"))
    assert (done.returncode, done.stdout) == (0, "OK\n")
    assert re.search(r' warning \S+ identity-by-name proxies="10\.0\.0\.0/8" .*CATALOG_PROXY_SECRET_FILE', done.stderr)
    assert not check(make_cgi(SECRET, CATALOG_TRUSTED_PROXIES="10.0.0.0/8")).stderr
    assert not check(make_cgi()).stderr


def test_the_log_says_so_when_it_starts(make_site, start, discountd):
    assert start(Catalog, make_site(discountd.port, CATALOG_TRUSTED_PROXIES="10.0.0.0/8")).count_log(" identity-by-name ") == 1


@pytest.mark.parametrize("secret, mode", [("short", 0o400), ("a secret with spaces in it", 0o400), (SECRET, 0o644)])
def test_a_bad_secret_file_is_refused_and_not_repeated(make_cgi, secret, mode):
    web = make_cgi(SECRET)
    path = web.site.path / "proxy.secret"
    path.chmod(0o600)
    path.write_text(secret)
    path.chmod(mode)
    done = check(web)
    assert done.returncode == 78
    assert f"{web.site.path}/proxy.secret: " in done.stderr and "allowed is" in done.stderr and secret not in done.stderr
    assert web.request("/products").status == 503
