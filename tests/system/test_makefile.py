# SPDX-License-Identifier: MIT
"""What make does for people: help, install and uninstall, and a look at the whole system with make run, in a path with a space."""
import os
import re
import shutil
import socket
import stat

import pytest

from harness import http_client, ports
from harness.contract import CUSTOMER_1, CUSTOMER_2, LIST
from harness.paths import BIN, ROOT, not_sanitized
from harness.process import environment, run, wait_until

pytestmark = not_sanitized("scripts, of which a sanitizer sees nothing")


def make(*words, directory=ROOT, **more):
    """make, as somebody calls it, and not the make that runs this test."""
    return run(["make", "--no-print-directory", *words], directory, env=environment(**({"MAKEFLAGS": ""} | more)), seconds=300)


def test_help_names_every_target_in_words(workshop):
    done = make("help")
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {"all", "test", "run", "stop", "install", "uninstall"}
    assert "$" not in done.stdout


# ---- make install ----------------------------------------------------------------------------------------------------


def files(directory):
    return {str(path.relative_to(directory)): path for path in directory.rglob("*") if not path.is_dir()}


def test_install_puts_everything_below_a_directory_with_a_space_and_uninstall_takes_it_away(workshop):
    root = workshop.new("root") / "a b"
    done = make("install", f"DESTDIR={root}", "PREFIX=/usr")
    assert done.returncode == 0, done.stderr
    found = files(root)
    programs = ["usr/bin/catalogctl", "usr/bin/discountctl", "usr/sbin/discountd", "usr/lib/catalog/catalog.fcgi"]
    share = "usr/share/catalog/"
    for name in [*programs, f"{share}keys/ca", f"{share}deploy/packages/install"]:
        assert stat.S_IMODE(found[name].stat().st_mode) == 0o755, name
    for folder in ("deploy", "keys"):
        for name, path in files(ROOT / folder).items():
            if not re.search(r"\.(crt|key|crl)$|^db/", name) and (folder, name) != ("deploy", "demo"):
                assert found[f"{share}{folder}/{name}"].read_bytes() == path.read_bytes()
    assert not [name for name in found if re.search(r"\.(crt|key|crl)$", name)]
    pages = [path for room in ("common", "discount", "fcgi-catalog") for path in (ROOT / room).rglob("*.[1-8]")]
    assert {name for name in found if "/man/" in name} == {f"usr/share/man/man{path.suffix[1:]}/{path.name}" for path in pages}
    assert {"catalog.fcgi.8", "discountd.8", "catalogctl.1", "discountctl.1", "catalog-rpc.3"} <= {path.name for path in pages}
    for name in programs:
        assert run([found[name], "--version"]).returncode == 0
    assert run([found[f"{share}keys/ca"], "make", "--dir", workshop.new("keys")]).returncode == 0
    (root / share / "deploy" / "of-my-own.conf").write_text("mine\n")
    done = make("uninstall", f"DESTDIR={root}", "PREFIX=/usr")
    assert done.returncode == 0, done.stderr
    assert list(files(root)) == [f"{share}deploy/of-my-own.conf"]


# ---- make run --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(workshop):
    """The sources with nothing of a demo in them, at a path with a space, and what is built."""
    copy = workshop.new("checkout") / "my shop"
    made = re.compile(r"^(build|run|\.git|__pycache__|\.pytest_cache|.*\.(crt|key|crl))$")
    shutil.copytree(ROOT, copy, ignore=lambda _folder, names: [name for name in names if made.match(name)])
    shutil.rmtree(copy / "keys" / "db", ignore_errors=True)
    (copy / "build").symlink_to(BIN.parents[1])
    return copy


@pytest.fixture
def demo(checkout):
    """demo(target, umask, …) is `make run` or `make stop`, on free ports; it is stopped at the end."""
    numbers = {"HTTP_PORT": ports.free_port(), "DISCOUNT_PORT": ports.free_port()}

    def start(target="run", umask=0o022, **more):
        before = os.umask(umask)
        try:
            return make(target, directory=checkout, **(numbers | more))
        finally:
            os.umask(before)
    start.ports = numbers
    start.url = f"http://localhost:{numbers['HTTP_PORT']}"
    yield start
    start("stop")
    for name in ("run", "keys/db"):
        shutil.rmtree(checkout / name, ignore_errors=True)
    for path in (checkout / "keys").glob("*.*"):
        if path.suffix in (".crt", ".key", ".crl"):
            path.unlink()


def pids(checkout):
    return [int((checkout / "run" / f"{name}.pid").read_text()) for name in ("discountd", "lighttpd")]


def test_make_run_shows_discounted_prices_and_make_stop_ends_it(demo, checkout):
    done = demo()
    assert done.returncode == 0, done.stderr
    assert f"The shop answers at {demo.url}" in done.stdout
    for headers, body in (([], LIST), ([("X-USER-ID", "1")], CUSTOMER_1), ([("X-USER-ID", "2")], CUSTOMER_2)):
        assert http_client.request(f"{demo.url}/products", headers=headers).body == body
    started = pids(checkout)
    assert "already running" in demo().stdout
    assert pids(checkout) == started
    assert demo("stop").returncode == 0
    wait_until(lambda: not [port for port in demo.ports.values() if ports.is_open(port)], 10, "both ports are free")


def test_nobody_else_may_write_what_make_run_makes(demo, checkout):
    """Not even when the caller's umask lets everybody."""
    done = demo(umask=0)
    assert done.returncode == 0, done.stderr
    made = [checkout / "run", *(checkout / "run").rglob("*")]
    assert any(stat.S_ISSOCK(path.lstat().st_mode) for path in made)
    assert not [path for path in made if not path.is_symlink() and path.lstat().st_mode & 0o022]


def test_the_demo_of_an_older_version_still_answers_its_customers(demo, checkout):
    """Its settings do not say that this machine is trusted."""
    assert demo().returncode == 0
    assert demo("stop").returncode == 0
    path = checkout / "run" / "catalog" / "catalog.conf"
    path.write_text(re.sub(r"^.*CATALOG_TRUST_LOCAL.*\n", "", path.read_text(), flags=re.MULTILINE))
    assert demo().returncode == 0
    assert http_client.request(f"{demo.url}/products", headers=[("X-USER-ID", "1")]).body == CUSTOMER_1


@pytest.mark.parametrize("taken", ["HTTP_PORT", "DISCOUNT_PORT"])
def test_a_port_that_is_taken_is_named(demo, checkout, taken):
    with socket.create_server(("127.0.0.1", demo.ports[taken])):
        done = demo()
    assert done.returncode != 0
    assert f"port {demo.ports[taken]} is already taken" in done.stderr
    assert not (checkout / "run" / "lighttpd.pid").exists() and not (checkout / "run" / "discountd.pid").exists()
