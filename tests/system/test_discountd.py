# SPDX-License-Identifier: MIT
"""discountd as an independent client sees it: prices, refusals, and who may call."""
import contextlib
import socket
import ssl
import subprocess

import grpc
import pytest

from harness import wire
from harness.discount import Discountd
from harness.keys import make_keys, serial_of, sign
from harness.process import wait_until
from harness.wire import Client, ask, code_of, discount_request, many

PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


@pytest.fixture(scope="module")
def client(discountd, keys):
    with Client(discountd.port, keys) as made:
        yield made


# ---- Prices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("price, to_pay", [
    (99999, 89999), (150000, 135000), (32999, 29699), (9, 8), (2147483647, 1932735282)])
def test_customer_1_pays_ninety_percent_fractions_dropped(client, price, to_pay):
    product = client.one(discount_request(1, price)).product
    assert product.discount_value.value_in_cents == to_pay
    assert product.discount_value.pct == pytest.approx(0.1)


def test_a_price_of_one_cent_is_discounted_to_nothing(client):
    quote = client.one(discount_request(1, 1)).product.discount_value
    assert (quote.value_in_cents, quote.pct) == (0, pytest.approx(0.1))


@pytest.mark.parametrize("customer, price", [(2, 99999), (77, 99999), (1, 0), (1, -5), (0, 100), (-1, 100)])
def test_where_no_discount_applies_the_value_is_present_and_empty(client, messages, customer, price):
    product = client.one(discount_request(customer, price)).product
    assert product.HasField("discount_value")
    assert product.discount_value == messages.DiscountValue()


def test_the_product_comes_back_as_it_was_sent(client):
    sent = discount_request(1, 100, product=7, slug="tea", description="Grüner Tee — 100 g")
    product = client.one(sent).product
    assert (product.id, product.slug, product.description, product.price_in_cents) == (7, "tea", "Grüner Tee — 100 g", 100)


def test_many_asks_are_answered_in_their_order(client):
    answer = client.many(many(ask(2, 100), ask(1, 99999, 0, 32999), ask(1), ask(1, 9)))
    quotes = [[q.value_in_cents for q in each.quotes] for each in answer.answers]
    assert quotes == [[0], [89999, 0, 29699], [], [8]]
    assert {each.code for each in answer.answers} == {0}
    assert answer.revision > 0


def test_a_wrong_ask_fails_alone(client):
    answer = client.many(many(ask(1, 100), ask(None, 100), ask(1, 200)))
    assert [each.code for each in answer.answers] == [0, grpc.StatusCode.INVALID_ARGUMENT.value[0], 0]
    assert answer.answers[1].message and not answer.answers[1].quotes
    assert [answer.answers[i].quotes[0].value_in_cents for i in (0, 2)] == [90, 180]


def test_no_asks_are_answered_with_no_answers(client):
    answer = client.many(many())
    assert len(answer.answers) == 0 and answer.revision > 0


# ---- Refusals --------------------------------------------------------------------------------------------------------


def test_an_unknown_method_is_unimplemented(client):
    assert code_of(lambda: client.call("/ecommerce.Discount/Haggle", b"")) == grpc.StatusCode.UNIMPLEMENTED
    assert code_of(lambda: client.call("/shop.Discount/ApplyDiscount", b"")) == grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("method", [wire.ONE, wire.MANY])
@pytest.mark.parametrize("garbage", [b"\xff\xff\xff", b"\x0a\x7f", b"\x0a\x05\x08"], ids=["tag", "length", "nested"])
def test_bytes_that_are_no_message_are_an_invalid_argument(client, method, garbage):
    assert code_of(lambda: client.call(method, garbage)) == grpc.StatusCode.INVALID_ARGUMENT


def test_text_that_is_not_utf8_is_an_invalid_argument(client):
    # product { slug: ff } of a DiscountRequest.
    assert code_of(lambda: client.call(wire.ONE, b"\x0a\x02\x08\x01\x12\x03\x12\x01\xff")) == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("request_bytes", [b"", b"\x0a\x02\x08\x01"], ids=["empty", "customer-alone"])
def test_a_request_without_product_is_an_invalid_argument(client, request_bytes):
    assert code_of(lambda: client.call(wire.ONE, request_bytes)) == grpc.StatusCode.INVALID_ARGUMENT


