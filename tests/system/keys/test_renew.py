# SPDX-License-Identifier: MIT
"""`keys/ca renew` and `keys/ca issue`."""

import datetime
import os
import shutil
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from keys_program import (
    DAY, LEAVES, SET, files_in, handshake, load, load_key, public_bytes, refuse, sans, snapshot, state_of, status,
    succeed,
)


def test_renew_gives_new_keys_with_the_same_names(tmp_path):
    succeed("make", "--dir", tmp_path, "--host", "shop.example.org", "--host", "fe80::1")
    old = {name: load(tmp_path / f"{name}.crt") for name in ["ca", *LEAVES]}
    succeed("renew", "--dir", tmp_path)
    assert load(tmp_path / "ca.crt") == old["ca"]
    for name in LEAVES:
        new = load(tmp_path / f"{name}.crt")
        assert sans(new) == sans(old[name])
        assert new.serial_number != old[name].serial_number
        assert public_bytes(new.public_key()) != public_bytes(old[name].public_key())
        assert public_bytes(new.public_key()) == public_bytes(load_key(tmp_path / f"{name}.key").public_key())
    assert "shop.example.org" in sans(load(tmp_path / "discount.crt"))
    handshake(tmp_path, host="shop.example.org", check_list=True)


def test_renew_of_one_leaves_the_others(keys):
    before = snapshot(keys)
    succeed("renew", "catalog", "--days", 30, "--dir", keys)
    after = snapshot(keys)
    changed = {str(name) for name in before if after[name] != before[name] and name.parts and name.parts[0] != "db"}
    assert changed == {"catalog.crt", "catalog.key"}
    certificate = load(keys / "catalog.crt")
    assert certificate.not_valid_after - certificate.not_valid_before == 30 * DAY


def test_renew_keeps_a_server_a_server_and_adds_a_host(keys):
    succeed("issue", "echo", "--server", "--host", "echo.example", "--dir", keys)
    succeed("renew", "echo", "--host", "192.0.2.7", "--dir", keys)
    assert sans(load(keys / "echo.crt")) == [
        "127.0.0.1", "192.0.2.7", "::1", "echo.example", "localhost", "spiffe://ecommerce/echo"]
    handshake(keys, host="echo.example", server="echo")
    assert status(keys)[0] == 0 and state_of(keys, "echo") == "ok"
    assert "--host is for servers" in refuse("renew", "catalog", "--host", "a.example", "--dir", keys)
    assert "--host is for servers" in refuse("issue", "other", "--host", "a.example", "--dir", keys)


def test_renew_adds_a_host(keys):
    succeed("renew", "discount", "--host", "new.example.org", "--dir", keys)
    assert sans(load(keys / "discount.crt")) == [
        "127.0.0.1", "::1", "localhost", "new.example.org", "spiffe://ecommerce/discount"]


def test_renew_brings_back_a_lost_pair(keys):
    for name in ("discount.crt", "discount.key", "admin.key"):
        (keys / name).unlink()
    succeed("renew", "--dir", keys)
    assert status(keys)[0] == 0
    handshake(keys)


def test_renew_keeps_who_may_read_the_key(keys):
    (keys / "discount.key").chmod(0o640)
    (keys / "catalog.key").chmod(0o644)
    if os.geteuid() == 0:
        os.chown(keys / "discount.key", 1, 2)
    succeed("renew", "--dir", keys)
    after = (keys / "discount.key").stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert stat.S_IMODE((keys / "catalog.key").stat().st_mode) == 0o640
    if os.geteuid() == 0:
        assert (after.st_uid, after.st_gid) == (1, 2)


def test_without_an_authority_nothing_is_renewed_issued_or_revoked(keys, tmp_path):
    (tmp_path / "empty").mkdir()
    for arguments in (["renew"], ["issue", "guest"]):
        assert "there is no authority" in refuse(*arguments, "--dir", tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []
    (keys / "ca.key").unlink()
    before = snapshot(keys)
    for arguments in (["renew"], ["issue", "guest"], ["revoke", "admin"]):
        assert "there is no authority" in refuse(*arguments, "--dir", keys)
    assert snapshot(keys) == before


def test_authority_with_the_key_of_another_signs_nothing(keys):
    shutil.copy(keys / "admin.key", keys / "ca.key")
    assert "does not belong" in refuse("renew", "--dir", keys)


def write_authority(path, key, days):
    """Puts an authority that some other program made: no identity, no key identifier."""
    now = datetime.datetime.utcnow()
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A Company, Ltd.")])
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - DAY).not_valid_after(now + days * DAY)
                   .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    (path / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (path / "ca.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    (path / "ca.key").chmod(0o600)


def test_no_leaf_outlives_its_authority(tmp_path):
    write_authority(tmp_path, ec.generate_private_key(ec.SECP384R1()), days=10)
    assert "less than 90 days" in refuse("renew", "--dir", tmp_path)
    succeed("renew", "--days", 9, "--dir", tmp_path)
    assert status(tmp_path)[0] == 0


def test_authority_from_elsewhere_signs_the_leaves_and_an_empty_list(tmp_path):
    write_authority(tmp_path, rsa.generate_private_key(65537, 2048), days=1000)
    succeed("renew", "--dir", tmp_path)
    assert files_in(tmp_path) == SET
    assert status(tmp_path)[0] == 0
    assert sans(load(tmp_path / "catalog.crt")) == ["spiffe://ecommerce/catalog"]
    handshake(tmp_path, check_list=True, is_strict=False)
    succeed("revoke", "admin", "--dir", tmp_path)
    with pytest.raises(ssl.SSLError, match="revoked"):
        handshake(tmp_path, client="admin", check_list=True, is_strict=False)


def test_certificate_of_another_authority_is_not_renewed(keys, tmp_path):
    succeed("make", "--dir", tmp_path / "other")
    shutil.copy(tmp_path / "other" / "catalog.crt", keys)
    before = snapshot(keys)
    assert "was not issued by" in refuse("renew", "--dir", keys)
    assert {k: v for k, v in snapshot(keys).items() if k.suffix} == {k: v for k, v in before.items() if k.suffix}


def test_issued_certificate_is_a_valid_client_with_its_own_identity(keys):
    succeed("issue", "price-watch", "--dir", keys)
    assert sans(load(keys / "price-watch.crt")) == ["spiffe://ecommerce/price-watch"]
    assert stat.S_IMODE((keys / "price-watch.key").stat().st_mode) == 0o600
    handshake(keys, client="price-watch", check_list=True)
    assert state_of(keys, "price-watch") == "ok"


def test_issue_refuses_a_name_that_is_taken_unless_forced(keys):
    succeed("issue", "guest", "--dir", keys)
    before = snapshot(keys)
    assert "guest" in refuse("issue", "guest", "--dir", keys)
    assert snapshot(keys) == before
    succeed("issue", "guest", "--force", "--dir", keys)
    assert snapshot(keys)[Path("guest.crt")] != before[Path("guest.crt")]


def test_issued_certificate_can_be_renewed(keys):
    succeed("issue", "guest", "--dir", keys)
    old = load(keys / "guest.crt")
    succeed("renew", "guest", "--dir", keys)
    assert sans(load(keys / "guest.crt")) == sans(old) and load(keys / "guest.crt") != old
