# SPDX-License-Identifier: MIT
"""
Paging over random catalogs, by the links as a program follows them: each product once, in order, whatever is sorted by and
filtered; also while others change the catalog between one page and the next. A model in Python says what is right.
"""
import json
import random
import re
import shutil
import sqlite3
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from harness.catalog import Site
from harness.catalogctl import write_csv
from harness.paths import BIN
from harness.process import as_user, run
from harness.webserver import Lighttpd
from harness.workshop import give_to_web, web_user

SORTS = ["id", "name", "price", "-price", "-updated"]
TREE = {"home": None, "kitchen": "home", "pans": "kitchen", "garden": "home", "music": None}
NAMES = "Mug Été école Äpfel apple Zebra zèbre lamp Lamp box ñandú mill MILL 12 7".split()
WORDS = "steel oak cotton blue green heavy light small".split()
FOLDED = str.maketrans("éèÉÄñú", "eeeanu")


# ---- The model --------------------------------------------------------------------------------------------------------


def fold(text):
    return text.translate(FOLDED).lower()


def make_product(random_, number):
    """A product with few different names, prices and times, so that many are the same."""
    return {"id": number, "slug": f"p-{number}", "sku": f"S-{number}" if random_.random() < 0.8 else "",
            "name": " ".join(random_.choices(NAMES, k=random_.choice([1, 1, 2]))),
            "description": " ".join(random_.sample(WORDS, 3)), "price": random_.choice([0, 5, 5, 100, 2147483647,
                                                                                       random_.randrange(1000)]),
            "updated": random_.choice([0, 1600000000, random_.randrange(1, 2000000000)]),
            "categories": random_.sample(list(TREE), random_.choice([0, 1, 1, 2])),
            "tags": random_.sample(["new", "red", "été"], random_.choice([0, 1, 2]))}


def ways_up(category):
    while category:
        yield category
        category = TREE[category]


def has_phrase(words, phrase, is_beginning):
    """Whether the words have these side by side, the last perhaps as the beginning of one."""
    for i in range(len(words) - len(phrase) + 1):
        some = words[i:i + len(phrase)]
        if some[:-1] == phrase[:-1] and (some[-1] == phrase[-1] or (is_beginning and some[-1].startswith(phrase[-1]))):
            return True
    return False


def is_found(product, above, text):
    """Search: what has no space in it is a phrase. Categories have no names here, so search has their slugs."""
    fields = [re.findall(r"\w+", fold(field)) for field in
              (product["name"], product["description"], product["sku"], *above)]
    phrases = [re.findall(r"\w+", fold(word)) for word in text.split()]
    return all(any(has_phrase(field, phrase, phrase is phrases[-1]) for field in fields) for phrase in phrases)


def matches(product, filters):
    """Whether the product is what these parameters ask for."""
    above = {each for category in product["categories"] for each in ways_up(category)}
    return ("category" not in filters or filters["category"] in above) and \
        ("tag" not in filters or filters["tag"] in product["tags"]) and \
        filters.get("min_price", 0) <= product["price"] <= filters.get("max_price", 2**31) and \
        ("q" not in filters or is_found(product, above, filters["q"]))


KEYS = {
    "id": lambda product: product["id"],
    "name": lambda product: (fold(product["name"]).encode(), product["id"]),
    "price": lambda product: (product["price"], product["id"]),
    "-price": lambda product: (-product["price"], -product["id"]),
    "-updated": lambda product: (-product["updated"], -product["id"]),
}


def expected(products, filters, sort):
    return [product["id"] for product in sorted(filter(lambda each: matches(each, filters), products), key=KEYS[sort])]


def random_filters(random_):
    some = {
        "category": random_.choice(["home", "kitchen", "pans", "garden", "music", "attic"]),
        "tag": random_.choice(["new", "red", "été"]),
        "q": random_.choice(["steel", "oak blue", "ete", "ÉTÉ", "la", "s-1", "kitchen", "mill small", "heavy lamp"]),
        "min_price": random_.choice([1, 5, 300]),
        "max_price": random_.choice([5, 600, 2147483647]),
    }
    chosen = {name: some[name] for name in random_.sample(list(some), random_.choice([0, 1, 1, 2, 3]))}
    if chosen.get("max_price", 2**31) < chosen.get("min_price", 0):
        del chosen["min_price"]
    return chosen


# ---- The database, changed by others ----------------------------------------------------------------------------------


