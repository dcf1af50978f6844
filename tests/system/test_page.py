# SPDX-License-Identifier: MIT
"""
The pages in a real browser, behind a real web server: what a person sees, reads, and reaches with the keyboard alone.
Screenshots are in the session's directory; CATALOG_SCREENSHOTS names another one to keep them in.
"""
import os
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from harness.browser import DESKTOP, PHONE, Browser
from harness.catalog import Site
from harness.markup import Page
from harness.paths import BIN, DEPLOY
from harness.ports import free_port
from harness.process import run, wait_until
from harness.shapes import SHAPES
from harness.shop import change
from harness.workshop import give_to_web

PEOPLE = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8")

# Every kind of page.
PAGES = ["/", "/categories", "/products", "/products?limit=5&sort=price", "/products?q=paper&category=desk&min_price=500",
         "/products?q=nothing-like-it", "/products/film-camera", "/products/iphone-x", "/categories/kitchen",
         "/categories/nowhere", "/nowhere", "/products?limit=0"]


# Markup and a header line, for every place where a text may be.
EVIL = "\"'></title></option><script>window.pwned=1</script><img src=x onerror=pwned=1>\r\nX-Evil: 1"


def make_web(directory, keys, port, deadline_ms=5000, changes=()):
    """A web server with the demo's three products and those of deploy/shop.csv; each of the changes has EVIL for its "?"."""
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, port, CATALOG_DEADLINE_MS=deadline_ms)
    done = run([BIN / "catalogctl", "import", DEPLOY / "shop.csv", site.var / "catalog.db"])
    assert done.returncode == 0, done.stderr
    for sql in changes:
        change(site, sql, [(EVIL,)])
    give_to_web(site.path)
    return SHAPES["lighttpd-prefix"](directory, site)


@pytest.fixture(scope="module")
def shop(workshop, keys, discountd):
    """The shop, below a base path."""
    running = make_web(workshop.new("page"), keys, discountd.port)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def web(shop):
    return shop.web


@pytest.fixture(scope="module")
def chromium():
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def browser(chromium):
    """A desktop, light, nobody's; what it complains about fails the test."""
    chromium.set_script(True)
    chromium.set_customer(None)
    chromium.resize(DESKTOP)
    chromium.set_colours("light")
    chromium.complaints()
    chromium.requests()
    yield chromium
    assert not chromium.complaints()


@pytest.fixture(scope="module")
def gallery(workshop):
    """Where screenshots go."""
    kept = os.environ.get("CATALOG_SCREENSHOTS")
    directory = Path(kept) if kept else workshop.new("screenshots")
    directory.mkdir(exist_ok=True)
    return directory


def page(web, path, *headers):
    return web.request(path, headers=[PEOPLE, *headers])


def read(answer):
    return Page(answer.body.decode())


