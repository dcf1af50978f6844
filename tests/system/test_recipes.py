# SPDX-License-Identifier: MIT
"""The recipes of deploy/README.md, typed line by line, each on a machine of its own that has what Debian installs."""
import re
import shutil
from types import SimpleNamespace

import pytest

from harness import machine
from harness.paths import BIN, ROOT, not_sanitized
from harness.process import run, wait_until
from harness.shapes import SHAPES

pytestmark = not_sanitized("commands, of which a sanitizer sees nothing")
WITH_MACHINE = pytest.mark.skipif(machine.why_not() is not None, reason=machine.why_not() or "")

README = (ROOT / "deploy" / "README.md").read_text()
SECTIONS = {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-"): text
            for title, text in re.findall(r"^## (.*)\n((?:(?!## ).*\n?)*)", README, re.MULTILINE)}
# Those that one begins with; the others are parts of them.
RECIPES = [name for name, text in SECTIONS.items() if "(#the-trial)" in text] + ["without-root"]


def commands(section):
    """What the section says to type, with that of the sections which it sends its reader to, first or then."""
    typed = []
    for block, pointer in re.findall(r"^```sh\n(.*?)^```$|^((?:First|Then) \[[^\n]*)$", SECTIONS[section], re.MULTILINE | re.DOTALL):
        typed.append(block)
        typed += [commands(name) for name in re.findall(r"\(#([^)]*)\)", pointer.split(". ")[0])]
    return "".join(typed)


def test_every_recipe_ends_with_the_price_of_a_customer():
    assert len(RECIPES) >= 7
    for name in RECIPES:
        assert re.search(r"^curl .*X-USER-ID: 1.*/products$", commands(name).splitlines()[-1]), name
        assert "discountd" in commands(name)


def test_nothing_to_type_is_in_no_recipe():
    typed = "".join(commands(name) for name in [*RECIPES, "renewal"])
    for block in re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        assert block in typed


@pytest.fixture(scope="module")
def checkout(workshop):
    """What a checkout has after `make`."""
    directory = workshop.new("checkout")
    made = shutil.ignore_patterns("*.crt", "*.key", "*.crl", "db")
    shutil.copytree(ROOT / "deploy", directory / "deploy")
    shutil.copytree(ROOT / "keys", directory / "keys", ignore=made)
    (directory / "build" / "release").mkdir(parents=True)
    shutil.copytree(BIN, directory / "build" / "release" / "bin")
    return directory


@pytest.fixture
def box(workshop, checkout):
    made = machine.Machine(workshop.new("machine"), checkout)
    yield made
    made.stop()


def assert_discounted(done):
    assert '"discount_value":{"pct":0.1,"value_in_cents":89999}' in done.stdout, (done.stdout, done.stderr)


@WITH_MACHINE
@pytest.mark.parametrize("name", [name for name in RECIPES if name != "without-root"])
def test_a_recipe_works_as_it_is_written(box, name):
    box.type("keys/ca make --force")
    assert_discounted(box.type(commands(name), seconds=120))
    # Nobody is a customer without the secret, and nobody is stopped.
    assert "discount_value" not in box.type("curl -fsS -H 'X-USER-ID: 1' http://localhost/products").stdout
    assert box.type("systemctl list-units --failed --no-legend").stdout == ""


@WITH_MACHINE
def test_the_recipe_without_root_works_as_it_is_written(box):
    box.type("useradd --create-home somebody; cp -r /checkout/. /home/somebody/; chown -R somebody: /home/somebody")
    assert_discounted(box.type("cd ~\nkeys/ca make --force\n" + commands("without-root"), user="somebody", seconds=120))


@pytest.mark.parametrize("shape", ["apache-htaccess-fcgid", "apache-htaccess-cgid"])
def test_the_recipe_for_a_shared_host_ends_with_the_price_of_a_customer(request, workshop, keys, discountd, shape):
    """What it uploads, with the settings that it shows and the command at its end, whoever the host is."""
    section = SECTIONS["a-shared-host"]
    directory = workshop.new("host")
    shop, private = directory / "web" / "shop", directory / "private"
    shop.mkdir(parents=True)
    private.mkdir()
    shutil.copy(BIN / "catalog.fcgi", shop)
    settings = "".join(re.findall(r"^ {7}(\w+=.*\n)", section, re.MULTILINE))
    (shop / "catalog.conf").write_text(
        settings.replace("203.0.113.7", "127.0.0.1").replace("discount.example:11443", f"localhost:{discountd.port}"))
    for name in ("ca.crt", "catalog.crt", "catalog.key"):
        shutil.copy(keys.file(name), private)
    for command in re.findall(r"`((?:catalogctl init|openssl rand) [^`]*)`", section):
        done = run(["sh", "-e", "-c", f'PATH="{BIN}:$PATH"; umask 077; {command}'], private)
        assert done.returncode == 0, done.stderr
    running = SHAPES[shape](directory, SimpleNamespace(path=shop))
    request.addfinalizer(running.stop)
    [trial] = re.findall(r"^ {4}(curl .*)$", section, re.MULTILINE)
    assert_discounted(run(["sh", "-e", "-c", trial.replace("http://your-host/your-directory", running.web.url(""))], private))


