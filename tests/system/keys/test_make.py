# SPDX-License-Identifier: MIT
"""What `keys/ca make` writes: the files, their modes, what the certificates say."""

import ipaddress
import re
import shutil
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys_program import (
    CA, DAY, KEYS, LEAVES, SET, extension, files_in, handshake, load, load_key, public_bytes, refuse,
    revoked_serials, sans, snapshot, status, succeed,
)


def test_make_writes_the_whole_set_and_nothing_else(made):
    assert files_in(made) == SET
    assert {entry.name for entry in made.iterdir()} == SET | {"db"}
    assert not (made / "db" / "work").exists() and not (made / "db" / "committed").exists()


def test_make_creates_the_directory_that_is_missing(tmp_path):
    succeed("make", "--dir", "a b/c", cwd=tmp_path, umask=0)
    assert files_in(tmp_path / "a b" / "c") == SET
    assert stat.S_IMODE((tmp_path / "a b" / "c").stat().st_mode) == 0o755


def test_keys_are_made_beside_the_script_when_no_directory_is_given(tmp_path):
    shutil.copytree(KEYS / "lib", tmp_path / "keys" / "lib")
    shutil.copy(CA, tmp_path / "keys")
    succeed("make", program="keys/ca", cwd=tmp_path)
    assert SET <= files_in(tmp_path / "keys")
    succeed("status", program="./ca", cwd=tmp_path / "keys")


def test_private_keys_are_for_their_owner_alone_whatever_the_umask(tmp_path):
    succeed("make", "--dir", tmp_path, umask=0)
    succeed("renew", "admin", "--dir", tmp_path, umask=0)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in SET}
    assert modes == {name: 0o600 if name.endswith(".key") else 0o644 for name in SET}
    assert stat.S_IMODE((tmp_path / "db").stat().st_mode) == 0o700


def test_public_files_are_readable_also_with_a_strict_umask(tmp_path):
    succeed("make", "--dir", tmp_path, umask=0o077)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in SET if not name.endswith(".key")} == {0o644}


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_no_private_key_is_ever_opened_for_others(tmp_path):
    trace = tmp_path / "trace"
    succeed("make", "--dir", tmp_path / "keys", umask=0,
            prefix=["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=open,openat,creat,chmod,fchmodat,umask"])
    lines = [line for line in trace.read_text().splitlines() if '.key"' in line]
    created = [line for line in lines if "O_CREAT" in line or "creat(" in line]
    assert len(created) == 4
    assert all(re.search(r", 0600\) = \d", line) for line in created), created
    assert not [line for line in lines if "chmod" in line and not re.search(r"\b0?[46]00\b", line)]


def test_keys_are_p256_and_belong_to_their_certificates(made):
    for name in ["ca", *LEAVES]:
        key = load_key(made / f"{name}.key")
        assert isinstance(key.curve, ec.SECP256R1)
        assert public_bytes(key.public_key()) == public_bytes(load(made / f"{name}.crt").public_key())


def test_authority_may_sign_leaves_and_lists_only(made):
    certificate = load(made / "ca.crt")
    basic = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    assert basic.critical and basic.value.ca and basic.value.path_length == 0
    assert usage.critical and usage.value == x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)
    assert 3650 <= (certificate.not_valid_after - certificate.not_valid_before).days <= 3653


@pytest.mark.parametrize("name", LEAVES)
def test_leaf_may_do_its_own_job_only(made, name):
    certificate = load(made / f"{name}.crt")
    basic = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if name == "discount" else ExtendedKeyUsageOID.CLIENT_AUTH
    assert basic.critical and not basic.value.ca
    assert usage.critical and usage.value == x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False)
    assert list(extension(certificate, x509.ExtendedKeyUsage).value) == [purpose]


