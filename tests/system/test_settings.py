# SPDX-License-Identifier: MIT
"""Settings, as the person who runs the programs meets them: a wrong one is named, and nothing starts."""
import subprocess

import pytest

from harness import discount, ports
from harness.catalog import Site
from harness.keys import sign
from harness.paths import BIN
from harness.process import environment, run

WRONG_SETTING = 78
WRONG_USAGE = 64

# Setting, a wrong value, and a word of what is allowed.
CATALOG_WRONG = [
    ("CATALOG_DEADLINE_MS", "soon", "ms"),
    ("CATALOG_DEADLINE_MS", "0", "from 1"),
    ("CATALOG_PROCESSES", "-1", "from 1"),
    ("CATALOG_TRUSTED_PROXIES", "10.0.0.0/8, nearby", "10.0.0.0/8"),
    ("CATALOG_BASE_PATH", "catalog", "/catalog"),
    ("CATALOG_SHOP_NAME", "", "1 to 100 bytes"),
    ("CATALOG_SHOP_NAME", "   ", "1 to 100 bytes"),
    *(("CATALOG_PUBLIC_URL", value, "https://shop.example") for value in (
        "shop.example", "https://", "https://shop.example/", "https://shop.example/?a=b", "https://shop.example/a b", "javascript:x")),
    *(("CATALOG_LANGUAGE", value, "auto, or languages") for value in ("", "xx", "de-AT", "de, de")),
    ("CATALOG_LOG_LEVEL", "loud", "warning"),
]
DISCOUNT_WRONG = [
    ("DISCOUNT_WORKERS", "several", "from 0"),
    ("DISCOUNT_DRAIN_MS", "-5", "ms"),
    ("DISCOUNT_LOG_LEVEL", "loud", "warning"),
    ("DISCOUNT_LISTEN", "here", "port"),
]


@pytest.fixture(scope="module")
def site(workshop, keys):
    return Site(workshop.new("site"), keys, ports.free_port())


@pytest.fixture(params=["catalog.fcgi", "discountd"])
def check(request, site, workshop, keys):
    """check(*words, **settings) runs a program with -t, in a place where it would work."""
    directory = workshop.new("settings")

    def run_catalog(*words, **settings):
        return run([site.program, "-t", *words], site.path, env=environment(**settings))

    def run_discountd(*words, **settings):
        return run([BIN / "discountd", "-t", *words], directory, env=discount.settings(directory, keys, **settings))
    made = run_catalog if request.param == "catalog.fcgi" else run_discountd
    made.prefix = "CATALOG" if made is run_catalog else "DISCOUNT"
    return made


def assert_refused(done, *words):
    assert done.returncode == WRONG_SETTING, done.stderr
    said = done.stderr.replace('\\"', '"')  # quotes within the log's quotes
    for word in words:
        assert word in said
    assert len(done.stderr.splitlines()) == 1 and not done.stdout


@pytest.mark.parametrize("name, value, allowed", CATALOG_WRONG)
def test_the_catalog_names_a_wrong_setting_its_value_and_what_is_allowed(site, name, value, allowed):
    done = run([site.program, "-t"], site.path, env=environment(**{name: value}))
    assert_refused(done, name, f'"{value}"', allowed)


@pytest.mark.parametrize("value", ["x" * 101, "é" * 51, "Caf\udcc3", "a\u0085b"])
def test_a_name_that_a_page_cannot_show_is_refused(site, value):
    done = subprocess.run([site.program, "-t"], cwd=site.path, env=environment(CATALOG_SHOP_NAME=value), capture_output=True,
                          errors="replace", check=False)
    assert done.returncode == WRONG_SETTING
    assert "CATALOG_SHOP_NAME" in done.stderr and "1 to 100 bytes of UTF-8" in done.stderr


@pytest.mark.parametrize("value", ["x" * 100, "é" * 50, "Ann’s “shop” & <co>", "お店"])
def test_a_name_is_any_text(site, value):
    assert run([site.program, "-t"], site.path, env=environment(CATALOG_SHOP_NAME=value)).stdout == "OK\n"


@pytest.mark.parametrize("name, value, allowed", DISCOUNT_WRONG)
def test_discountd_names_a_wrong_setting_its_value_and_what_is_allowed(workshop, keys, name, value, allowed):
    directory = workshop.new("wrong")
    done = run([BIN / "discountd", "-t"], directory, env=discount.settings(directory, keys, **{name: value}))
    assert_refused(done, name, f'"{value}"', allowed)


@pytest.mark.parametrize("port", ["x", "0x50", "-1", "65536", ""])
def test_discountd_refuses_a_port_that_is_none(workshop, keys, port):
    directory = workshop.new("port")
    done = run([BIN / "discountd", "-t", "--", port], directory, env=discount.settings(directory, keys))
    assert done.returncode in (WRONG_SETTING, WRONG_USAGE)
    assert "port" in done.stderr.lower()


