# SPDX-License-Identifier: MIT
"""The pages that people read first: what they point at is there."""
import re

import pytest

from harness.discountctl import Ctl
from harness.paths import ROOT, not_sanitized

pytestmark = not_sanitized("texts, of which a sanitizer sees nothing")

README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *(path for room in ("common", "deploy", "discount", "fcgi-catalog", "keys", "proto", "tests")
                               for path in (ROOT / room).rglob("*.md") if "node_modules" not in path.parts)]


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)[1]


def anchors(page):
    """The headings, as GitHub makes anchors of them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text()):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_the_readme_is_short():
    assert len(README.encode()) <= 14_000


def test_the_rooms_are_those_that_there_are():
    named = {name.rstrip("/") for row in re.findall(r"^\|([^|]*)\|", section("The rooms"), re.MULTILINE) for name in re.findall(r"`([^`]*)`", row)}
    rooms = {str(path.parent.relative_to(ROOT)) for top in ("common", "discount", "fcgi-catalog") for path in (ROOT / top).rglob("*.c")}
    assert rooms - {"discount", "fcgi-catalog"} <= named
    assert not [name for name in named if not (ROOT / name).is_dir()]


def test_every_file_of_the_tour_is_there():
    stops = re.findall(r"^\d+\. (.*(?:\n {3}.*)*)", section("A tour of the files"), re.MULTILINE)
    assert len(stops) >= 10
    for stop in stops:
        folder = None
        for name in re.findall(r"`([^`]*\.[a-z]+)`", stop):
            path = next((path for path in (ROOT / name, folder and folder / name) if path and path.is_file()), None)
            assert path is not None, name
            folder = path.parent


def test_the_rule_file_of_the_readme_can_be_imported(workshop, keys, discountd):
    text = "".join(line.removeprefix("    ") for line in re.search(r"^ {4}discount-rules 1\n.*?^ {4}end\n", README, re.MULTILINE | re.DOTALL)[0]
                   .splitlines(keepends=True))
    Ctl(workshop.new("rules"), keys, discountd.port).ok("import", "-", "--dry-run", stdin=text)
