# SPDX-License-Identifier: MIT
"""
The pages in a real browser, behind a real web server: what a person sees, reads, and reaches with the keyboard alone.
Screenshots are in the session's directory; CATALOG_SCREENSHOTS names another one to keep them in.
"""
import html
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from selenium.webdriver.common.keys import Keys

from harness.browser import DESKTOP, PHONE, Browser
from harness.catalog import Site
from harness.markup import Page
from harness.paths import BIN, DEPLOY, not_sanitized
from harness.ports import free_port
from harness.process import run, wait_until
from harness.shapes import SHAPES
from harness.shop import change
from harness.workshop import give_to_web

PEOPLE = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8")

# Every kind of page.
PAGES = ["/", "/categories", "/products", "/products?limit=5&sort=price", "/products?q=paper&category=desk&min_price=500",
         "/products?q=nothing-like-it", "/products/film-camera", "/products/iphone-x", "/categories/kitchen",
         "/categories/nowhere", "/nowhere", "/products?limit=0", "/products?q=lamp&min_price=5000&max_price=2000"]
WRONG = {"/categories/nowhere": 404, "/nowhere": 404, "/products?limit=0": 400,
         "/products?q=lamp&min_price=5000&max_price=2000": 400}

# A sanitizer sees what a browser asks for, which others ask for as well, and not what it paints.
IN_A_BROWSER = not_sanitized("nothing that a sanitizer sees")

# Markup and a header line, for every place where a text may be.
EVIL = "\"'></title></option><script>window.pwned=1</script><img src=x onerror=pwned=1>\r\nX-Evil: 1"


def make_web(directory, keys, port, changes=(), prepare=lambda site: None, **settings):
    """
    A web server with the demo's three products and those of deploy/shop.csv; each of the changes has EVIL for its "?".
    prepare(site) is done before it starts.
    """
    shop = directory / "web" / "shop"
    shop.mkdir(parents=True)
    site = Site(shop, keys, port, **settings)
    done = run([BIN / "catalogctl", "import", DEPLOY / "shop.csv", site.var / "catalog.db"])
    assert done.returncode == 0, done.stderr
    for sql in changes:
        change(site, sql, [(EVIL,)])
    prepare(site)
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
def careless(chromium):
    """A desktop, light, nobody's."""
    chromium.open("about:blank")
    chromium.block([])
    chromium.set_script(True)
    chromium.set_customer(None)
    chromium.resize(DESKTOP)
    chromium.set_colours("light")
    chromium.complaints()
    chromium.requests()
    return chromium


@pytest.fixture
def browser(careless):
    """The same; what it complains about fails the test."""
    yield careless
    assert not careless.complaints()


