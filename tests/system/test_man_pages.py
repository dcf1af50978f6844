# SPDX-License-Identifier: MIT
"""The manual pages say what the programs say of themselves: settings, commands, options, log events; examples work."""
import re

import pytest

from harness.discountctl import Ctl, rule_file
from harness.paths import BIN, ROOT, not_sanitized
from harness.process import run

pytestmark = not_sanitized("texts, of which a sanitizer sees nothing")

ROOMS = ("common", "discount", "fcgi-catalog")
PAGES = {path.name: path for room in ROOMS for path in (ROOT / room).rglob("*.[1-8]")}


def shown(name):
    """A page as a wide terminal shows it, without bold and underlined letters."""
    done = run(["mandoc", "-T", "ascii", "-O", "width=999", PAGES[name]])
    assert done.returncode == 0, done.stderr
    return re.sub(".\b", "", done.stdout)


def section(name, title):
    return re.search(rf"^{title}\n(.*?)(?=^\S|\Z)", shown(name), re.MULTILINE | re.DOTALL)[1]


def items(text):
    """The lists in a text: what stands at the margin, and the text behind it on one line."""
    found, name = {}, None
    for line in text.splitlines():
        if re.match(r" {5}\S", line):
            name, _, rest = line.strip().partition("   ")
            found[name] = rest.strip()
        elif line.strip() and name is not None:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def test_mandoc_finds_nothing_wrong():
    done = run(["mandoc", "-T", "lint", "-W", "warning", *PAGES.values()])
    assert (done.returncode, done.stdout) == (0, "")


# ---- Settings --------------------------------------------------------------------------------------------------------


def settings(page, title):
    return {name: text for name, text in items(section(page, title)).items() if re.match(r"[A-Z_]+=\S*$", name)}


@pytest.mark.parametrize("program, page", [("catalog.fcgi", "catalog.conf.5"), ("discountd", "discount.conf.5")])
def test_every_setting_is_on_the_page_with_its_default_its_meaning_and_what_is_allowed(program, page):
    rows = re.findall(r"^  ([A-Z_]+=\S*) +(.*); ([^;\n]*)$", run([BIN / program, "--help"]).stdout, re.MULTILINE)
    told = settings(page, "SETTINGS")
    assert len(rows) >= 10 and list(told) == [name for name, _, _ in rows]
    for name, meaning, allowed in rows:
        assert told[name].lower().startswith(f"{meaning}.".lower()), (name, meaning)
        if not re.match(r"(a path|text) without control characters$", allowed):
            assert f" {allowed.removeprefix('a number from ')}." in told[name], (name, allowed)


def test_every_setting_of_discountctl_is_on_its_page():
    [source] = [text for text in (path.read_text() for path in (ROOT / "discount").rglob("*.c")) if '"DISCOUNTCTL_CONFIG"' in text]
    rows = re.findall(r'_SETTING\("([A-Z_]+)", \w+\(\w+\), "([^"]*)"', source)
    assert len(rows) == 5 and list(settings("discountctl.1", "ENVIRONMENT")) == [f"{name}={fallback}" for name, fallback in rows]


# ---- Commands --------------------------------------------------------------------------------------------------------


def commands(program, *words):
    """What `PROGRAM help` lists, and below a group of commands, such as `rule`, each of that group."""
    listed = re.search(r"^Commands:\n(.*?)\n\n", run([BIN / program, *words, "--help"]).stdout, re.MULTILINE | re.DOTALL)[1]
    return {re.match(r"[a-z]+(?: [a-z]+)?\b", line.strip())[0] for line in listed.splitlines() if re.match(r"  \S", line)}


@pytest.mark.parametrize("program", ["catalogctl", "discountctl"])
def test_every_command_and_every_option_is_on_the_page(program):
    page = shown(f"{program}.1")
    found = commands(program)
    assert len(found) >= 5
    for command in found:
        assert re.search(rf"^ {{5}}(?:{program} )?{command}\b", page, re.MULTILINE), command
        options = set(re.findall(r"--[a-z-]+", run([BIN / program, *command.split(), "--help"]).stdout))
        missing = {option for option in options - {"--help", "--usage", "--version"} if f"{option}" not in page}
        assert not missing, (command, missing)


# ---- The log ---------------------------------------------------------------------------------------------------------


def test_every_event_of_the_log_is_on_a_page_and_nothing_else():
    named = re.compile(r'\b(?:log_(?:info|warning|error|event)|say)\(\s*(?:[^";]*?,\s*)?(?:[^"?,;]*\? )?"([a-z-]+)"(?: : "([a-z-]+)")?,')
    events = {event for room in ROOMS for path in (ROOT / room).rglob("*.c")
              for found in named.findall(path.read_text()) for event in found if event}
    told = {event for page in ("catalog.fcgi.8", "discountd.8") for name in items(section(page, "DIAGNOSTICS"))
            if re.fullmatch(r"[a-z, -]+", name) for event in name.split(", ")}
    assert len(events) >= 40 and told == events


# ---- Rule files ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ctl(workshop, keys, discountd):
    return Ctl(workshop.new("rules"), keys, discountd.port)


def test_the_rule_file_on_the_page_can_be_imported(ctl):
    text = re.search(r"^\.Bd .*\n(discount-rules 1\n.*?^end\n)", PAGES["discount-rules.5"].read_text(), re.MULTILINE | re.DOTALL)[1]
    ctl.ok("import", "-", "--dry-run", stdin=text)


@pytest.mark.parametrize("kind, block", [("product", "product 1 iphone-x"), ("group", "group vip"), ("rule", 'rule sale "Sale"')])
def test_every_word_of_a_block_is_on_the_page(ctl, kind, block):
    said = ctl.run("import", "-", "--dry-run", stdin=rule_file(f"{block}\n    colour red")).stderr
    words = re.split(r", | and ", re.search(rf"; in a {kind} (.*) (?:is|are) allowed", said)[1])
    part = re.search(rf"^   Words of a {kind}\n(.*?)(?=^ {{0,3}}\S)", shown("discount-rules.5"), re.MULTILINE | re.DOTALL)[1]
    assert {re.split(r"\W", name)[0] for name in items(part)} == set(words)
