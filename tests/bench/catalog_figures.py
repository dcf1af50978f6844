# SPDX-License-Identifier: MIT
"""
The figures of a large catalog: pages of a shop of a million products against those of a thousand, an answer against hello,
loading and unloading all of it. --quick has a hundred thousand in the place of a million.
"""
import functools
import itertools
import random
import re
import shutil
import sqlite3
import statistics
from urllib.parse import urlencode, urlsplit

import measure
import million
from figures import Figure, Result, in_turns, load
from harness import http_client
from harness.catalog import Site
from harness.paths import BIN
from harness.process import run
from harness.workshop import give_to_web
from stage import CUSTOMERS, PAGE, ask, check_every_kind, fill_customers

FEW = 1000

# So many addresses are asked for in turn: more pages than the Catalog keeps (16 MiB of them), so that the one that is asked
# for next was always dropped long ago, and every answer is made from the database.
ADDRESSES = 2048

# The fields that an address may leave out. Those that are most of the bytes are always there.
OPTIONAL = "discount_value,categories,sku,name,currency,tags,images,stock,created_at,updated_at".split(",")


def many(pace):
    """How many products a large shop has."""
    return 1_000_000 if pace.rounds > 2 else 100_000


# ---- Shops ----

class Shop:
    """A database with so many products (million.py) and every customer, made by catalogctl import."""

    def __init__(self, stage, products):
        self.products = products
        self.directory = stage.workshop.new("shop")
        self.file = self.directory / "products.csv"
        self.database = self.directory / "catalog.db"
        with self.file.open("w", encoding="utf-8", newline="") as file:
            million.write(products, file)
        self.imports = [self.load()]
        fill_customers(self.database)

    def load(self):
        """Makes the database anew; what measure.command() says of the import."""
        for path in self.directory.glob("catalog.db*"):
            path.unlink()
        done = run([BIN / "catalogctl", "init", "--currency=EUR", self.database])
        assert done.returncode == 0, done.stderr
        told = measure.command([BIN / "catalogctl", "import", self.file, self.database])
        with sqlite3.connect(self.database) as database:
            assert database.execute("SELECT count(*) FROM product").fetchone() == (self.products,)
        database.close()
        return told

    def stop(self):
        shutil.rmtree(self.directory)


def with_shop(stage, products):
    """The shop with so many products; it is made once."""
    name = f"{products} products"
    if name not in stage.others:
        stage.others[name] = Shop(stage, products)
    return stage.others[name]


def start_shop(stage, products, is_customer=False, path=f"/products?limit={PAGE}"):
    """The Catalog with one process and that shop, behind lighttpd."""
    shop = with_shop(stage, products)
    site = Site(stage.workshop.new("site"), stage.keys, stage.discountd.port, CATALOG_DATABASE=shop.database)
    give_to_web(shop.directory)
    return stage.start_catalog("lighttpd", site, is_customer, path=path)


# ---- Pages, many products ÷ few ----

def some_fields(number):
    """A choice of fields; the first 1,024 are different ones."""
    return ",".join(["slug", "description", "price_in_cents"] + [name for i, name in enumerate(OPTIONAL) if number >> i & 1])


def next_query(front, query):
    """The query string of the page behind this one's."""
    answer = front.web.request(f"/products?{query}")
    [target] = re.findall(r'<([^>]*)>; rel="next"', answer.header("Link"))
    return urlsplit(target).query