# Of more screens when somebody wants to look at them: CATALOG_SCREENSHOTS names the directory in which they are kept.
SCREENS = [PHONE, DESKTOP, *([(320, 568), (375, 667), (768, 1024)] if "CATALOG_SCREENSHOTS" in os.environ else [])]


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
    assert answer.status == WRONG.get(path, 200)
    read(answer)
    policy = dict(part.strip().split(" ", 1) for part in answer.header("Content-Security-Policy").split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["img-src"] == "'self' https:"
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


def test_a_customer_who_has_another_name_today_gets_another_page(shop):
    """Their name is on it, so a page that was kept with the old one is not the same."""
    customer = ("X-USER-ID", "1")
    first = page(shop.web, "/products/iphone-x", customer)
    assert page(shop.web, "/products/iphone-x", customer, ("If-None-Match", first.header("ETag"))).status == 304
    try:
        for column, name in (("first_name", "Aegon"), ("last_name", "Targaryen")):
            change(shop.site, f"UPDATE customer SET {column} = '{name}' WHERE id = 1")
            again = page(shop.web, "/products/iphone-x", customer, ("If-None-Match", first.header("ETag")))
            assert again.status == 200 and name.encode() in again.body
            first = again
    finally:
        change(shop.site, "UPDATE customer SET first_name = 'John', last_name = 'Snow' WHERE id = 1")


def test_customers_page_is_nobody_elses(web):
    anonymous, customer = page(web, "/products/iphone-x"), page(web, "/products/iphone-x", ("X-USER-ID", "1"))
    assert "899.99" not in read(anonymous).text.replace(",", "")
    assert "private" in customer.header("Cache-Control") and "X-USER-ID" in customer.header("Vary")
    assert anonymous.header("ETag") != customer.header("ETag")
    same = page(web, "/products/iphone-x", ("X-USER-ID", "1"), ("If-None-Match", customer.header("ETag")))
    assert same.status == 304 and same.body == b""


# ---- Products beside others ----


def cards(answer):
    """The addresses of the products that stand in cards, in order."""
    return [a["href"].rsplit("/", 1)[1] for a in read(answer).all("a") if "/products/" in a["href"]]


def test_the_first_page_has_the_newest_products_at_the_visitors_prices(web):
    anonymous, customer = page(web, "/"), page(web, "/", ("X-USER-ID", "1"))
    newest = json.loads(web.request("/products?limit=250").body)[:-9:-1]
    assert cards(anonymous) == cards(customer) == [product["slug"] for product in newest]
    pictures = [image["src"] for image in read(anonymous).all("img")][len(newest):]
    tops = [category for category in json.loads(web.request("/categories").body) if not category.get("parent")]
    assert len(pictures) == len(tops) > 1 and not any("none.svg" in picture for picture in pictures)
    quotes = json.loads(web.request("/products?limit=250", headers=[("X-USER-ID", "1")]).body)[:-9:-1]
    for product, quote in zip(newest, quotes):
        listed, paid = product["price_in_cents"], quote["discount_value"]["value_in_cents"]
        assert f'value="{listed / 100:.2f}"'.encode() in anonymous.body
        assert f'value="{paid / 100:.2f}"'.encode() in customer.body and f'value="{paid / 100:.2f}"'.encode() not in anonymous.body
    assert "public" in anonymous.header("Cache-Control") and "private" in customer.header("Cache-Control")
    assert anonymous.header("ETag") != customer.header("ETag") and "X-USER-ID" in anonymous.header("Vary")
    for answer, who in ((anonymous, ()), (customer, (("X-USER-ID", "1"),))):
        assert page(web, "/", *who, ("If-None-Match", answer.header("ETag"))).status == 304
    assert page(web, "/", ("X-USER-ID", "x")).status == 400
    assert web.request("/", headers=[("X-USER-ID", "x")]).body == b"It is working."


def test_a_products_page_has_others_of_its_category_at_the_visitors_prices(web):
    shop = {product["slug"]: product for product in json.loads(web.request("/products?limit=250").body)}
    category = shop["moka-pot"]["categories"][0]
    alike = [slug for slug, product in shop.items() if category in product.get("categories", []) and slug != "moka-pot"]
    customer = page(web, "/products/moka-pot", ("X-USER-ID", "1"))
    assert set(cards(page(web, "/products/moka-pot"))) == set(cards(customer)) == set(alike) and 0 < len(alike) <= 8
    quotes = {product["slug"]: product for product in json.loads(web.request(
        "/products?limit=250", headers=[("X-USER-ID", "1")]).body)}
    assert all(f'value="{quotes[slug]["discount_value"]["value_in_cents"] / 100:.2f}"'.encode() in customer.body for slug in alike)
    assert list(json.loads(web.request("/products/moka-pot").body))[0] == "id"


def test_at_most_eight_others_are_shown_and_never_the_product_itself(web):
    shop = json.loads(web.request("/products?limit=250&category=home").body)
    assert len(shop) > 9
    for product in shop:
        others = cards(page(web, f"/products/{product['slug']}"))
        assert len(others) == len(set(others)) <= 8 and product["slug"] not in others


# ---- Links that others changed ----

APPENDED = ["utm_source=newsletter&utm_medium=e-mail", "fbclid=IwAR0x", "gclid=x", "gbraid=x", "wbraid=x", "dclid=x", "msclkid=x",
            "twclid=x", "ttclid=x", "yclid=x", "li_fat_id=x", "igshid=x", "mc_cid=x", "mc_eid=x", "srsltid=x", "_ga=2.1-2", "_gl=1*x"]


@pytest.mark.parametrize("appended", APPENDED)
@pytest.mark.parametrize("path", ["/", "/products", "/products/moka-pot", "/categories", "/categories/kitchen"])
def test_whoever_follows_a_counted_link_comes_to_the_page(web, path, appended):
    for method in ("GET", "HEAD"):
        answer = web.request(f"{path}?{appended}", method=method, headers=[PEOPLE])
        assert answer.status == 302
        location = answer.header("Location")
        assert location.endswith(web.base + path) and "?" not in location
        assert "no-store" in answer.header("Cache-Control")
        assert not answer.body
    assert page(web, path).status == 200


def test_what_a_counted_link_says_besides_is_kept_as_it_is(web):
    answer = page(web, "/products?utm_id=1&sort=-price&fbclid=2&q=caf%C3%A9+pot%20x&min_price=&_ga=3")
    assert (answer.status, answer.header("Location").split("?")[1]) == (302, "sort=-price&q=caf%C3%A9+pot%20x&min_price=")


@pytest.mark.parametrize("query", ["utm_source=x", "fbclid=x"])
def test_programs_are_refused_what_others_appended(web, query):
    for accept in ("application/json", "*/*", "text/csv, */*;q=0.1"):
        answer = web.request(f"/products?{query}", headers=[("Accept", accept)])
        assert answer.status == 400
        assert json.loads(answer.body)["parameter"] == query.split("=")[0]


def test_a_parameter_that_nobody_appends_is_refused_to_people_too(web):
    assert page(web, "/products?utm_source=x&page=2").status == 400
    assert page(web, "/products?ref=x").status == 400


@IN_A_BROWSER
def test_the_browser_shows_the_page_of_a_counted_link(browser, web):
    browser.open(web.url("/products/moka-pot?utm_source=newsletter"))
    assert browser.driver.current_url == web.url("/products/moka-pot")
    assert browser.one(".product h1").text


# ---- One address for each page ----


def test_every_product_and_list_says_its_one_address(web):
    def canonical(path):
        return [link["href"].removeprefix(web.base) for link in read(page(web, path)).all("link") if link["rel"] == "canonical"]
    assert canonical("/products/10") == ["/products/chopping-board"]
    assert canonical("/products/chopping-board?fields=slug") == ["/products/chopping-board"]
    assert canonical("/products?count=1&sort=price&fields=name") == ["/products?sort=price"]
    assert canonical("/categories/kitchen") == ["/categories/kitchen"]
    following = [a["href"].removeprefix(web.base) for a in read(page(web, "/products?limit=5")).all("a") if a.get("rel") == "next"]
    assert canonical(following[0]) == following
    assert canonical("/nowhere") == canonical("/products?limit=0") == []


# ---- For programs that read pages ----


def test_pages_of_products_tell_programs_the_visitors_own_offer(web):
    anonymous = read(page(web, "/products/film-camera"))
    customer = read(page(web, "/products/film-camera", ("X-USER-ID", "1")))
    product, trail = (next(data for data in anonymous.data if data["@type"] == kind) for kind in ("Product", "BreadcrumbList"))
    assert product["@context"] == "https://schema.org"
    assert product["url"] == f"{web.base}/products/film-camera"
    assert product["offers"] == {"@type": "Offer", "price": "1299.00", "priceCurrency": "EUR",
                                 "availability": "https://schema.org/LimitedAvailability"}
    assert [(step["position"], step["item"]) for step in trail["itemListElement"]] == [
        (1, f"{web.base}/categories/sound-vision"), (2, f"{web.base}/categories/cameras")]
    assert [data["offers"]["price"] for data in customer.data if data["@type"] == "Product"] == ["1169.10"]
    assert all(data["@type"] == "BreadcrumbList" for data in read(page(web, "/categories/kitchen")).data)


def test_data_for_programs_is_text_whatever_it_holds(evil):
    product = read(page(evil, "/products/iphone-x")).data
    named = next(data for data in product if data["@type"] == "Product")
    assert named["name"] == EVIL and named["sku"] == EVIL


@IN_A_BROWSER
def test_a_browser_takes_data_for_programs_as_no_script(browser, evil):
    """Nothing is run, and the policy, which lets no script run, has nothing to complain about."""
    browser.open(evil.url("/products/iphone-x"))
    browser.missing_pictures()
    assert not [line for line in browser.complaints() if "Content Security Policy" in line]
    assert browser.run("return window.pwned") is None
    kinds = browser.run("return [...document.querySelectorAll('script')].map(at => JSON.parse(at.textContent)['@type'])")
    assert "Product" in kinds


# ---- For search engines ----

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(answer):
    assert answer.status == 200
    assert len(answer.body) == int(answer.header("Content-Length"))
    return [location.text for location in ElementTree.fromstring(answer.body).iter(NAMESPACE + "loc")]


def fill_two_parts(site):
    """A product whose id is of the second part."""
    change(site, "INSERT INTO product (id, slug, description, price_in_cents) VALUES (50001, 'last', '', 1)")


def test_search_engines_find_every_page(workshop, keys, discountd):
    """Each address of the sitemap is the canonical one of its page; it is one for all, and is not sent twice."""
    home = "https://shop.example/catalog"
    running = make_web(workshop.new("found"), keys, discountd.port, CATALOG_PUBLIC_URL=home)
    web = running.web
    try:
        robots = web.request("/robots.txt").body.decode().splitlines()
        assert f"Sitemap: {home}/sitemap.xml" in robots and "Disallow: /catalog/*?q=" in robots
        whole = web.request("/sitemap.xml")
        found = locations(whole)
        assert len(found) == len(set(found)) and f"{home}/products/film-camera" in found and f"{home}/categories/kitchen" in found
        assert len([each for each in found if "/products/" in each]) == 27
        for address in found:
            links = read(page(web, address.removeprefix(home))).all("link")
            assert [link["href"] for link in links if link["rel"] == "canonical"] == [address]
        assert b"<lastmod>20" in whole.body
        same = [web.request("/sitemap.xml", headers=[header]) for header in (
            ("X-USER-ID", "1"), ("X-Forwarded-Host", "evil.example"))]
        assert all(each.body == whole.body and each.header("ETag") == whole.header("ETag") for each in same)
        assert web.request("/sitemap.xml", headers=[("If-None-Match", whole.header("ETag"))]).status == 304
        assert "public" in whole.header("Cache-Control")

        fill_two_parts(running.site)
        wait_until(lambda: web.request("/sitemap.xml").body != whole.body, 10, "the index")
        parts = locations(web.request("/sitemap.xml"))
        assert parts == [f"{home}/sitemap-{part}.xml" for part in (0, 1, 2)]
        again = [address for part in parts for address in locations(web.request(part.removeprefix(home)))]
        assert sorted(again) == sorted([*found, f"{home}/products/last"])
        assert web.request("/sitemap-3.xml").status == 404
    finally:
        running.stop()


# ---- What its owner chooses: the name, a tag, languages ----

OWN_NAME = 'Müller & Söhne <"x">'
OWN_TAG = "steel"


@pytest.fixture(scope="module")
def owned(workshop, keys, discountd):
    running = make_web(workshop.new("owned"), keys, discountd.port, CATALOG_SHOP_NAME=OWN_NAME, CATALOG_HOME_TAG=OWN_TAG,
                       CATALOG_LANGUAGE="en, de")
    yield running.web
    running.stop()


def test_the_shops_name_is_its_owners(owned):
    for path, title in (("/", OWN_NAME), ("/products", f"All products – {OWN_NAME}"), ("/nowhere", f"Not Found – {OWN_NAME}"),
                        ("/products?limit=0", f"Bad Request – {OWN_NAME}")):
        text = page(owned, path).body.decode()
        shown = "Müller &amp; Söhne &lt;&quot;x&quot;&gt;"
        assert f"<title>{html.escape(title)}</title>" in text
        assert f">{shown}</a></p>" in text


def test_the_first_page_shows_what_has_the_owners_tag_once_and_at_the_visitors_prices(owned):
    everything = json.loads(owned.request("/products?limit=250", headers=[("X-USER-ID", "1")]).body)
    newest = [product["slug"] for product in everything[:-9:-1]]
    tagged = [product for product in everything if OWN_TAG in product.get("tags", []) and product["slug"] not in newest][:8]
    assert tagged
    customer = page(owned, "/", ("X-USER-ID", "1"))
    assert cards(customer) == cards(page(owned, "/")) == newest + [product["slug"] for product in tagged]
    for product in tagged:
        assert f'value="{product["discount_value"]["value_in_cents"] / 100:.2f}"'.encode() in customer.body


def test_a_visitor_gets_the_page_in_a_language_of_their_own(owned):
    german, other = (page(owned, "/products/film-camera", ("Accept-Language", tags)) for tags in ("fr, de;q=0.5", "fr"))
    assert b'<html lang="de">' in german.body and "1.299,00\u00a0€" in german.body.decode()
    assert b'<html lang="en">' in other.body and "€1,299.00" in other.body.decode()
    for answer in (german, other):
        assert "Accept-Language" in answer.header("Vary")
    assert page(owned, "/products/film-camera", ("Accept-Language", "de"), ("If-None-Match", other.header("ETag"))).status == 200


# ---- What is in the data ----

EVIL_IN_EVERY_FIELD = [
    "UPDATE product SET name = ?, stock = 'low' WHERE id = 1", "UPDATE product SET description = ? WHERE id = 1",
    "UPDATE product SET sku = ? WHERE id = 1", "INSERT INTO product_tag VALUES (1, ?)",
    "INSERT INTO product_image VALUES (1, 1, '/x' || ?, 'x')", "INSERT INTO product_image VALUES (1, 2, 'javascript:' || ?, 'x')",
    "UPDATE product_image SET alt = ? WHERE product_id = 1", "UPDATE customer SET first_name = ? WHERE id = 1",
    "UPDATE category SET name = ? WHERE slug = 'desk'", "INSERT INTO product_category SELECT 1, 'desk' WHERE ? <> ''",
    "UPDATE product SET slug = replace(?, '/', '') WHERE id = 2"]


@pytest.fixture
def evil(request, workshop, keys, discountd):
    """A shop with HTML and header lines in every field, written past the checks of an import."""
    running = make_web(workshop.new("evil"), keys, discountd.port, changes=EVIL_IN_EVERY_FIELD)
    request.addfinalizer(running.stop)
    return running.web


def test_data_is_text_whatever_it_holds(evil):
    for path in ("/", "/categories", "/products", "/products/iphone-x", "/products?category=desk", "/categories/desk",
                 "/products?q=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
                 "/products?tag=%22%3E%3Cscript%3Ewindow.pwned%3D1%3C/script%3E", "/%3Cscript%3E", "/products/2",
                 "/products?%3Cscript%3E=1"):
        answer = page(evil, path, ("X-USER-ID", "1"))
        assert answer.header("X-Evil") is None, path
        assert b"<img src=x" not in answer.body, path
        read(answer)  # which finds no script that would be run


@IN_A_BROWSER
def test_a_browser_shows_data_as_text_whatever_it_holds(browser, evil):
    browser.set_customer(1)
    browser.open(evil.url("/products/iphone-x"))
    assert browser.run("return window.pwned") is None
    seen = browser.one("h1").text
    assert seen.startswith("\"'></title></option><script>window.pwned=1</script>"), seen
    browser.open("about:blank")
    browser.complaints()  # a picture of that address is not there


# ---- As a person sees it ----


@IN_A_BROWSER
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


@IN_A_BROWSER
def test_every_card_of_the_list_has_both_prices(browser, web):
    browser.set_customer(1)
    browser.open(web.url("/products"))
    cards = browser.find(".card")
    assert len(cards) == 27
    assert len(browser.find(".card .price strong")) == len(browser.find(".card .price s")) == 27
    assert not browser.find(".card .rule") and browser.one(".shown .rule").text == "10 % off everything for customer 1"
    assert browser.find(".card .price strong")[0].text == "€899.99"
    assert browser.find(".card .price s")[0].text == "€999.99"


@IN_A_BROWSER
def test_nobody_in_particular_sees_list_prices_alone(browser, web):
    browser.open(web.url("/products"))
    assert browser.find(".card .price strong")[0].text == "€999.99"
    assert not browser.find("s") and not browser.find(".rule") and not browser.find(".notice")


@IN_A_BROWSER
def test_whoever_cannot_get_their_price_is_told_so(browser, workshop, keys):
    running = make_web(workshop.new("degraded"), keys, free_port(), CATALOG_DEADLINE_MS=200)
    try:
        browser.set_customer(1)
        browser.open(running.web.url("/products"))
        assert browser.one(".notice").text.startswith("Your own prices cannot be looked up right now.")
        assert browser.find(".card .price strong")[0].text == "€999.99"
        assert not browser.find("s")
        browser.open("about:blank")
    finally:
        running.stop()


@IN_A_BROWSER
@pytest.mark.parametrize("size", SCREENS, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_look_like_something(browser, web, gallery, size, scheme):
    browser.resize(size)
    browser.set_colours(scheme)
    browser.set_customer(1)
    for number, path in enumerate(["/products", "/products/film-camera"]):
        browser.open(web.url(path))
        assert not browser.missing_pictures()
        name = f"{number}-{size[0]}-{scheme}.png"
        width, height, colours, commonest = browser.screenshot(gallery / name)
        assert (width, height) == size
        assert colours > 50 and commonest < 0.97, f"{name} is as good as blank"


@IN_A_BROWSER
def test_no_page_is_wider_than_the_window(browser, web):
    browser.set_customer(1)
    for path in PAGES:
        browser.open(web.url(path))
        for width in (280, 320, 390, 768, 1280, 2560):
            browser.resize((width, 844))
            assert not browser.is_too_wide(), (path, width)
    browser.complaints()  # of the pages that are errors


# ---- Prices of every length, and what does not load ----

WIDTHS = [280, 320, 360, 375, 412, 480, 600, 735, 737, 912, 1280, 1920, 2560]  # the layout changes at 736
# Currency, a usual price, and the highest there can be.
CURRENCIES = [("PLN", 1249900), ("CZK", 99999999), ("EUR", 9999999), ("VND", 2147483647), ("KWD", 2147483647), ("EUR", 2147483647)]


@pytest.fixture(scope="module")
def make_dear(workshop, keys, discountd):
    """make_dear(currency, cents) is a shop of a few such products, with four pictures each that are not there."""
    made = []

    def make(currency, cents):
        pictures = [f'{{"url":"/pictures/gone-{n}.png","alt":"A picture of something {"very-long-in-one-word" * 4}"}}' for n in range(4)]
        lines = [f'{{"slug":"dear-{n}","sku":"D-{n}","name":"{"Something dear " * (1 + 8 * (n == 2))}","price_in_cents":{cents - n},'
                 f'"images":[{",".join(pictures)}]}}' for n in range(3)]

        def fill(site):
            change(site, f"DELETE FROM product; UPDATE shop SET currency = '{currency}'")
            done = run([BIN / "catalogctl", "import", "-", site.var / "catalog.db"], stdin="\n".join(lines) + "\n")
            assert done.returncode == 0, done.stderr
        running = make_web(workshop.new(f"dear-{currency}"), keys, discountd.port, prepare=fill)
        made.append(running)
        return running.web
    yield make
    for running in made:
        running.stop()


# Prices that are not whole within the window and within everything that hides what does not fit, and, when the page is wider
# than the window, what is.
MISFITS = """
const width = document.documentElement.clientWidth, all = selector => [...document.querySelectorAll(selector)];
const cut = all('.price data').filter(price => {
    const box = price.getBoundingClientRect();
    for (let at = price.parentElement; at; at = at.parentElement) {
        const room = at.getBoundingClientRect();
        if (getComputedStyle(at).overflowX !== 'visible' && (box.left < room.left || box.right > room.right)) return true;
    }
    return box.width === 0 || box.left < 0 || box.right > width;
}).map(price => price.textContent);
const wide = document.documentElement.scrollWidth <= width ? [] :
    ['wider than the window'].concat(all('body *').filter(at => at.getBoundingClientRect().right > width)
        .map(at => at.outerHTML.slice(0, 120)).slice(0, 10));
return cut.concat(wide);
"""


@IN_A_BROWSER
@pytest.mark.parametrize("currency, cents, blocked", [
    *((*each, []) for each in CURRENCIES), ("VND", 2147483647, ["*/style-*"])])
def test_no_width_cuts_a_price_or_widens_the_page_whatever_fails_to_load(careless, make_dear, gallery, currency, cents, blocked):
    web = make_dear(currency, cents)
    careless.block(blocked)
    for customer in (None, 1):
        careless.set_customer(customer)
        for path in ("/products", "/products/dear-0"):
            careless.open(web.url(path))
            assert careless.find(".price")
            for width in WIDTHS:
                careless.resize((width, 900))
                misfits = careless.run(MISFITS)
                assert not misfits, (path, width, misfits)
                if width in (280, 375, 1280) and "CATALOG_SCREENSHOTS" in os.environ:
                    name = f"dear-{currency}-{width}-{customer}-{path.count('/')}-{'plain' if blocked else 'styled'}.png"
                    (gallery / name).write_bytes(careless.picture())


@IN_A_BROWSER
def test_all_text_can_be_read(browser, web):
    """Contrast of at least 4.5 (WCAG 2.1, AA)."""
    browser.set_customer(1)
    for path in PAGES:
        browser.open(web.url(path))
        for details in browser.find("details"):
            browser.run("arguments[0].open = true", details)
        for scheme in ("light", "dark"):
            browser.set_colours(scheme)
            texts = browser.contrasts()
            assert len(texts) > 10, (path, scheme)
            faint = [(text, round(ratio, 2)) for text, ratio in texts if ratio < 4.5]
            assert not faint, f"{path}, {scheme}: {faint}"
    browser.complaints()  # of the pages that are errors


@IN_A_BROWSER
@pytest.mark.parametrize("customer", [None, 1])
@pytest.mark.parametrize("path", ["/", "/products", "/products?q=lamp&max_price=20000", "/products?sort=price", "/categories/kitchen",
                                  "/products/film-camera"])
def test_products_begin_in_the_upper_half_of_a_phones_screen(browser, web, path, customer):
    browser.resize((375, 667))
    browser.set_customer(customer)
    browser.open(web.url(path))
    top = browser.run("return document.querySelector('.card, .gallery').getBoundingClientRect().top")
    assert top < 667 / 2, top


@IN_A_BROWSER
def test_what_stands_for_a_missing_picture_is_dark_in_the_dark(browser, web):
    browser.open(web.url("/products/iphone-x"))
    browser.missing_pictures()

    def draw():
        return browser.run("""
            const image = document.querySelector('.gallery img'), pen = new OffscreenCanvas(9, 9).getContext('2d');
            pen.drawImage(image, 0, 0, 9, 9);
            return pen.getImageData(0, 0, 1, 1).data[0]""")

    # A picture takes the new colours on a later frame than the page.
    browser.set_colours("light")
    wait_until(lambda: draw() > 180, 20, "a light picture")
    browser.set_colours("dark")
    wait_until(lambda: draw() < 80, 20, "a dark picture")


@IN_A_BROWSER
def test_light_and_dark_are_not_the_same(browser, web):
    browser.open(web.url("/products"))
    light = browser.style(browser.one("body"), "backgroundColor")
    browser.set_colours("dark")
    assert browser.style(browser.one("body"), "backgroundColor") != light


@IN_A_BROWSER
def test_nothing_comes_from_elsewhere(browser, web):
    for path in PAGES:
        browser.open(web.url(path))
        browser.missing_pictures()
    asked = browser.requests()
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((web.url("/"), "data:"))] == []
    browser.complaints()  # of the pages that are errors


@IN_A_BROWSER
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


@IN_A_BROWSER
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


@IN_A_BROWSER
def test_skip_link_leads_past_the_head(browser, web):
    browser.open(web.url("/products/film-camera"))
    browser.press(Keys.TAB)
    assert browser.focus()["text"] == "Skip to the content"
    browser.press(Keys.ENTER)
    assert browser.focus()["tag"] == "main"
    browser.press(Keys.TAB)
    assert browser.run("return document.querySelector('main').contains(document.activeElement)")


@IN_A_BROWSER
def test_search_from_the_keyboard_finds(browser, web):
    browser.open(web.url("/"))
    browser.press(Keys.TAB, Keys.TAB, Keys.TAB)
    browser.press("tent", Keys.ENTER)
    wait_until(lambda: "q=tent" in browser.driver.current_url, 10, "the search's page")
    assert browser.one("h1").text == "Search: tent"
    assert "Two-person tent" in [card.text for card in browser.find(".card h2")]


@IN_A_BROWSER
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


@IN_A_BROWSER
def test_prices_the_wrong_way_round_are_chosen_again(browser, web):
    """The form is as it was filled in, says in words what is wrong, and works again."""
    browser.open(web.url("/products?sort=price&q=lantern"))
    browser.one("summary").click()
    browser.run("document.querySelector('#min').value = '5000'")
    browser.run("document.querySelector('#max').value = '2000'")
    browser.one(".filter button").click()
    wait_until(lambda: browser.find("[role=alert]"), 10, "what is wrong")
    browser.complaints()  # of the status, which is 400
    assert browser.one("[role=alert]").text.startswith("The lowest list price, €50.00, is above the highest, €20.00.")
    assert browser.one("#min").get_attribute("value") == "5000"
    assert browser.one("#max").get_attribute("value") == "2000"
    assert browser.one("#words").get_attribute("value") == "lantern"
    assert browser.one("#max").is_displayed()
    browser.run("document.querySelector('#min').value = ''")
    browser.run("document.querySelector('#max').value = ''")
    browser.one(".filter button").click()
    wait_until(lambda: [card.text for card in browser.find(".card h2")] == ["Paper lantern, 45 cm"], 10, "the lantern")
    assert "sort=price" in browser.driver.current_url


@IN_A_BROWSER
def test_a_search_of_too_many_words_can_be_shortened(browser, web):
    browser.open(web.url("/products?q=1+2+3+4+5+6+7+8+9"))
    browser.complaints()
    assert "at most 8" in browser.one("[role=alert]").text
    assert browser.one("#search").get_attribute("value") == "1 2 3 4 5 6 7 8 9"


@IN_A_BROWSER
def test_the_search_box_takes_nothing_that_is_refused(browser, web):
    browser.open(web.url("/"))
    browser.run("document.querySelector('#search').value = '東'.repeat(document.querySelector('#search').maxLength)")
    browser.run("document.querySelector('.search').submit()")
    wait_until(lambda: browser.find(".empty"), 10, "the page that found nothing")


@IN_A_BROWSER
@pytest.mark.parametrize("path", ["/nowhere", "/products/nowhere", "/products?limit=0"])
def test_an_error_leads_on(browser, web, path):
    browser.open(web.url(path))
    browser.complaints()
    assert browser.one("#search").is_displayed()
    links = [link.get_attribute("href") for link in browser.find(".problem a")]
    assert web.url("/products") in links and web.url("/") in links


@IN_A_BROWSER
def test_the_fields_of_the_filter_have_names_that_stand_alone(browser, web):
    browser.open(web.url("/products"))
    browser.one("summary").click()
    assert [browser.one(f"#{field}").accessible_name for field in ("words", "category", "tag", "min", "max")] == [
        "Words", "Category", "Tag", "List price from", "List price up to"]


@IN_A_BROWSER
def test_nothing_found_leads_back_to_everything(browser, web):
    browser.open(web.url("/products?q=nothing-like-it"))
    assert browser.one(".empty").text.startswith("Nothing matches all of that.")
    browser.one(".empty a").click()
    wait_until(lambda: browser.find(".card"), 10, "all products")
