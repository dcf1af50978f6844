# SPDX-License-Identifier: MIT
"""`--install` and `keys/ca install`: what is renewed reaches what runs."""

import os
import re
import shlex
import shutil
import stat
import subprocess

import pytest

from keys_program import CA, KEYS, files_in, load, refuse, run_ca, snapshot, succeed

PAIR = ["catalog.crt", "catalog.key"]


def put(keys, path, *names):
    """A directory as a recipe leaves it: copies of some files."""
    path.mkdir()
    for name in names:
        shutil.copy2(keys / name, path / name)
    return path


@pytest.fixture
def shop(keys, tmp_path):
    return put(keys, tmp_path / "the shop's keys", "ca.crt", *PAIR)


@pytest.fixture
def discount(keys, tmp_path):
    return put(keys, tmp_path / "discount", "ca.crt", "ca.crl", "discount.crt", "discount.key")


def is_same(keys, path):
    return all((path / name).read_bytes() == (keys / name).read_bytes() for name in files_in(path))


def test_a_renewal_reaches_every_directory_and_adds_no_file_to_it(keys, shop, discount):
    before = {path: (files_in(path), load(path / "ca.crt")) for path in (shop, discount)}
    old = load(shop / "catalog.crt")
    said = succeed("renew", "--dir", keys, "--install", shop, "--install", discount)
    assert load(shop / "catalog.crt").serial_number != old.serial_number
    for path, (names, authority) in before.items():
        assert is_same(keys, path) and files_in(path) == names and load(path / "ca.crt") == authority
    # Each key goes just before its certificate.
    lines = [line for line in said.splitlines() if line.endswith(": installed")]
    assert lines == [f"{path / name}: installed" for path, name in [
        (shop, "catalog.key"), (shop, "catalog.crt"), (discount, "discount.key"), (discount, "discount.crt")]]


def test_what_is_the_same_already_is_not_touched(keys, shop):
    before = snapshot(shop)
    assert succeed("install", shop, "--dir", keys) == ""
    assert {str(name): of for name, of in snapshot(shop).items()} == {str(name): of for name, of in before.items()}


def test_a_revocation_reaches_the_list_that_is_read(keys, discount):
    succeed("revoke", "catalog", "--dir", keys, "--install", discount)
    assert is_same(keys, discount)


def test_a_new_authority_is_installed_with_all_it_issued_and_by_nothing_else(keys, shop, discount):
    succeed("make", "--force", "--dir", keys, "--install", shop, "--install", discount)
    assert is_same(keys, shop) and is_same(keys, discount)
    succeed("make", "--force", "--dir", keys)
    before = snapshot(shop)
    assert "another authority" in refuse("renew", "--dir", keys, "--install", shop)
    assert "another authority" in refuse("install", shop, "--dir", keys)
    assert snapshot(shop) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="files of several owners take root")
def test_owner_and_mode_stay_and_a_key_is_never_open_to_everybody(keys, shop):
    os.chown(shop / "catalog.key", 1234, 4321)
    (shop / "catalog.key").chmod(0o444)
    os.chown(shop / "catalog.crt", 1234, 0)
    (shop / "catalog.crt").chmod(0o640)
    succeed("renew", "--dir", keys, "--install", shop)
    of = {name: (shop / name).stat() for name in PAIR}
    assert {name: (s.st_uid, s.st_gid, stat.S_IMODE(s.st_mode)) for name, s in of.items()} == {
        "catalog.key": (1234, 4321, 0o440), "catalog.crt": (1234, 0, 0o640)}


@pytest.mark.parametrize("spoil, word", [
    (lambda path: shutil.rmtree(path), "no directory"),
    (lambda path: [(path / name).unlink() for name in ("ca.crt", *PAIR)], "none of the files"),
    (lambda path: [(path / "catalog.key").unlink(), (path / "catalog.key").symlink_to("/etc/shadow")], "is a link"),
])
def test_a_directory_that_will_not_do_is_refused_before_anything_is_renewed(keys, shop, spoil, word):
    spoil(shop)
    before = snapshot(keys)
    assert word in refuse("renew", "--dir", keys, "--install", shop)
    assert {n: of for n, of in snapshot(keys).items() if "db" not in n.parts and n.parts} == {
        n: of for n, of in before.items() if "db" not in n.parts and n.parts}


def test_the_authoritys_own_directory_and_key_are_never_a_target(keys, tmp_path):
    assert "where the files are made" in refuse("install", keys, "--dir", keys)
    careless = put(keys, tmp_path / "careless", "ca.crt", "ca.key", *PAIR)
    succeed("make", "--force", "--dir", keys, "--install", careless)
    assert (careless / "ca.key").read_bytes() != (keys / "ca.key").read_bytes()


def test_the_crontab_of_the_readme_renews_what_the_recipes_copied(keys, shop, discount):
    lines = re.findall(r"^    [0-9*]+ [0-9*]+ [0-9*]+ \* \*  (/srv/shop/keys/ca .*)$", (KEYS / "README.md").read_text(), re.M)
    assert len(lines) == 2
    old = load(shop / "catalog.crt").serial_number
    for line in lines:
        for written, here in [("/srv/catalog/keys", shop), ("/srv/discount/keys", discount)]:
            line = line.replace(written, shlex.quote(str(here)))
        command, rest = line.split()[1], line.split(maxsplit=2)[2]
        done = subprocess.run(f"{shlex.quote(str(CA))} {command} --dir {shlex.quote(str(keys))} {rest}", shell=True,
                              text=True, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert load(shop / "catalog.crt").serial_number != old and is_same(keys, shop) and is_same(keys, discount)


def test_status_tells_a_copy_that_is_stale(keys, shop):
    assert run_ca("status", "--dir", keys, "--install", shop).returncode == 0
    succeed("renew", "--dir", keys)
    told = run_ca("status", "--dir", keys, "--install", shop)
    assert told.returncode == 1
    assert [line for line in told.stderr.splitlines() if "keys/ca install" in line and str(shop / "catalog.crt") in line]
    succeed("install", shop, "--dir", keys)
    assert run_ca("status", "--dir", keys, "--install", shop).returncode == 0