def test_a_request_without_customer_is_for_nobody_in_particular(client, messages):
    product = client.one(messages.DiscountRequest(product=messages.Product(price_in_cents=100))).product
    assert product.HasField("discount_value") and product.discount_value == messages.DiscountValue()


def test_a_message_over_four_mebibytes_is_refused(client, keys, discountd):
    large = discount_request(1, 100, description="x" * (4 * 1024 * 1024 + 1))
    assert code_of(lambda: client.one(large)) == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert client.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90


def test_a_message_just_under_four_mebibytes_is_answered(client):
    large = discount_request(1, 100, description="x" * (4 * 1024 * 1024 - 100))
    assert client.one(large).product.discount_value.value_in_cents == 90


# ---- Who may call ----------------------------------------------------------------------------------------------------


def call_as(discountd, keys, name, **more):
    with Client(discountd.port, keys, name, **more) as client:
        return code_of(lambda: client.one(discount_request(1, 100)))


@pytest.mark.parametrize("name", ["catalog", "admin"])
def test_the_catalog_and_the_administrator_may_ask(discountd, keys, name):
    assert call_as(discountd, keys, name) == grpc.StatusCode.OK


def test_a_caller_without_certificate_is_refused(discountd, keys):
    assert call_as(discountd, keys, None) == UNAVAILABLE


def test_a_certificates_end_counts_on_a_connection_that_is_open(discountd, keys, workshop):
    own = keys.copy(workshop.new("brief"))
    sign(own, "brief", "spiffe://ecommerce/admin", "client", days=(-1, 5 / 86400))
    with Client(discountd.port, own, "brief") as client:
        assert code_of(lambda: client.one(discount_request(1, 100))) == grpc.StatusCode.OK
        wait_until(lambda: code_of(lambda: client.one(discount_request(1, 100))) == grpc.StatusCode.UNAUTHENTICATED, 20,
                   "the certificate ends")