def cursors_of_middle(front, products, count):
    """So many cursors, of products side by side in the middle of the order of ids: found by following links."""
    query = "limit=250&fields=id"
    for _ in range(products // 2 // 250):
        query = next_query(front, query)
    found = []
    for _ in range(count):
        cursor = re.search(r"after=([^&]*)", query).group(1)
        query = next_query(front, f"limit=1&fields=id&after={cursor}")
        found.append(cursor)
    return found


def first_pages(_front, _products):
    return (f"fields={some_fields(i)}" for i in itertools.count())


def middle_pages(front, products):
    cursors = cursors_of_middle(front, products, 64)
    return (f"after={cursors[i % 64]}&fields={some_fields(i // 2)}" for i in itertools.count())


def category_pages(_front, _products):
    return (f"category={million.department(i)}&fields={some_fields(i)}" for i in itertools.count())


def price_pages(sort):
    def pages(_front, _products):
        starts = range(million.PRICES[0], million.PRICES[-1] // 10 * 8, 39)
        return (f"min_price={start}&max_price={start + len(million.PRICES) // 10}{sort}" for start in starts)
    return pages


def in_another_case(word, number):
    """The word with other letters as capitals, 64 ways and more: the same search, which was not asked for lately all the same."""
    return "".join(c.upper() if number >> i & 1 else c for i, c in enumerate(word))


def search_pages(word_of):
    """
    The Catalog keeps what it found for the last few dozen searches. A shop of a thousand products has ten rare words, so they
    would always be kept there, and never in the large one: each search is written in another way, and found anew in both.
    """
    def pages(_front, products):
        return (f"q={in_another_case(word_of(i, products), i // 10)}&fields={some_fields(i)}" for i in itertools.count())
    return pages


def rare_word(number, products):
    """The name of one of the shop's lines."""
    return million.line_word(number * 37 % (products // million.PRODUCTS_OF_LINE))


def write_addresses(stage, front, products, pages):
    """A file of paths for wrk, in no order. What is there when some of them are asked for must be whole pages."""
    paths = [f"/products?limit={PAGE}&{query}" for query in itertools.islice(pages(front, products), ADDRESSES)]
    paths = list(dict.fromkeys(paths))
    random.Random(1).shuffle(paths)
    if len(paths) < 1000:
        raise measure.MeasureError(f"only {len(paths)} different addresses")
    for path in paths[::97]:
        answer = front.web.request(path)
        if answer.status != 200 or answer.body.count(b'"slug":') != PAGE:
            raise measure.MeasureError(f"{path} is no page of {PAGE}: {answer.status} {answer.body[:200]}")
    file = stage.workshop.new("addresses") / "paths"
    file.write_text("".join(path + "\n" for path in paths))
    return file


def load_pages(front, addresses, seconds):
    """What figures.load() says, and the mean time of a request."""
    before = measure.cpu_us(front.responders())
    told = measure.http(front.url(), 1, seconds, 0, paths=addresses)
    return {"us": 1e6 / told["per_s"], "cpu_us": (measure.cpu_us(front.responders()) - before) / told["requests"]}


def many_against_few(pages):
    """The mean time of a page that is not kept, of many products ÷ of few; one connection."""
    def look(stage, pace):
        fronts = [(start_shop(stage, products), products) for products in (many(pace), FEW)]
        large, small = ((front, write_addresses(stage, front, products, pages)) for front, products in fronts)
        ours, theirs = in_turns(pace.rounds, lambda: load_pages(*large, pace.seconds), lambda: load_pages(*small, pace.seconds))
        return Result([a["us"] / b["us"] for a, b in zip(ours, theirs)], "{:.0f} / {:.0f} µs, CPU {:.0f} / {:.0f} µs".format(
            *(statistics.median(each[key] for each in results) for key in ("us", "cpu_us") for results in (ours, theirs))))
    return look


# ---- A page beside searches ----

SEARCHED = "steel leather quiet cable screen motor filter travel".split()


def worst_searches():
    """Words that many products have and few have all of, in another order each time, and the beginning of one letter."""
    for words in itertools.permutations([*SEARCHED, million.HALF], 7):
        yield "+".join(words) + "+" + words[0][0]


def beside_searches(stage, pace):
    """The p99 of a page beside four clients that search, each time for something else ÷ with nobody beside it; 8 connections."""
    front = start_shop(stage, many(pace))
    file = stage.workshop.new("searches") / "paths"
    searches = list(itertools.islice(worst_searches(), 5000))
    random.Random(1).shuffle(searches)
    file.write_text("".join(f"/products?limit={PAGE}&q={text}\n" for text in searches))

    searched = []

    def look(is_quiet):
        others = None if is_quiet else measure.http_beside(front.url(), 4, pace.seconds + 1, file)
        told = measure.http(front.url(), 8, pace.seconds, 0)
        if others is not None:
            searched.append(measure.read_beside(others))
        return told

    ours, theirs = in_turns(pace.rounds, lambda: look(False), lambda: look(True))
    if min(searched) == 0:
        raise measure.MeasureError("not one of the searches was answered")
    return Result([a["p99_us"] / b["p99_us"] for a, b in zip(ours, theirs)],
                  "p99 {:.1f} / {:.1f} ms, median {:.1f} / {:.1f} ms, {:.0f} searches/s".format(
                      *(statistics.median(each[key] for each in results) / 1000
                        for key in ("p99_us", "p50_us") for results in (ours, theirs)), statistics.median(searched)))


# ---- The worst page ----

WORDS = ["", million.HALF, f"{million.COMMON} {million.HALF} s", "oak a", "steel leather quiet c", "b"]
FILTERS = {"category": ["", "garden", "garden-3"], "tag": ["", "oak", "lamp"], "min_price": ["", "50000", "99000"]}
SORTS = ["", "id", "name", "price", "-price", "-updated"]
MAY_TAKE_S = 1  # a search that takes more processor time is answered with 503


def combinations():
    """Every combination of words, filters and an order, as a query."""
    for q, sort, *values in itertools.product(WORDS, SORTS, *FILTERS.values()):
        pairs = [("q", q), ("sort", sort), *zip(FILTERS, values)]
        yield urlencode([(name, value) for name, value in pairs if value])


def worst_page(stage, pace):
    """The processor time of the first page that takes most ÷ what it may take. Each is asked for once: the next time it is kept."""
    front = start_shop(stage, many(pace))

    def look(query):
        before = measure.cpu_us(front.responders())
        answer = front.web.request(f"/products?limit={PAGE}&{query}")
        if answer.status != 200:
            raise measure.MeasureError(f"{query}: {answer.status} {answer.body[:200]}")
        return (measure.cpu_us(front.responders()) - before) / 1e6

    taken = {query: look(query) for query in combinations()}
    worst = max(taken, key=taken.get)
    return Result([taken[worst] / MAY_TAKE_S], f"{len(taken)} combinations; {worst}")


# ---- Answers ÷ hello ----

def page_against_hello(is_customer):
    """The same page of 50 of a large shop over and over ÷ hello with the same bytes, 64 connections."""
    def look(stage, pace):
        catalog = start_shop(stage, many(pace), is_customer)
        return against_hello(stage, pace, catalog, is_customer)
    return look


def not_modified_against_hello(stage, pace):
    """A page that the client has already ÷ hello with the same status and header lines."""
    catalog = start_shop(stage, many(pace))
    catalog.headers = [("If-None-Match", ask(catalog, False).header("ETag"))]
    return against_hello(stage, pace, catalog, False)


def against_hello(stage, pace, catalog, is_customer):
    def check():
        if catalog.headers:
            answer = ask(catalog, False)
            assert (answer.status, answer.body) == (304, b""), f"not 304: {answer.status}"
        else:
            check_every_kind(catalog, is_customer)
    hello = stage.start_hello("lighttpd", catalog, is_customer)
    customers = CUSTOMERS if is_customer else 0
    discount = [stage.discountd.pid, *stage.discountd.workers()] if is_customer else []
    check()
    ours, theirs = in_turns(pace.rounds, lambda: load(catalog, 64, pace.seconds, customers, catalog.responders() + discount),
                            lambda: load(hello, 64, pace.seconds, customers, hello.responders()))
    check()
    if catalog.count_degraded():
        raise measure.MeasureError("some answers had no discount because Discount was not reached")
    return Result([a["per_s"] / b["per_s"] for a, b in zip(ours, theirs)],
                  "{:,.0f} / {:,.0f} requests/s, CPU {:.0f} / {:.0f} µs".format(
                      *(statistics.median(each[key] for each in results)
                        for key in ("per_s", "cpu_us") for results in (ours, theirs))))


# ---- All of it in, and out ----

TABLES = ["product", "product_category", "product_tag", "product_image", "product_in"]
TITLED = ("CREATE VIEW product_titled AS SELECT id, CASE name WHEN '' THEN slug ELSE name END AS title, sku, category_words, "
          "description, title_words, other_words FROM product")


class Ceiling:
    """
    What sqlite3's own .import needs for the rows that an import made: each table from a file of exactly its columns, what
    is derived (categories above, folded names) among them; then its indexes, which is faster behind the rows than before
    them, and the search index. What .import does not take: the generated column is a view's, and product.lists, which has
    NULs in it, is a text of the same length.
    """

    def __init__(self, shop):
        self.directory = shop.directory / "rows"
        self.directory.mkdir()
        with sqlite3.connect(shop.database) as database:
            entries = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql <> ''").fetchall()
            schema = {name: sql for _, name, _, sql in entries}
            indexes = [sql for kind, _, table, sql in entries if kind == "index" and table in TABLES]
            columns = {table: [name for [name] in database.execute("SELECT name FROM pragma_table_info(?)", [table])]
                       for table in TABLES}
        database.close()
        columns["product"][columns["product"].index("lists")] = "printf('%.*c', length(lists), 'x')"
        product, generated = re.subn(r",\s*title TEXT GENERATED ALWAYS AS .* VIRTUAL", "", schema["product"])
        search, read = re.subn(r"content = 'product'", "content = 'product_titled'", schema["product_search"])
        product, blobs = re.subn(r"lists BLOB NOT NULL DEFAULT x''", "lists TEXT NOT NULL", product)
        if (generated, blobs, read) != (1, 1, 1) or not indexes:
            raise measure.MeasureError("the schema has changed: see Ceiling")
        self.tables = [product, *(schema[table] for table in TABLES[1:]), TITLED, search]
        self.indexes = indexes
        self._write_files(shop, columns)

    def _write_files(self, shop, columns):
        text = "".join(f".once {self.directory}/{table}.csv\nSELECT {', '.join(columns[table])} FROM {table} ORDER BY 1, 2;\n"
                       for table in TABLES)
        measure.command(["sqlite3", "-bail", "-csv", shop.database], text)

    def load(self):
        """Makes the database; what measure.command() says of it."""
        path = self.directory / "ceiling.db"
        for each in self.directory.glob("ceiling.db*"):
            each.unlink()
        # The journal, the durability and the cache of catalogctl import.
        lines = ["PRAGMA journal_mode = WAL;", "PRAGMA synchronous = FULL;", "PRAGMA cache_size = -16384;"]
        lines += [sql + ";" for sql in self.tables]
        lines += [f".import --csv {self.directory}/{table}.csv {table}" for table in TABLES]
        lines += [sql + ";" for sql in self.indexes]
        lines += ["INSERT INTO product_search (product_search) VALUES ('rebuild');", "PRAGMA wal_checkpoint(TRUNCATE);"]
        told = measure.command(["sqlite3", "-bail", path], "\n".join(lines))
        with sqlite3.connect(path) as database:
            told["products"] = database.execute("SELECT count(*) FROM product").fetchone()[0]
            found = database.execute("SELECT count(*) FROM product_search WHERE product_search MATCH ?", [million.COMMON])
            assert found.fetchone()[0] == told["products"], "not all can be found"
        database.close()
        return told


@functools.cache
def load_in_turns(stage, products, rounds):
    """Imports ÷ .imports of a shop; the one that made the shop counts, too."""
    shop = with_shop(stage, products)
    ceiling = Ceiling(shop)
    theirs = [ceiling.load()]
    for _ in range(rounds - 1):
        theirs.append(ceiling.load())
        shop.imports.append(shop.load())
        fill_customers(shop.database)
    if any(each["products"] != products for each in theirs):
        raise measure.MeasureError("sqlite3 did not import all rows")
    shutil.rmtree(ceiling.directory)
    return shop.imports, theirs


def import_against_sqlite(stage, pace):
    """The speed of an import ÷ that of sqlite3's .import of the same rows."""
    ours, theirs = load_in_turns(stage, many(pace), 2 if pace.rounds > 2 else 1)
    return Result([b["seconds"] / a["seconds"] for a, b in zip(ours, theirs)],
                  "{:.0f} / {:.0f} s, CPU {:.0f} / {:.0f} s".format(
                      *(statistics.median(each[key] for each in results)
                        for key in ("seconds", "cpu_s") for results in (ours, theirs))))


def memory_of_import(stage, pace):
    """The largest peak of the imports."""
    peaks = [each["peak_mib"] for each in with_shop(stage, many(pace)).imports]
    return Result([max(peaks)], f"{len(peaks)} import{'s' if len(peaks) > 1 else ''}", " MiB")


def memory_of_download(stage, pace):
    """The peak of a fresh process that sends the whole catalog."""
    products = many(pace)
    front = start_shop(stage, products)
    pid = max(front.responders(), key=measure.peak_mib)
    before = measure.peak_mib(pid)
    answer = http_client.request(front.web.url("/products.csv"), seconds=600)
    if answer.status != 200 or answer.body.count(b"\r\n") != products + 1:
        raise measure.MeasureError(f"not the whole catalog: {answer.status}, {answer.body[-200:]}")
    return Result([measure.peak_mib(pid)], f"{before:.1f} MiB before; {len(answer.body) / 2**20 / answer.seconds:.0f} MiB/s",
                  " MiB")


def _page(name, bound, pages):
    return Figure(f"page of 50, 1,000,000 ÷ 1,000 products: {name}", bound, many_against_few(pages))


CATALOG_FIGURES = [
    Figure("import of 1,000,000 products ÷ sqlite3 .import, speed", (">=", 0.5), import_against_sqlite),
    Figure("memory (peak) of that import", ("<=", 64), memory_of_import),
    _page("first page", ("<=", 1.5), first_pages),
    _page("in the middle", ("<=", 1.5), middle_pages),
    _page("category", ("<=", 1.5), category_pages),
    _page("price range", ("<=", 1.5), price_pages("")),
    _page("price range, sort=price", None, price_pages("&sort=price")),
    _page("one-word search", ("<=", 1.5), search_pages(rare_word)),
    _page("common-word search", ("<=", 1.5), search_pages(lambda i, products: million.COMMON)),
    _page("search of a word that half have", None, search_pages(lambda i, products: million.HALF)),
    Figure("worst page of 50 of 1,000,000 products, any words, filters and order ÷ 1 s", ("<=", 1), worst_page),
    Figure("p99 of a page beside four clients of the worst searches ÷ quiet", ("<=", 2), beside_searches),
    Figure("anonymous page of 50 ÷ hello, lighttpd, 64 connections", (">=", 0.85), page_against_hello(False)),
    Figure("discounted page of 50 ÷ hello, lighttpd, 64 connections", (">=", 0.60), page_against_hello(True)),
    Figure("304 ÷ hello, lighttpd, 64 connections", (">=", 0.90), not_modified_against_hello),
    Figure("memory (peak) of the responder, /products.csv of 1,000,000 products", ("<=", 32), memory_of_download),
]