# ---- As bytes ----


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_formed_and_guarded(web, path):
    answer = page(web, path, ("X-USER-ID", "1"))
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert answer.status == {"/categories/nowhere": 404, "/nowhere": 404, "/products?limit=0": 400}.get(path, 200)
    read(answer)
    policy = dict(part.strip().split(" ", 1) for part in answer.header("Content-Security-Policy").split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "same-origin"
    if answer.status == 200:
        assert "Accept" in answer.header("Vary")


def test_every_link_leads_somewhere(web):
    """From the home page on, all that can be reached, but not every combination of filters."""
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or path.count("=") > 1:
            continue
        seen.add(path)
        answer = web.request(path, headers=[PEOPLE])
        assert answer.status == 200, path
        if not answer.header("Content-Type").startswith("text/html"):
            continue
        elements = read(answer).elements
        found = [attributes.get("href") or attributes.get("src") for tag, attributes in elements
                 if tag in ("a", "link", "img")]
        for address in found:
            if address != "#main":
                assert address.startswith(web.base + "/"), address
                waiting.append(address.removeprefix(web.base))
    assert "/products/film-camera" in seen and "/pictures/film-camera-back.svg" in seen and "/categories/cameras" in seen
    assert len([path for path in seen if path.startswith("/products/")]) == 27


def test_paging_links_lead_through_the_whole_shop(web):
    path, names = "/products?limit=10&sort=name", []
    while path:
        here = read(web.request(path, headers=[PEOPLE]))
        names += [attributes["href"] for attributes in here.all("a") if "/products/" in attributes["href"]]
        following = [attributes["href"] for attributes in here.all("a") if attributes.get("rel") == "next"]
        path = following[0].removeprefix(web.base) if following else None
    assert len(names) == len(set(names)) == 27


def test_style_is_kept_for_good_and_pictures_are_only_pictures(web):
    style = [link["href"] for link in read(page(web, "/")).all("link") if link["rel"] == "stylesheet"][0]
    answer = web.request(style.removeprefix(web.base))
    assert answer.header("Content-Type") == "text/css; charset=utf-8"
    assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
    picture = web.request("/pictures/tent.svg")
    assert picture.header("Content-Type") == "image/svg+xml"
    assert "default-src 'none'" in picture.header("Content-Security-Policy")
    assert web.request("/style-0000000000000000.css").status == 404
    assert web.request("/pictures/../catalog.conf").status == 404


def test_programs_still_get_what_they_asked_for(web):
    assert web.request("/").body == b"It is working."
    assert web.request("/products").header("Content-Type") == "application/json"
    assert web.request("/nowhere").header("Content-Type") == "application/problem+json"


def test_customers_page_is_nobody_elses(web):
    anonymous, customer = page(web, "/products/iphone-x"), page(web, "/products/iphone-x", ("X-USER-ID", "1"))
    assert "899.99" not in read(anonymous).text.replace(",", "")
    assert "private" in customer.header("Cache-Control") and "X-USER-ID" in customer.header("Vary")
    assert anonymous.header("ETag") != customer.header("ETag")
    same = page(web, "/products/iphone-x", ("X-USER-ID", "1"), ("If-None-Match", customer.header("ETag")))
    assert same.status == 304 and same.body == b""


# ---- What is in the data ----

EVIL_IN_EVERY_FIELD = [
    "UPDATE product SET name = ?, stock = 'low' WHERE id = 1", "UPDATE product SET description = ? WHERE id = 1",
    "UPDATE product SET sku = ? WHERE id = 1", "INSERT INTO product_tag VALUES (1, ?)",
    "INSERT INTO product_image VALUES (1, 1, '/x' || ?, 'x')", "INSERT INTO product_image VALUES (1, 2, 'javascript:' || ?, 'x')",
    "UPDATE product_image SET alt = ? WHERE product_id = 1", "UPDATE customer SET first_name = ? WHERE id = 1",
    "UPDATE category SET name = ? WHERE slug = 'desk'", "INSERT INTO product_category SELECT 1, 'desk' WHERE ? <> ''",
    "UPDATE product SET slug = replace(?, '/', '') WHERE id = 2"]


def test_data_is_text_whatever_it_holds(browser, workshop, keys, discountd):
    """HTML and header lines in every field, written past the checks of an import."""
    running = make_web(workshop.new("evil"), keys, discountd.port, changes=EVIL_IN_EVERY_FIELD)
    try:
        web = running.web
        for path in ("/", "/categories", "/products", "/products/iphone-x", "/products?category=desk", "/categories/desk",
                     "/products?q=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
                     "/products?tag=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E", "/%3Cscript%3E", "/products/2",
                     "/products?%3Cscript%3E=1"):
            answer = page(web, path, ("X-USER-ID", "1"))
            assert answer.header("X-Evil") is None, path
            assert b"<script" not in answer.body and b"<img src=x" not in answer.body, path
            read(answer)
        browser.set_customer(1)
        browser.open(web.url("/products/iphone-x"))
        assert browser.run("return window.pwned") is None
        seen = browser.one("h1").text
        assert seen.startswith("\"'></title></option><script>window.pwned=1</script>"), seen
        browser.open("about:blank")
        browser.complaints()  # a picture of that address is not there
    finally:
        running.stop()


# ---- As a person sees it ----


def test_customer_sees_their_price_and_the_list_price_struck_through(browser, web):
    browser.set_customer(1)
    browser.open(web.url("/products/film-camera"))
    price, listed = browser.one(".product .price strong"), browser.one(".product .price s")
    assert (price.text, listed.text) == ("€1,169.10", "€1,299.00")
    assert price.is_displayed() and listed.is_displayed()
    assert browser.style(listed, "textDecorationLine") == "line-through"
    assert browser.style(price, "textDecorationLine") == "none"
    assert price.size["height"] > listed.size["height"]
    label = browser.one(".product .price .rule")
    assert label.is_displayed() and label.text
    assert browser.one("header .customer").text == "Prices for John Snow"


def test_every_card_of_the_list_has_both_prices(browser, web):
    browser.set_customer(1)
    browser.open(web.url("/products"))
    cards = browser.find(".card")
    assert len(cards) == 27
    assert len(browser.find(".card .price strong")) == len(browser.find(".card .price s")) == 27
    assert len(browser.find(".card .price .rule")) == 27
    assert browser.find(".card .price strong")[0].text == "€899.99"
    assert browser.find(".card .price s")[0].text == "€999.99"


def test_nobody_in_particular_sees_list_prices_alone(browser, web):
    browser.open(web.url("/products"))
    assert browser.find(".card .price strong")[0].text == "€999.99"
    assert not browser.find("s") and not browser.find(".rule") and not browser.find(".notice")


def test_whoever_cannot_get_their_price_is_told_so(browser, workshop, keys):
    running = make_web(workshop.new("degraded"), keys, free_port(), deadline_ms=200)
    try:
        browser.set_customer(1)
        browser.open(running.web.url("/products"))
        assert browser.one(".notice").text.startswith("Your own prices cannot be looked up right now.")
        assert browser.find(".card .price strong")[0].text == "€999.99"
        assert not browser.find("s")
        browser.open("about:blank")
    finally:
        running.stop()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_look_like_something(browser, web, gallery, size, scheme):
    browser.resize(size)
    browser.set_colours(scheme)
    browser.set_customer(1)
    for number, path in enumerate(["/products", "/products/film-camera"]):
        browser.open(web.url(path))
        assert not browser.missing_pictures()
        name = f"{number}-{'phone' if size == PHONE else 'desktop'}-{scheme}.png"
        width, height, colours, commonest = browser.screenshot(gallery / name)
        assert (width, height) == size
        assert colours > 50 and commonest < 0.97, f"{name} is as good as blank"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_window(browser, web, width):
    browser.resize((width, 844))
    browser.set_customer(1)
    for path in PAGES:
        browser.open(web.url(path))
        assert not browser.is_too_wide(), path
    browser.complaints()  # of the pages that are errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(browser, web, scheme):
    """Contrast of at least 4.5 (WCAG 2.1, AA)."""
    browser.set_colours(scheme)
    browser.set_customer(1)
    for path in PAGES:
        browser.open(web.url(path))
        for details in browser.find("details"):
            browser.run("arguments[0].open = true", details)
        texts = browser.contrasts()
        assert len(texts) > 10, path
        faint = [(text, round(ratio, 2)) for text, ratio in texts if ratio < 4.5]
        assert not faint, f"{path}: {faint}"
    browser.complaints()  # of the pages that are errors


def test_light_and_dark_are_not_the_same(browser, web):
    browser.open(web.url("/products"))
    light = browser.style(browser.one("body"), "backgroundColor")
    browser.set_colours("dark")
    assert browser.style(browser.one("body"), "backgroundColor") != light


def test_nothing_comes_from_elsewhere(browser, web):
    for path in PAGES:
        browser.open(web.url(path))
        browser.missing_pictures()
    asked = browser.requests()
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((web.url("/"), "data:"))] == []
    browser.complaints()  # of the pages that are errors