def test_strangers_who_come_again_and_again_do_not_fill_the_log(keys, start, workshop):
    server = start(Discountd, workshop.new("discountd"), keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", server.port)) as connection, contextlib.suppress(OSError):
            context.wrap_socket(connection).read()
    server.wait_for_log(" grpc .*peer did not return a certificate")
    assert server.count_log(" grpc ") <= 4, server.log()  # a kind or two in each of two workers


def test_a_certificate_of_another_authority_is_refused(discountd, keys, workshop):
    other = make_keys(workshop.new("other"))
    assert call_as(discountd, other, "catalog", authority=keys) == UNAVAILABLE


def test_an_expired_certificate_is_refused(discountd, keys, workshop):
    own = keys.copy(workshop.new("expired"))
    sign(own, "old", "spiffe://ecommerce/catalog", "client", days=(-10, -1))
    assert call_as(discountd, own, "old") == UNAVAILABLE


def test_a_certificate_that_is_not_valid_yet_is_refused(discountd, keys, workshop):
    own = keys.copy(workshop.new("early"))
    sign(own, "early", "spiffe://ecommerce/catalog", "client", days=(1, 10))
    assert call_as(discountd, own, "early") == UNAVAILABLE


def test_a_server_certificate_is_no_caller(discountd, keys):
    assert call_as(discountd, keys, "discount") == UNAVAILABLE


def test_a_further_client_certificate_may_not_ask(discountd, keys, workshop):
    own = keys.copy(workshop.new("issue"))
    own.ask("issue", "reporting")
    assert call_as(discountd, own, "reporting") == PERMISSION_DENIED


@pytest.mark.parametrize("identity", [
    None, "spiffe://elsewhere/catalog", "spiffe://ecommerce/catalogue", "spiffe://ecommerce/", "https://ecommerce/catalog"])
def test_another_identity_of_the_same_authority_may_not_ask(discountd, keys, workshop, identity):
    own = keys.copy(workshop.new("identity"))
    sign(own, "stranger", identity, "client")
    assert call_as(discountd, own, "stranger") == PERMISSION_DENIED


def test_a_common_name_is_no_identity(discountd, keys, workshop):
    own = keys.copy(workshop.new("name"))
    sign(own, "catalog", None, "client", names=["catalog"])
    assert call_as(discountd, own, "catalog") == PERMISSION_DENIED


def test_who_may_not_ask_learns_nothing_about_methods_either(discountd, keys, workshop):
    own = keys.copy(workshop.new("methods"))
    sign(own, "stranger", "spiffe://ecommerce/stranger", "client")
    with Client(discountd.port, own, "stranger") as client:
        assert code_of(lambda: client.many(many())) == PERMISSION_DENIED


def test_a_revoked_certificate_is_unauthenticated_from_then_on(start, workshop, keys):
    own = keys.copy(workshop.new("revoked"))
    server = start(Discountd, workshop.new("discountd"), own)
    with Client(server.port, own) as client:
        assert code_of(lambda: client.one(discount_request(1, 100))) == grpc.StatusCode.OK
    own.ask("revoke", "catalog")

    def is_refused():
        return call_as(server, own, "catalog") == grpc.StatusCode.UNAUTHENTICATED
    wait_until(is_refused, 5, "the revoked certificate is refused")
    assert call_as(server, own, "admin") == grpc.StatusCode.OK


def test_plaintext_is_refused(discountd):
    with grpc.insecure_channel(f"127.0.0.1:{discountd.port}", options=wire.OPTIONS) as channel:
        assert code_of(lambda: channel.unary_unary(wire.ONE)(b"", timeout=5)) == UNAVAILABLE


def handshake(port, keys, *options):
    """What `openssl s_client` reports of a handshake with the Catalog's certificate."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", keys.file("ca.crt"), "-cert",
         keys.file("catalog.crt"), "-key", keys.file("catalog.key"), "-alpn", "h2", *options],
        input=b"", capture_output=True, timeout=20, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


def test_tls_1_1_is_refused_and_1_3_is_preferred(discountd, keys):
    old = handshake(discountd.port, keys, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert "Cipher is (NONE)" in old or "Cipher    : 0000" in old
    assert "TLSv1.2, Cipher is" in handshake(discountd.port, keys, "-tls1_2")
    assert "TLSv1.3, Cipher is" in handshake(discountd.port, keys)


# 127.0.0.1, ::1, and 127.0.0.1 as IPv6 writes it, in the words of /proc/net.
LOOPBACK = {"0100007F": "IPv4", "0" * 24 + "01000000": "IPv6", "0" * 16 + "FFFF00000100007F": "IPv4"}


def test_it_listens_on_both_loopback_addresses_and_no_other(discountd):
    listening = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/net/{table}", encoding="ascii") as lines:
            for line in list(lines)[1:]:
                _, local, _, state = line.split()[:4]
                address, port = local.split(":")
                if int(port, 16) == discountd.port and state == "0A":
                    listening.add(LOOPBACK.get(address, address))
    assert listening == {"IPv4", "IPv6"}


# ---- Rotation --------------------------------------------------------------------------------------------------------


def serial_shown(port):
    """The serial number of the certificate that a new connection gets."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 5) as raw, context.wrap_socket(raw) as secure:
        return serial_of(ssl.DER_cert_to_PEM_cert(secure.getpeercert(True)).encode())


def test_a_new_certificate_is_shown_to_new_connections(start, workshop, keys):
    own = keys.copy(workshop.new("rotation"))
    server = start(Discountd, workshop.new("discountd"), own)
    with Client(server.port, own) as before:
        before.one(discount_request(1, 100))
        old = serial_shown(server.port)
        own.ask("renew", "discount")
        new = serial_of(own.read("discount.crt"))
        assert new != old
        wait_until(lambda: serial_shown(server.port) == new, 5, "the new certificate is shown")
        assert before.one(discount_request(1, 100)).product.discount_value.value_in_cents == 90
    assert call_as(server, own, "catalog") == grpc.StatusCode.OK


def test_a_bad_pair_leaves_the_old_in_use_and_is_named(start, workshop, keys):
    own = keys.copy(workshop.new("bad"))
    server = start(Discountd, workshop.new("discountd"), own)
    old = serial_shown(server.port)
    own.file("discount.key").write_bytes(own.read("catalog.key"))
    for _ in range(20):
        assert serial_shown(server.port) == old
    assert call_as(server, own, "catalog") == grpc.StatusCode.OK
    server.wait_for_log(r"keyset-refused .*discount\.(key|crt)")