class Shop:
    """A running Catalog, and its database as somebody else changes it."""

    def __init__(self, site, web):
        self.site, self.web = site, web
        self.database = sqlite3.connect(site.var / "catalog.db", isolation_level=None, timeout=20)
        self.products = {}

    def fill(self, products):
        """These products and no others, whatever ids they have."""
        self.database.execute("BEGIN")
        self.database.execute("DELETE FROM product")
        self.database.execute("DELETE FROM former_product")
        known = {slug for [slug] in self.database.execute("SELECT slug FROM category")}
        self.database.executemany("INSERT INTO category (slug, parent) VALUES (?, ?)",
                                  [row for row in TREE.items() if row[0] not in known])
        self.products = {}
        for product in products:
            self.insert(product)
        self.database.execute("COMMIT")

    def insert(self, product):
        self.products[product["id"]] = product
        self.database.execute(
            "INSERT INTO product (id, slug, sku, name, description, price_in_cents, updated_at) "
            "VALUES (:id, :slug, :sku, :name, :description, :price, :updated)", {
                name: value for name, value in product.items() if not isinstance(value, list)})
        self.database.executemany("INSERT INTO product_category VALUES (?, ?)",
                                  [(product["id"], category) for category in product["categories"]])
        self.database.executemany("INSERT INTO product_tag VALUES (?, ?)", [(product["id"], tag) for tag in product["tags"]])

    def delete(self, number):
        del self.products[number]
        self.database.execute("DELETE FROM product WHERE id = ?", [number])

    def ask(self, query):
        answer = self.web.request(f"/products?{query}")
        assert answer.status == 200, answer.body
        return answer

    def refusal(self, query):
        """The problem that this query is."""
        answer = self.web.request(f"/products?{query}")
        assert (answer.status, answer.header("Content-Type")) == (400, "application/problem+json"), answer.body
        return json.loads(answer.body)


@pytest.fixture(scope="module")
def shop(workshop, keys, discountd):
    """Behind lighttpd, two processes, each with pages that it keeps."""
    site = Site(workshop.new("paging"), keys, discountd.port)
    web = Lighttpd(site, "fastcgi.conf")
    made = Shop(site, web)
    give_to_web(site.path)
    yield made
    made.database.close()
    web.stop()


@pytest.fixture
def random_():
    """The same in every run."""
    return random.Random(20240229)


# ---- Following links --------------------------------------------------------------------------------------------------


def print_query(filters, sort=None, **more):
    parameters = filters | ({"sort": sort} if sort else {}) | more
    return "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items())


def links(answer):
    return {rel: urlsplit(target).query
            for target, rel in re.findall(r'<([^>]*)>; rel="(next|prev|first)"', answer.header("Link") or "")}


def ids(answer):
    return [product["id"] for product in json.loads(answer.body)]


def walk(shop, query, rel="next", between=lambda answer: None):
    """The pages from this query on; between two of them between(the last one) is called."""
    answers = [shop.ask(query)]
    while rel in links(answers[-1]):
        assert len(answers) < 1000, "it goes round"
        between(answers[-1])
        answers.append(shop.ask(links(answers[-1])[rel]))
    return answers


def flat(pages):
    return [number for page in pages for number in page]


# ---- A catalog that stands still --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_pages_have_each_product_once_in_order_there_and_back(shop, seed):
    random_ = random.Random(seed)
    shop.fill(make_product(random_, number) for number in random_.sample(range(1, 2**31), random_.choice([60, 150])))
    for sort in SORTS:
        for filters in [{}, *(random_filters(random_) for _ in range(6))]:
            right, limit = expected(shop.products.values(), filters, sort), random_.choice([1, 7, 20])
            if len(right) > 30 * limit:
                limit = 20
            pages = walk(shop, print_query(filters, sort, limit=limit, fields="id"))
            assert flat(map(ids, pages)) == right, (filters, sort)
            assert all(len(ids(page)) == limit for page in pages[:-1])
            assert "prev" not in links(pages[0])
            back = walk(shop, links(pages[-1])["prev"], "prev") if len(pages) > 1 else []
            assert flat(map(ids, [*back[::-1], pages[-1]])) == right, (filters, sort)
            if len(pages) > 1:
                assert ids(shop.ask(links(pages[-1])["first"])) == right[:limit]
                assert ids(back[-1]) == right[:limit] and links(back[-1]).get("next")


def test_a_search_by_rank_has_the_same_order_in_pages_of_any_length(shop, random_):
    shop.fill(make_product(random_, number) for number in random_.sample(range(1, 10**6), 200))
    for words in ["steel", "lamp", "oak blue", "ete", "home", "s-1"]:
        whole = ids(shop.ask(print_query({"q": words}, limit=250, fields="id")))
        assert sorted(whole) == expected(shop.products.values(), {"q": words}, "id")
        for limit in (3, 10):
            pages = walk(shop, print_query({"q": words}, limit=limit, fields="id"))
            assert flat(map(ids, pages)) == whole
            if len(pages) > 1:
                back = walk(shop, links(pages[-1])["prev"], "prev")
                assert flat(map(ids, [*back[::-1], pages[-1]])) == whole


