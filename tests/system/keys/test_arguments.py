# SPDX-License-Identifier: MIT
"""What keys/ca refuses, and what it says when the machine lacks something."""

import ipaddress
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from keys_program import CA, KEYS, refuse, run_ca, snapshot, succeed


@pytest.mark.parametrize("host", [
    "a..b", "-a", "a_b", "1.2.3", "1.2.3.256", "[::1]", "::1%eth0", "1::2::3", "*.example", "a b", "a,DNS:b", "a\nb",
    "example.", "x" * 64, "$x", "é",
])
def test_bad_host_is_named(tmp_path, host):
    result = run_ca("make", "--dir", tmp_path / "keys", "--host", host)
    assert result.returncode == 2
    assert host in result.stderr and result.stderr.startswith("keys/ca: not a DNS name or an IP address: ")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "3651", "99999", "08", "1 2", "a[$(touch x)]"])
def test_bad_days_are_named(tmp_path, days):
    assert days in refuse("make", "--dir", tmp_path / "keys", "--days", days)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("arguments", [
    ["destroy"], ["make", "--colour"], ["make", "catalog"], ["status", "--force"], ["status", "catalog"],
    ["make", "--dir"], ["make", "--host"], ["make", "--trust-domain", "Big"], ["make", "--trust-domain", "a/b"],
    ["renew", "ca"], ["renew", "../x"], ["renew", "admin", "--host", "example.org"],
    ["issue"], ["issue", "a", "b"], ["issue", "catalog"], ["issue", "Guest"], ["issue", "../guest"], ["issue", "x,y"],
    ["revoke"], ["revoke", "ca"], ["revoke", "nobody"], ["revoke", "catalog", "admin"], ["revoke", "./nothing.crt"],
])
def test_wrong_use_is_one_line_and_changes_nothing(keys, arguments):
    before = snapshot(keys)
    refuse(arguments[0], *([] if arguments[0] == "destroy" else ["--dir", keys]), *arguments[1:])
    assert snapshot(keys) == before


def test_help_names_every_command():
    for arguments in (["help"], ["--help"], []):
        text = succeed(*arguments)
        for command in ("make", "renew", "issue", "revoke", "status", "--dir", "--force"):
            assert command in text


def test_ipv6_addresses_are_told_apart_as_python_does():
    """Texts made of an address's pieces, most of them wrong in one place."""
    chance = random.Random(1)
    texts = ["::", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", ":"]
    kinds = ["1"] * 9 + ["ab", "FFFF", "0", "12345", "g", ""]
    for _ in range(3000):
        pieces = chance.choices(kinds, k=chance.randint(1, 9))
        text = ":".join(pieces)
        if chance.random() < 0.5:
            text = text.replace(":", "::", 1)
        if chance.random() < 0.2:
            text += chance.choice([":1.2.3.4", ":1.2.3.400", "::1.2.3.4", ".1"])
        texts.append(text)

    def is_ipv6(text):
        try:
            return bool(ipaddress.IPv6Address(text))
        except ValueError:
            return False

    script = f'. "{KEYS}/lib/names.bash"; while IFS= read -r text; do is_ipv6 "$text" && echo 1 || echo 0; done'
    answers = subprocess.run(["bash", "-c", script], input="".join(text + "\n" for text in texts), text=True,
                             capture_output=True, check=True).stdout.split()
    wrong = [text for text, answer in zip(texts, answers) if (answer == "1") != is_ipv6(text)]
    assert len(answers) == len(texts) and wrong == []
    assert answers.count("1") > 100 and answers.count("0") > 100



def test_missing_openssl_is_named(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in Path("/usr/bin").iterdir():
        if tool.name != "openssl":
            (tools / tool.name).symlink_to(tool)
    assert "openssl is missing" in refuse("make", "--dir", tmp_path / "keys", env={"PATH": str(tools)})
    assert not (tmp_path / "keys").exists()


def test_path_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in refuse("make", "--dir", tmp_path / "file")
    assert str(tmp_path / "file/below") in refuse("make", "--dir", tmp_path / "file" / "below")


def test_directory_that_may_not_be_written_is_named():
    # Nobody must reach it, so it is not below the directory of the tests, which is for their owner alone.
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        place.chmod(0o755)
        shutil.copytree(KEYS / "lib", place / "lib")
        shutil.copy(CA, place)
        (place / "keys").mkdir(mode=0o555)
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        line = refuse("make", "--dir", place / "keys", program=place / "ca", prefix=drop)
        assert line == f"keys/ca: cannot write in {place / 'keys'}\n"
        line = refuse("make", "--dir", place / "keys" / "new", program=place / "ca", prefix=drop)
        assert str(place / "keys" / "new") in line


def test_machine_settings_of_openssl_take_no_part(tmp_path):
    # These would leave openssl without any algorithm.
    (tmp_path / "openssl.cnf").write_text(
        "openssl_conf = a\n[a]\nproviders = b\n[b]\nbase = c\n[c]\nactivate = 1\n")
    succeed("make", "--dir", tmp_path / "keys", env={**os.environ, "OPENSSL_CONF": str(tmp_path / "openssl.cnf")})
