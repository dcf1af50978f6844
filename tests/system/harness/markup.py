# SPDX-License-Identifier: MIT
"""A page as a strict reader sees it: tags that match, ids that are there once, names for everything that needs one."""
import json
from html.parser import HTMLParser

from harness import json_ld

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What may not stand in a paragraph: a browser would end the paragraph before it.
BLOCKS = {"article", "div", "dl", "details", "fieldset", "footer", "form", "h1", "h2", "h3", "header", "main", "nav", "ol",
          "p", "section", "table", "ul"}


class Page(HTMLParser):
    """Reads a page; AssertionError says what is wrong with it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open_tags = []
        self.elements = []  # (tag, attributes)
        self.text = ""      # all of it that people read
        self.data = []      # what is in it for programs, as JSON-LD
        assert text.startswith("<!DOCTYPE html>\n"), text[:40]
        self.feed(text)
        self.close()
        assert not self.open_tags, f"never closed: {self.open_tags}"
        self._check()

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        assert not any(name.startswith("on") or name == "style" for name in names), f"<{tag}> {names}"
        assert not (tag in BLOCKS and "p" in self.open_tags), f"<{tag}> in a paragraph"
        assert not (tag == "a" and "a" in self.open_tags), "a link in a link"
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag, attributes):
        raise AssertionError(f"<{tag}/>")

    def handle_endtag(self, tag):
        assert self.open_tags and self.open_tags[-1] == tag, f"</{tag}> in {self.open_tags}"
        self.open_tags.pop()

    def handle_data(self, data):
        if "script" in self.open_tags:
            self.data.append(json.loads(data))
        else:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def _check(self):
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), f"an id twice: {sorted(ids)}"
        labelled = {attributes["for"] for attributes in self.all("label")}
        assert labelled <= set(ids), labelled - set(ids)
        for field in self.all("input") + self.all("select"):
            assert field.get("type") == "hidden" or field.get("id") in labelled, f"no label: {field}"
        assert all("alt" in image for image in self.all("img"))
        assert [attributes.get("lang") for attributes in self.all("html")] == ["en"]
        for tag in ("title", "h1", "main", "header", "footer"):
            assert len(self.all(tag)) == 1, f"{len(self.all(tag))} of <{tag}>"
        for data in self.data:
            json_ld.check(data)
        assert all(script == {"type": "application/ld+json"} for script in self.all("script")), "a script that would be run"
        assert not self.all("iframe") and not self.all("style") and not self.all("base")
        assert all(attributes.get("aria-label") for attributes in self.all("nav"))