def test_a_total_is_that_of_all_pages(shop, random_):
    shop.fill(make_product(random_, number) for number in range(1, 120))
    for sort in SORTS:
        for filters in [{}, *(random_filters(random_) for _ in range(8))]:
            total = str(len(expected(shop.products.values(), filters, sort)))
            answer = shop.ask(print_query(filters, sort, limit=5, count=1))
            assert answer.header("X-Total-Count") == total, (filters, sort)
            if "next" in links(answer):
                assert shop.ask(links(answer)["next"]).header("X-Total-Count") == total


# ---- A catalog that others change -------------------------------------------------------------------------------------


class Others:
    """Somebody who inserts and removes products, some of them those that a reader has just seen; some products stay."""

    def __init__(self, shop, random_, numbers):
        self.shop, self.random = shop, random_
        self.numbers = numbers  # those of products to come
        self.stay = set(random_.sample(sorted(shop.products), len(shop.products) // 2))
        self.ever = dict(shop.products)
        self.gone = set()

    def change(self, answer):
        """A few changes, in one transaction. The products at the ends of the page, where cursors stand, often go."""
        seen = ids(answer)
        assert not self.gone.intersection(seen), "what was removed is shown"
        ends = [number for number in (seen[0], seen[-1]) if self.random.random() < 0.7]
        some = self.random.sample(sorted(self.shop.products), min(3, len(self.shop.products)))
        self.shop.database.execute("BEGIN")
        for number in {*ends, *some} - self.stay:
            self.shop.delete(number)
            self.gone.add(number)
        for _ in range(3):
            self.shop.insert(make_product(self.random, next(self.numbers)))
        self.shop.database.execute("COMMIT")
        self.ever.update(self.shop.products)


def numbers_without_order(random_):
    seen = set()
    while True:
        number = random_.randrange(1, 2**31)
        if number not in seen:
            seen.add(number)
            yield number


def check_walk(visited, others, filters, sort):
    """No product twice, none that stayed is missed, all in order."""
    assert len(visited) == len(set(visited)), "a product came twice"
    stayed = [number for number in expected(others.ever.values(), filters, sort) if number in others.stay]
    assert [number for number in visited if number in others.stay] == stayed
    assert all(matches(others.ever[number], filters) for number in visited)
    assert visited == sorted(visited, key=lambda number: KEYS[sort](others.ever[number]))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("rel", ["next", "prev"])
def test_nobody_is_met_twice_or_missed_while_others_come_and_go(shop, random_, sort, rel):
    numbers = numbers_without_order(random_)
    for filters in [{}, {"category": "home"}, {"category": "kitchen", "max_price": 600}, {"tag": "red"},
                    {"min_price": 5, "max_price": 900}, {"q": "steel"}, {"q": "la", "category": "home"}]:
        shop.fill(make_product(random_, next(numbers)) for _ in range(120))
        query, rest = print_query(filters, sort, limit=6, fields="id"), []
        if rel == "prev":
            last = walk(shop, query)[-1]
            query, rest = links(last)["prev"], ids(last)
        others = Others(shop, random_, numbers)
        pages = [ids(answer) for answer in walk(shop, query, rel, others.change)]
        check_walk(flat(pages if rel == "next" else [*pages[::-1], rest]), others, filters, sort)


@pytest.mark.parametrize("count", [300, 1300], ids=["all-ranked", "more-than-are-ranked"])
def test_a_search_by_rank_meets_each_once_while_others_come_and_go(shop, random_, count):
    numbers = numbers_without_order(random_)
    shop.fill(make_product(random_, next(numbers)) | {"description": random_.choice(["steel", "steel cotton steel"])}
              for _ in range(count))
    others = Others(shop, random_, numbers)
    pages = walk(shop, "q=steel&limit=50&fields=id", between=others.change)
    visited = flat(map(ids, pages))
    assert len(visited) == len(set(visited)), "a product came twice"
    assert others.stay <= set(visited), "one that stayed was missed"
    assert all(matches(others.ever[number], {"q": "steel"}) for number in visited)


def test_nobody_is_met_twice_or_missed_while_a_file_is_imported(shop, random_):
    """Every page is of another import, each of which prunes what is not in it."""
    shop.fill([])
    stay = [{"slug": f"stays-{i}", "name": f"n {i % 7}", "price_in_cents": i % 5 * 100} for i in range(90)]
    others = ({"slug": f"other-{i}", "name": f"n {i % 9}", "price_in_cents": i % 6 * 90} for i in range(10**6))

    # As the owner of the database, whom the web server runs it as, too.
    command = shutil.copy(BIN / "catalogctl", shop.site.path)

    def load(_answer):
        rows = stay + [next(others) for _ in range(20)]
        random_.shuffle(rows)
        done = run([*as_user(web_user()), command, "import", "--prune", "-", shop.site.var / "catalog.db"],
                   stdin=write_csv(rows, ["slug", "name", "price_in_cents"]).decode())
        assert done.returncode == 0, done.stderr
    for sort in ["id", "name", "-price"]:
        load(None)
        pages = walk(shop, f"sort={sort}&limit=30&fields=slug,name,price_in_cents", between=load)
        visited = flat([product["slug"] for product in json.loads(answer.body)] for answer in pages)
        assert len(pages) > 3 and len(visited) == len(set(visited))
        assert {row["slug"] for row in stay} <= set(visited)


# ---- Cursors ----------------------------------------------------------------------------------------------------------

QUERIES = ["sort=id", "sort=name", "sort=price", "sort=-price", "sort=-updated", "q=steel", "q=steel&sort=price", "q=oak",
           "category=home", "category=kitchen", "tag=new", "min_price=5", "min_price=6", "max_price=5000",
           "min_price=5&max_price=5000", "category=home&sort=price"]
REFUSED = "urn:catalog:problem:wrong-parameter"


@pytest.fixture
def cursors(shop, random_):
    """A cursor of each query."""
    shop.fill(make_product(random_, number) | {"categories": ["pans"], "tags": ["new"], "description": "steel oak",
                                               "price": 7 + number} for number in range(1, 20))
    found = {}
    for query in QUERIES:
        found[query] = dict(parse_qsl(links(shop.ask(f"{query}&limit=3"))["next"]))["after"]
    return found


def test_a_cursor_of_another_query_is_refused(shop, cursors):
    assert len(set(cursors.values())) == len(QUERIES)
    for query in QUERIES:
        for other, cursor in cursors.items():
            for name in ("after", "before"):
                if query == other:
                    shop.ask(f"{query}&{name}={cursor}")
                    continue
                problem = shop.refusal(f"{query}&{name}={cursor}")
                assert (problem["type"], problem["parameter"]) == (REFUSED, name)
                assert "another query" in problem["detail"]


def test_what_is_shown_may_change_on_the_way(shop, cursors):
    right = ids(shop.ask("sort=price&limit=250"))[3:]
    for more in ["", "&limit=1", "&limit=250", "&fields=slug", "&count=1"]:
        answer = shop.ask(f"sort=price&after={cursors['sort=price']}{more}")
        assert ids(answer) == (right[:1] if "limit=1" == more[1:] else right)


def test_a_cursor_with_one_letter_changed_is_refused(shop, cursors):
    for query in ("sort=id", "sort=name", "q=steel"):
        cursor = cursors[query]
        for i, letter in enumerate(cursor):
            for other in {"A", "B", "-", "_", "9", "*", "%20"} - {letter}:
                problem = shop.refusal(f"{query}&after={cursor[:i]}{other}{cursor[i + 1:]}")
                assert (problem["type"], problem["parameter"]) == (REFUSED, "after")


def test_a_cursor_of_another_length_is_refused(shop, cursors):
    for query in ("sort=id", "sort=name", "q=steel"):
        cursor = cursors[query]
        for other in [*(cursor[:i] for i in range(len(cursor))), *(cursor[i:] for i in range(1, len(cursor))), cursor + "A",
                      cursor + "AAAA", cursor + "=", cursor * 2, cursor + "." + cursor, "A" * 3000]:
            problem = shop.refusal(f"{query}&after={other}")
            assert (problem["type"], problem["parameter"]) == (REFUSED, "after")


def test_a_cursor_of_another_shop_is_refused(shop, cursors, make_site, discountd, start):
    site = make_site(discountd.port)
    other = Shop(site, start(Lighttpd, site, "fastcgi.conf"))
    cursor = dict(parse_qsl(links(other.ask("limit=1"))["next"]))["after"]
    other.database.close()
    assert shop.refusal(f"after={cursor}")["parameter"] == "after"
    assert other.refusal(f"after={cursors['sort=id']}")["parameter"] == "after"


def test_two_cursors_are_refused(shop, cursors):
    cursor = cursors["sort=id"]
    assert shop.refusal(f"after={cursor}&before={cursor}")["parameter"] == "before"
    assert shop.refusal(f"after={cursor}&after={cursor}")["parameter"] == "after"