def test_every_certificate_names_the_key_of_its_authority(made):
    authority = load(made / "ca.crt")
    identifier = extension(authority, x509.SubjectKeyIdentifier).value.digest
    assert extension(authority, x509.AuthorityKeyIdentifier).value.key_identifier == identifier
    for name in LEAVES:
        certificate = load(made / f"{name}.crt")
        assert extension(certificate, x509.AuthorityKeyIdentifier).value.key_identifier == identifier
        assert extension(certificate, x509.SubjectKeyIdentifier).value.digest != identifier


def test_identities_are_uris(made):
    assert sans(load(made / "catalog.crt")) == ["spiffe://ecommerce/catalog"]
    assert sans(load(made / "admin.crt")) == ["spiffe://ecommerce/admin"]
    assert sans(load(made / "discount.crt")) == ["127.0.0.1", "::1", "localhost", "spiffe://ecommerce/discount"]


def test_trust_domain_is_in_every_identity(tmp_path):
    succeed("make", "--dir", tmp_path, "--trust-domain", "shop.example")
    succeed("issue", "--dir", tmp_path, "guest")
    (tmp_path / "admin.crt").unlink()
    succeed("renew", "admin", "--dir", tmp_path)
    for name in [*LEAVES, "guest"]:
        assert f"spiffe://shop.example/{name}" in sans(load(tmp_path / f"{name}.crt"))


def test_hosts_become_names_or_addresses_by_their_form(tmp_path):
    succeed("make", "--dir", tmp_path, "--host", "Shop.example.org", "--host=10.1.2.3", "--host", "2001:db8::5",
            "--host", "localhost")
    names = extension(load(tmp_path / "discount.crt"), x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "shop.example.org"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address(text) for text in ("127.0.0.1", "::1", "10.1.2.3", "2001:db8::5")]
    assert sans(load(tmp_path / "catalog.crt")) == ["spiffe://ecommerce/catalog"]


def test_certificates_live_90_days_unless_told(made, tmp_path):
    succeed("make", "--dir", tmp_path, "--days", 7)
    for path, days in ((made, 90), (tmp_path, 7)):
        for name in LEAVES:
            certificate = load(path / f"{name}.crt")
            assert certificate.not_valid_after - certificate.not_valid_before == days * DAY


def test_serials_are_long_and_all_different(keys):
    serials = set()
    for _ in range(3):
        serials |= {load(keys / f"{name}.crt").serial_number for name in ["ca", *LEAVES]}
        succeed("renew", "--dir", keys)
    assert len(serials) == 1 + 3 * 3
    # Of ten random numbers of 128 bits one under 96 bits would be a marvel.
    assert all(2**96 < serial < 2**128 for serial in serials)


def test_both_sides_accept_each_other(keys):
    for client in ("catalog", "admin"):
        for host in ("localhost", "127.0.0.1", "::1"):
            handshake(keys, client, host)
    with pytest.raises(ssl.SSLError, match="(?i)mismatch"):
        handshake(keys, host="elsewhere.example")


def test_server_certificate_is_no_client_certificate(keys):
    with pytest.raises(ssl.SSLError, match="unsupported certificate purpose|unsuitable certificate purpose"):
        handshake(keys, client="discount")


def test_make_refuses_to_touch_a_set_that_is_there(keys):
    before = snapshot(keys)
    assert "--force" in refuse("make", "--dir", keys)
    assert snapshot(keys) == before


@pytest.mark.parametrize("name", sorted(SET))
def test_make_refuses_to_touch_a_single_file_that_is_there(tmp_path, name):
    (tmp_path / name).write_text("precious")
    before = snapshot(tmp_path)
    assert name in refuse("make", "--dir", tmp_path)
    assert snapshot(tmp_path) == before


def test_force_replaces_the_authority_and_its_list(keys):
    old = load(keys / "ca.crt")
    succeed("revoke", "admin", "--dir", keys)
    succeed("make", "--force", "--dir", keys)
    assert public_bytes(load(keys / "ca.crt").public_key()) != public_bytes(old.public_key())
    assert load(keys / "ca.crt").subject != old.subject
    assert revoked_serials(keys) == set()
    assert status(keys)[0] == 0
    handshake(keys, check_list=True)