def test_t_says_ok_when_all_is_well(check):
    done = check()
    assert (done.returncode, done.stdout, done.stderr) == (0, "OK\n", "")


def test_t_finds_a_missing_database(check):
    done = check(**{f"{check.prefix}_DATABASE": "/nonexistent/some.db"})
    assert done.returncode != 0
    assert "/nonexistent/some.db" in done.stderr


def test_t_finds_a_missing_key(check):
    done = check(**{f"{check.prefix}_TLS_KEY": "/nonexistent/some.key"})
    assert done.returncode != 0
    assert "/nonexistent/some.key" in done.stderr


@pytest.mark.parametrize("file", ["CA", "CERTIFICATE"])
def test_t_finds_a_bundle_whose_second_certificate_cannot_be_read(check, workshop, keys, file):
    good = keys.file("ca.crt" if file == "CA" else f"{'catalog' if check.prefix == 'CATALOG' else 'discount'}.crt")
    bundle = workshop.new("bundle") / "bundle.crt"
    bundle.write_text(good.read_text() + keys.file("ca.crt").read_text())
    assert check(**{f"{check.prefix}_TLS_{file}": bundle}).stdout == "OK\n"
    second = len(good.read_text().splitlines()) + 1
    bundle.write_text(good.read_text() + keys.file("ca.crt").read_text().replace("MI", "M!", 1))
    assert_refused(check(**{f"{check.prefix}_TLS_{file}": bundle}), str(bundle), f"line {second} ", "certificate")


@pytest.mark.parametrize("days, level", [(30.5, "warning"), (7.5, "warning"), (1.5, "warning"), (0.5, "error")])
def test_a_certificate_that_ends_soon_is_told(check, workshop, keys, days, level):
    own = keys.copy(workshop.new("soon"))
    who, usage = ("catalog", "client") if check.prefix == "CATALOG" else ("discount", "server")
    sign(own, "soon", f"spiffe://ecommerce/{who}", usage, names=["localhost"], days=(-1, days))
    done = check(**{f"{check.prefix}_TLS_CERTIFICATE": own.file("soon.crt"), f"{check.prefix}_TLS_KEY": own.file("soon.key")})
    assert (done.returncode, done.stdout) == (0, "OK\n")
    assert f" {level} " in done.stderr
    assert f'certificate-expires file="{own.file("soon.crt")}" days_left={int(days)}\n' in done.stderr


def test_an_unknown_name_in_the_settings_file_is_named_with_file_and_line(check, workshop):
    path = workshop.new("file") / "some.conf"
    path.write_text(f"# comment\n{check.prefix}_LOG_LEVEL=info\n{check.prefix}_COLOUR=red\n")
    assert_refused(check("--config", path), f"{path}:3", f"{check.prefix}_COLOUR")


def test_a_settings_file_that_is_asked_for_must_be_there(check):
    assert_refused(check("--config", "/nonexistent/some.conf"), "/nonexistent/some.conf")


def test_a_value_of_the_settings_file_is_used_and_the_environment_goes_before_it(check, workshop):
    path = workshop.new("file") / "some.conf"
    name = f"{check.prefix}_LOG_LEVEL"
    path.write_text(f'{name}="loud"\n')
    # What else it needs is in the environment, or the defaults beside the file would be looked for.
    assert_refused(check("--config", path), f"{path}:1", name)
    assert name not in check("--config", path, **{name: "info"}).stderr


@pytest.mark.parametrize("program", ["catalog.fcgi", "discountd"])
def test_help_lists_every_setting(program):
    done = run([BIN / program, "--help"])
    assert (done.returncode, done.stderr) == (0, "")
    prefix = "CATALOG" if program == "catalog.fcgi" else "DISCOUNT"
    for name in ("DATABASE", "TLS_CA", "TLS_CERTIFICATE", "TLS_KEY", "LOG_LEVEL"):
        assert f"{prefix}_{name}=" in done.stdout


@pytest.mark.parametrize("program", ["catalog.fcgi", "catalogctl", "discountd", "discountctl"])
def test_version_is_one_line(program):
    done = run([BIN / program, "--version"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == program and len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("program", ["catalog.fcgi", "catalogctl", "discountd", "discountctl"])
def test_version_says_which_libraries_are_inside(program):
    names = {"openssl": "OpenSSL", "grpc": "gRPC core", "sqlite3": "SQLite"}
    if program == "catalogctl":
        names["expat"] = "libexpat"
    versions = run(["pkg-config", "--modversion", *names]).stdout.split()
    inside = ", ".join(f"{name} {version}" for name, version in zip(names.values(), versions, strict=True))
    assert run([BIN / program, "--version"]).stdout.endswith(f" ({inside})\n")


@pytest.mark.parametrize("program", ["catalog.fcgi", "discountd"])
def test_an_unknown_option_exits_64(program):
    done = run([BIN / program, "--frobnicate"])
    assert done.returncode == WRONG_USAGE
    assert "frobnicate" in done.stderr