def test_page_reads_without_script(browser, web):
    browser.set_customer(1)
    browser.set_script(False)
    browser.open(web.url("/products/film-camera"))
    assert browser.one(".product .price s").text == "€1,299.00"
    browser.open(web.url("/products"))
    browser.one("summary").click()
    assert browser.one("#category").is_displayed()


# ---- With the keyboard alone ----


def walk(browser, steps):
    """What gets the focus, one Tab after the other; each can be seen."""
    seen = []
    for _ in range(steps):
        browser.press(Keys.TAB)
        focus = browser.focus()
        assert focus["ring"] and focus["seen"], focus
        seen.append(focus)
    return seen


def test_keyboard_reaches_everything_and_the_focus_is_seen(browser, web):
    browser.open(web.url("/products"))
    seen = walk(browser, 30)
    assert seen[0]["href"] == "#main"
    assert seen[1]["href"] == f"{web.base}/"
    assert (seen[2]["tag"], seen[2]["name"]) == ("input", "q")
    assert seen[3]["tag"] == "button"
    assert seen[4]["href"] == f"{web.base}/products"
    order = [focus["href"] or focus["tag"] for focus in seen]
    assert order.index("summary") < order.index(f"{web.base}/products/iphone-x") < order.index(
        f"{web.base}/products/notebook-avell-g1511")
    assert len({str(focus) for focus in seen}) == len(seen), "some place is reached twice"


def test_skip_link_leads_past_the_head(browser, web):
    browser.open(web.url("/products/film-camera"))
    browser.press(Keys.TAB)
    assert browser.focus()["text"] == "Skip to the content"
    browser.press(Keys.ENTER)
    assert browser.focus()["tag"] == "main"
    browser.press(Keys.TAB)
    assert browser.run("return document.querySelector('main').contains(document.activeElement)")


def test_search_from_the_keyboard_finds(browser, web):
    browser.open(web.url("/"))
    browser.press(Keys.TAB, Keys.TAB, Keys.TAB)
    browser.press("tent", Keys.ENTER)
    wait_until(lambda: "q=tent" in browser.driver.current_url, 10, "the search's page")
    assert browser.one("h1").text == "Search: tent"
    assert "Two-person tent" in [card.text for card in browser.find(".card h2")]


def test_filter_narrows_and_is_taken_away(browser, web):
    browser.open(web.url("/products"))
    browser.one("summary").click()
    browser.run("document.querySelector('#category').value = 'lighting'")
    browser.one(".filter button").click()
    wait_until(lambda: "category=lighting" in browser.driver.current_url, 10, "the filtered page")
    assert [card.text for card in browser.find(".card h2")] == ["Arc desk lamp", "Paper lantern, 45 cm",
                                                               "Three pillar candles"]
    browser.one(".chosen a").click()
    wait_until(lambda: "category" not in browser.driver.current_url, 10, "the page without the filter")
    assert len(browser.find(".card")) == 27


def test_nothing_found_leads_back_to_everything(browser, web):
    browser.open(web.url("/products?q=nothing-like-it"))
    assert browser.one(".empty").text.startswith("Nothing matches all of that.")
    browser.one(".empty a").click()
    wait_until(lambda: browser.find(".card"), 10, "all products")