# ---- The units -------------------------------------------------------------------------------------------------------


def test_no_unit_runs_as_root():
    """Where a service says nothing it is root's."""
    for path in (ROOT / "deploy" / "systemd").glob("*.service"):
        assert re.search(r"^User=(?!root)\w+$", path.read_text(), re.MULTILINE), path


@pytest.fixture(scope="module")
def site(workshop, checkout):
    """A machine with all of the recipe for nginx."""
    made = machine.Machine(workshop.new("machine"), checkout)
    made.type("keys/ca make --force")
    made.type(commands("nginx"), seconds=120)
    yield made
    made.stop()


def ask(site):
    return site.type(commands("the-trial").replace("--retry 5 --retry-connrefused", "--max-time 2"), is_checked=False)


@WITH_MACHINE
def test_systemd_finds_nothing_wrong_with_the_units(site):
    done = site.type("systemd-analyze verify /etc/systemd/system/{catalog.socket,catalog.service,discount.service}")
    assert (done.stdout, done.stderr) == ("", "")


@WITH_MACHINE
def test_each_service_is_its_own_users_and_the_socket_the_web_servers(site):
    users = site.type("ps -C catalog.fcgi -o user= ; ps -C discountd -o user=").stdout.split()
    assert set(users) == {"catalog", "discount"}
    assert site.type("stat --format '%U %G %a' /run/catalog/catalog.socket").stdout == "catalog www-data 660\n"


@WITH_MACHINE
def test_a_wrong_setting_is_no_series_of_starts_and_the_next_request_after_it_was_mended_is_answered(site):
    site.type("echo CATALOG_DEADLINE_MS=soon >> /srv/catalog/catalog.conf; systemctl restart catalog")
    for _ in range(3):
        assert "discount_value" not in ask(site).stdout
    assert site.type("systemctl is-active catalog.socket").stdout == "active\n"
    starts = site.type("journalctl --no-pager --unit catalog.service | grep -c cannot-start").stdout
    assert 1 <= int(starts) <= 4, starts  # one in five seconds, where there were five in one and a half
    site.type("sed -i /CATALOG_DEADLINE_MS/d /srv/catalog/catalog.conf")
    wait_until(lambda: "discount_value" in ask(site).stdout, 20, "an answer with nothing typed")


@WITH_MACHINE
def test_a_wrong_setting_of_discount_stops_it_at_once_and_says_why(site):
    site.type("echo DISCOUNT_WORKERS=several >> /srv/discount/discount.conf; systemctl restart discount")
    wait_until(lambda: site.type("systemctl is-failed discount", is_checked=False).stdout == "failed\n", 20, "it has given up")
    shown = site.type("systemctl show discount --property NRestarts,Result,ExecMainStatus").stdout.split()
    assert sorted(shown) == ["ExecMainStatus=78", "NRestarts=0", "Result=exit-code"]
    assert "DISCOUNT_WORKERS" in site.type("journalctl --no-pager --unit discount.service --lines 5").stdout
    site.type("sed -i /DISCOUNT_WORKERS/d /srv/discount/discount.conf; systemctl start discount")
    wait_until(lambda: "discount_value" in ask(site).stdout, 20, "prices of customers")


@WITH_MACHINE
def test_a_renewal_reaches_the_programs_and_keeps_the_files_their_users(site):
    look = "cd /srv && stat --format '%n %U %a' */keys/* && openssl x509 -noout -serial -in catalog/keys/catalog.crt"
    before = site.type(look).stdout
    site.type(commands("renewal"))
    after = site.type(look).stdout
    assert before.splitlines()[:-1] == after.splitlines()[:-1] and before != after
    site.type("systemctl restart discount catalog")  # connections that exist would go on with the certificates they began with
    wait_until(lambda: "discount_value" in ask(site).stdout, 20, "prices of customers")
