# SPDX-License-Identifier: MIT
"""`keys/ca revoke` and the revocation list."""

import datetime
import ssl

import pytest
from cryptography import x509

from keys_program import DAY, handshake, load, refuse, revoked_serials, status, succeed, write_leaf


def test_first_list_is_empty_signed_and_lives_long(made):
    assert revoked_serials(made) == set()
    crl = x509.load_pem_x509_crl((made / "ca.crl").read_bytes())
    assert crl.next_update - crl.last_update > 3650 * DAY
    assert crl.issuer == load(made / "ca.crt").subject


def test_revoked_certificate_is_refused_and_the_others_are_not(keys):
    handshake(keys, client="admin", check_list=True)
    succeed("revoke", "admin", "--dir", keys)
    assert revoked_serials(keys) == {load(keys / "admin.crt").serial_number}
    with pytest.raises(ssl.SSLError, match="revoked"):
        handshake(keys, client="admin", check_list=True)
    handshake(keys, client="catalog", check_list=True)


def test_list_keeps_what_was_revoked_before(keys):
    serials = [load(keys / f"{name}.crt").serial_number for name in ("admin", "catalog")]
    succeed("revoke", "admin", "--dir", keys)
    succeed("renew", "admin", "--dir", keys)
    succeed("revoke", keys / "catalog.crt", "--dir", keys)
    assert revoked_serials(keys) == set(serials)
    crl = x509.load_pem_x509_crl((keys / "ca.crl").read_bytes())
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 3


def test_revoking_twice_changes_nothing(keys):
    succeed("revoke", "admin", "--dir", keys)
    before = (keys / "ca.crl").read_bytes()
    assert "already" in succeed("revoke", "admin", "--dir", keys)
    assert (keys / "ca.crl").read_bytes() == before


def test_certificate_that_was_replaced_can_still_be_revoked(keys):
    old = load(keys / "catalog.crt").serial_number
    succeed("renew", "--dir", keys)
    succeed("revoke", keys / "db" / f"catalog-{old:032x}.crt", "--dir", keys)
    assert revoked_serials(keys) == {old}
    assert status(keys)[0] == 0


def test_file_to_revoke_may_be_relative(keys):
    succeed("revoke", "./catalog.crt", "--dir", keys, cwd=keys)
    assert revoked_serials(keys) == {load(keys / "catalog.crt").serial_number}


def test_expired_certificate_can_be_revoked(keys):
    now = datetime.datetime.utcnow()
    certificate = write_leaf(keys, "catalog", now - 9 * DAY, now - DAY)
    succeed("revoke", "catalog", "--dir", keys)
    assert revoked_serials(keys) == {certificate.serial_number}


def test_strangers_certificate_and_the_authority_are_not_revoked(keys, tmp_path):
    succeed("make", "--dir", tmp_path / "other")
    assert "was not issued by" in refuse("revoke", tmp_path / "other" / "catalog.crt", "--dir", keys)
    assert "authority" in refuse("revoke", keys / "ca.crt", "--dir", keys)
    assert "not a certificate" in refuse("revoke", keys / "admin.key", "--dir", keys)
    assert revoked_serials(keys) == set()


def test_list_is_not_rewritten_when_its_history_is_lost(keys):
    succeed("revoke", "admin", "--dir", keys)
    before = (keys / "ca.crl").read_bytes()
    (keys / "db" / "index.txt").unlink()
    assert "revoked before" in refuse("revoke", "catalog", "--dir", keys)
    assert (keys / "ca.crl").read_bytes() == before
