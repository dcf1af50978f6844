# SPDX-License-Identifier: MIT
"""`keys/ca status`: every fault has its line and its exit status."""

import datetime
import re
import shutil
import subprocess

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys_program import CA, DAY, LEAVES, load, refuse, status, succeed, write_leaf


def test_status_of_a_good_set_is_a_table_and_nothing_else(keys):
    code, rows, lines = status(keys)
    assert code == 0 and lines == []
    assert list(rows) == ["ca", *LEAVES]
    for name in LEAVES:
        certificate = load(keys / f"{name}.crt")
        # As openssl writes it: whole bytes, without those that are zero at its begin.
        serial = certificate.serial_number.to_bytes(16, "big").lstrip(b"\0").hex().upper()
        *cells, days, state = rows[name]
        assert cells == [name, f"spiffe://ecommerce/{name}", serial,
                         str(certificate.not_valid_after.date())]
        assert days in ("89", "90") and state == "ok"


def spoil_expired(path):
    now = datetime.datetime.utcnow()
    write_leaf(path, "catalog", now - 9 * DAY, now - DAY / 2)


def spoil_early(path):
    now = datetime.datetime.utcnow()
    write_leaf(path, "catalog", now + DAY, now + 90 * DAY)


def spoil_stranger(path):
    succeed("make", "--dir", path / "db" / "other")
    for end in ("crt", "key"):
        shutil.copy(path / "db" / "other" / f"catalog.{end}", path)


def spoil_purpose(path):
    now = datetime.datetime.utcnow()
    write_leaf(path, "catalog", now - DAY, now + 90 * DAY, usage=ExtendedKeyUsageOID.SERVER_AUTH)


def spoil_identity(path):
    now = datetime.datetime.utcnow()
    write_leaf(path, "catalog", now - DAY, now + 90 * DAY, identity="spiffe://ecommerce/somebody")


@pytest.mark.parametrize("spoil, state", [
    (spoil_expired, "expired"),
    (spoil_early, "not valid yet"),
    (spoil_stranger, "of another authority"),
    (spoil_purpose, "not for a client"),
    (spoil_identity, "wrong identity"),
    (lambda path: succeed("revoke", "catalog", "--dir", path), "revoked"),
    (lambda path: (path / "catalog.crt").unlink(), "missing"),
    (lambda path: (path / "catalog.crt").write_text("rubbish"), "not readable"),
    (lambda path: (path / "catalog.key").unlink(), "key missing"),
    (lambda path: shutil.copy(path / "admin.key", path / "catalog.key"), "key of another certificate"),
    (lambda path: (path / "catalog.key").chmod(0o644), "key open to everybody"),
])
def test_status_fails_with_one_line_that_names_the_fault(keys, spoil, state):
    spoil(keys)
    code, rows, lines = status(keys)
    assert code == 1
    assert rows["catalog"][-1] == state
    assert [rows[name][-1] for name in ("ca", "discount", "admin")] == ["ok"] * 3
    assert len(lines) == 1 and "catalog.crt" in lines[0] and state.split()[0] in lines[0]


@pytest.mark.parametrize("spoil", [spoil_expired, lambda path: succeed("revoke", "catalog", "--dir", path),
                                   lambda path: (path / "catalog.key").unlink()])
def test_what_status_advises_helps(keys, spoil):
    spoil(keys)
    advice = re.search(r": keys/ca (.*)$", status(keys)[2][0]).group(1)
    subprocess.run(["bash", "-c", f'"$0" {advice}', str(CA)], check=True, capture_output=True)
    assert status(keys)[0] == 0


def test_status_counts_whole_days(keys):
    now = datetime.datetime.utcnow()
    for left, days in ((DAY / 2, "0"), (-DAY / 2, "-1"), (-DAY * 1.5, "-2"), (DAY * 20.5, "20")):
        write_leaf(keys, "catalog", now - 90 * DAY, now + left)
        assert status(keys)[1]["catalog"][-2] == days


@pytest.mark.parametrize("days, warns", [(13, True), (15, False)])
def test_status_warns_in_the_last_two_weeks_without_failing(keys, days, warns):
    succeed("renew", "catalog", "--days", days, "--dir", keys)
    code, rows, lines = status(keys)
    assert code == 0
    assert rows["catalog"][-1] == ("expires soon" if warns else "ok")
    assert len(lines) == warns
    if warns:
        assert "warning" in lines[0] and "renew catalog" in lines[0]


def test_status_without_keys_is_one_line(tmp_path):
    assert "keys/ca make" in refuse("status", "--dir", tmp_path)
    assert "keys/ca make" in refuse("status", "--dir", tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []


def test_status_names_a_list_that_is_missing_or_of_another_authority(keys, tmp_path):
    succeed("make", "--dir", tmp_path / "other")
    shutil.copy(tmp_path / "other" / "ca.crl", keys)
    code, _, lines = status(keys)
    assert code == 1 and len(lines) == 1 and "ca.crl is not a list of" in lines[0]
    (keys / "ca.crl").unlink()
    code, _, lines = status(keys)
    assert code == 1 and len(lines) == 1 and "ca.crl is missing" in lines[0]


def test_status_does_not_need_the_authoritys_key(keys):
    (keys / "ca.key").unlink()
    assert status(keys)[0] == 0


def test_certificate_of_another_authority_under_another_name_is_shown_only(keys, tmp_path):
    succeed("make", "--dir", tmp_path / "other")
    shutil.copy(tmp_path / "other" / "catalog.crt", keys / "bank.crt")
    code, rows, lines = status(keys)
    assert (code, lines, rows["bank"][-1]) == (0, [], "of another authority")
