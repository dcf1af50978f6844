# SPDX-License-Identifier: MIT
"""The contract's HTTP answers, byte for byte, behind every web server."""
import json

import pytest

from harness.catalog import Site
from harness.contract import CUSTOMER_1, CUSTOMER_2, HOME, LIST
from harness.shapes import SHAPES, few


@pytest.fixture(scope="module", params=few(SHAPES))
def web(request, workshop, keys, discountd):
    """The Catalog in one shape; web.request(path, …) asks it."""
    directory = workshop.new(request.param)
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    # The deadline is generous: here it is the answers that count, on a machine that may be busy.
    running = SHAPES[request.param](directory, Site(shop, keys, discountd.port))
    running.web.shape = request.param
    yield running.web
    running.stop()


def customer(number):
    return [("X-USER-ID", str(number))]


def test_home_says_that_it_is_working(web):
    answer = web.request("/")
    assert (answer.status, answer.body) == (200, HOME)
    assert answer.header("Content-Type").split(";")[0] == "text/plain"


def test_products_of_nobody_are_the_list_without_discounts(web):
    answer = web.request("/products")
    assert (answer.status, answer.body) == (200, LIST)
    assert answer.header("Content-Type").split(";")[0] == "application/json"


def test_products_of_customer_1_carry_ten_percent_off(web):
    answer = web.request("/products", headers=customer(1))
    assert (answer.status, answer.body) == (200, CUSTOMER_1)
    assert answer.header("X-Discount-Status") is None


def test_products_of_customer_2_carry_empty_discounts(web):
    answer = web.request("/products", headers=customer(2))
    assert (answer.status, answer.body) == (200, CUSTOMER_2)


def test_products_of_an_unknown_customer_are_the_plain_list(web):
    answer = web.request("/products", headers=customer(77))
    assert (answer.status, answer.body) == (200, LIST)


def test_a_customer_that_is_no_number_is_refused(web):
    answer = web.request("/products", headers=customer("x"))
    assert answer.status == 400
    assert answer.header("Content-Type").split(";")[0] == "application/problem+json"
    assert json.loads(answer.body)["detail"] == "Customer ID is not a number."


def test_a_client_that_asks_for_text_gets_the_refusal_as_text(web):
    answer = web.request("/products", headers=[*customer("x"), ("Accept", "text/plain")])
    assert (answer.status, answer.body) == (400, b"Customer ID is not a number.\n")


@pytest.mark.parametrize("path", ["/", "/products"])
def test_head_is_get_without_a_body(web, path):
    get, head = web.request(path), web.request(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.header("Content-Type") == get.header("Content-Type")
    # Apache's CGI modules drop the length of a HEAD answer.
    assert head.header("Content-Length") in (get.header("Content-Length"), None)


@pytest.mark.parametrize("path", ["/nothing", "/products/1/2", "/product", "/PRODUCTS"])
def test_unknown_paths_are_not_found(web, path):
    answer = web.request(path)
    assert (answer.status, answer.reason) == (404, "Not Found")
    assert json.loads(answer.body)["status"] == 404


def test_a_query_does_not_change_the_path(web):
    assert web.request("/?a=/nothing&b=c").body == HOME
    answer = web.request("/products?category=&limit=100&q=")
    assert (answer.status, answer.body) == (200, LIST)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_what_is_allowed(web, method):
    answer = web.request("/products", method=method, body=b"")
    assert answer.status == 405
    assert answer.header("Allow") == "GET, HEAD, OPTIONS"


def test_options_says_what_is_allowed(web):
    answer = web.request("/products", method="OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("Allow") == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("second", ["X-USER-ID", "X_USER_ID", "x-user-id"])
def test_a_customer_named_twice_is_never_believed(web, second):
    """Servers join the two, drop the odd spelling, or pass both on: never is the second one's price shown."""
    answer = web.request("/products", headers=[("X-USER-ID", "2"), (second, "1")])
    assert answer.status == 400 or (second == "X_USER_ID" and answer.body == CUSTOMER_2)


@pytest.mark.parametrize("size", [10, 100_000])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_is_read_away_before_the_refusal(web, size, chunked):
    answer = web.request("/products", method="POST", body=b"x" * size, chunked=chunked)
    assert answer.status == 405
    assert answer.header("Allow") == "GET, HEAD, OPTIONS"
    assert web.request("/products", headers=customer(1)).body == CUSTOMER_1


@pytest.mark.parametrize("size", [300_000, 1_200_000])
def test_a_body_over_what_is_read_gets_an_answer(web, size):
    """405 from the program, or the web server's own refusal of so large a body; the next request is served."""
    answer = web.request("/products", method="POST", body=b"x" * size)
    assert answer.status in (405, 413)
    assert web.request("/products", headers=customer(1)).body == CUSTOMER_1


def test_the_programs_files_are_not_served(web):
    if web.shape == "apache-fallback":
        pytest.skip("FallbackResource serves every file there is")
    for path in ("/catalog.conf", "/keys/catalog.key", "/var/catalog.db", "/.htaccess"):
        answer = web.request(path)
        assert answer.status in (403, 404)
        assert b"PRIVATE" not in answer.body and b"CATALOG_" not in answer.body


def test_the_customer_of_a_forwarded_request_counts_for_nothing(web):
    """From this machine, but for somebody else: a proxy that the owner has not listed."""
    answer = web.request("/products", headers=[*customer(1), ("X-Forwarded-For", "203.0.113.9")])
    assert (answer.status, answer.body) == (200, LIST)
