# SPDX-License-Identifier: MIT
"""catalogctl import and export: a file of products goes in whole or not at all, and what comes out goes in again."""
import csv
import io
import json
import os
import pty
import random
import re
import sqlite3
import stat
import subprocess
import threading
import time
import unicodedata

import pytest

from harness.catalog import Catalog, Cgi
from harness.catalogctl import COLUMNS, Database, read_csv, write_csv
from harness.fastcgi import Connection, body_of, get
from harness.paths import BIN, is_sanitized, not_sanitized
from harness.process import environment, run
from harness.shop import EIGHT, change
from harness.workshop import give_to_web


@pytest.fixture
def database(workshop):
    return Database(workshop.new("import"))


@pytest.fixture
def make_database(workshop):
    return lambda *words: Database(workshop.new("import"), *words)


def product(slug, price=100, **more):
    return {"slug": slug, "price_in_cents": price} | more


# ---- What was exported is what goes in ---------------------------------------------------------------------------------

# Each with a text of every plane of Unicode, and with what CSV and lists have a meaning for.
HARD = ['"', '""', ",", "\r\n", "\n", "\r", "\t", " ", "'", "\\", "|", "/", ";", "=1+1", "\ufeff", "\u2028", "\u00a0", "e\u0301",
        "\u202e", "\U0001f600", "%s%n", "--", "NULL", "\x7f", "\x01", "<b>", "&amp;"]


def any_character(chance, plane=None):
    plane = chance.randrange(17) if plane is None else plane
    while True:
        code = plane * 0x10000 + chance.randrange(0x10000)
        if 0xD800 <= code <= 0xDFFF or code == 0:
            continue
        return chr(code)


def any_text(chance, size):
    """Text of at most `size` bytes of UTF-8."""
    text = ""
    while True:
        more = chance.choice(HARD) if chance.random() < 0.4 else any_character(chance)
        if len((text + more).encode()) > size or chance.random() < 0.03:
            return text
        text += more


def any_tag(chance):
    """What an import makes of a tag is NFC with single spaces: text that is so already."""
    text = "".join(chance.choice(["|", "\\", '"', ",", "/", " b ", "é", "汉", "\U0001f600", "\U00020bb7", "x"]) for _ in range(5))
    return " ".join(unicodedata.normalize("NFC", text).split()) or "tag"


def escape(text, special):
    return "".join("\\" + each if each in special else each for each in text)


def any_image(chance):
    url = chance.choice(["/pictures/a.svg", "https://example.net/a|b\\c.png?x=1,2", "http://example.net/%20\"'"]) + str(chance.randrange(9))
    return url, any_text(chance, 60) if chance.random() < 0.7 else ""


TREE = {"all": "", "clothes": "all", "shoes": "clothes", "sale": "", "long-" + "x" * 59: "shoes"}
NAMES = {"all": 'Everything, "all"', "clothes": "Kleider / Röcke | mehr\\", "shoes": "鞋子\n\U0001f45f", "sale": "", "long-" + "x" * 59: "L"}


# No product is in them.
EMPTY = {"garden": "", "pots": "garden", "attic": "all", "long-" + "y" * 59: "shoes"}
TREE |= EMPTY
NAMES |= {"garden": "=Garden/\U0001f33f", "pots": "", "attic": '"', "long-" + "y" * 59: ","}


def way(slug):
    return ([*way(TREE[slug]), slug]) if slug else []


def any_product(chance, number):
    """A product as Python sees it."""
    return {
        "id": number * 3 + chance.randrange(3), "sku": any_text(chance, 80) + f"#{number}" if number % 3 else "",
        "slug": f"product-{number}", "name": any_text(chance, 300), "description": any_text(chance, chance.choice([0, 20, 3000, 60000])),
        "price": (price := chance.choice([0, 1, 99, 2147483647, chance.randrange(2**31)])),
        "categories": sorted(chance.sample(sorted(TREE.keys() - EMPTY), chance.randrange(4))),
        "tags": sorted({any_tag(chance) for _ in range(chance.randrange(4))}, key=str.encode),
        "images": [any_image(chance) for _ in range(chance.randrange(4))],
        "stock": chance.choice(["", "in-stock", "low", "out-of-stock", "preorder", "discontinued"]),
        "created": chance.choice([0, 1, 253402300799, chance.randrange(2**31)]), "updated": chance.choice([0, chance.randrange(1, 2**31)]),
        "compare_at": chance.choice([0, 2147483647 if price < 2147483647 else 0]),
    }


def format_time(seconds):
    if seconds == 0:
        return ""
    if seconds == 253402300799:
        return "9999-12-31T23:59:59Z"
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def to_row(each):
    """The product in our CSV, as catalog/csv.h describes it."""
    ways = [way(slug) for slug in each["categories"]]
    return {
        "id": each["id"], "sku": each["sku"], "slug": each["slug"], "name": each["name"], "description": each["description"],
        "price_in_cents": each["price"], "currency": "EUR", "categories": "|".join("/".join(slugs) for slugs in ways),
        "category_names": "|".join("/".join(escape(NAMES[slug], "\\|/") for slug in slugs) for slugs in ways),
        "tags": "|".join(escape(tag, "\\|") for tag in each["tags"]),
        "images": "|".join(escape(url, "\\| ") + (" " + escape(alt, "\\|") if alt else "") for url, alt in each["images"]),
        "stock": each["stock"], "created_at": format_time(each["created"]), "updated_at": format_time(each["updated"]),
        "compare_at_price_in_cents": each["compare_at"] or "",
        "variants": "",
    }


def to_row_of_categories(slug):
    return {"categories": "/".join(way(slug)), "category_names": "/".join(escape(NAMES[each], "\\|/") for each in way(slug))}


def tree_of(database):
    """The categories in the database: slug, name and the one above."""
    return set(database.ask("SELECT slug, name, parent FROM category"))


def rows_of(database):
    """The products that are in the database, as Python sees them."""
    found = {}
    for row in database.ask("SELECT id, sku, slug, name, description, price_in_cents, stock, created_at, updated_at, "
                            "compare_at_price_in_cents FROM product"):
        names = ["id", "sku", "slug", "name", "description", "price", "stock", "created", "updated", "compare_at"]
        found[row[0]] = dict(zip(names, row)) | {"categories": [], "tags": [], "images": []}
    for number, slug in database.ask("SELECT product_id, category FROM product_category ORDER BY product_id, category"):
        found[number]["categories"].append(slug)
    for number, tag in database.ask("SELECT product_id, tag FROM product_tag ORDER BY product_id, tag"):
        found[number]["tags"].append(tag)
    for number, *image in database.ask("SELECT product_id, url, alt FROM product_image ORDER BY product_id, position"):
        found[number]["images"].append(tuple(image))
    return found


@pytest.fixture(scope="module")
def shop(workshop):
    """Three hundred products with every hard text there is, what was imported, and what is in the database."""
    chance = random.Random(1848)
    products = [any_product(chance, number) for number in range(1, 301)]
    products.append(any_product(chance, 301) | {"name": "".join(any_character(chance, plane) for plane in range(17)) * 7})
    # What is not said of a time is not known; both are said here.
    database = Database(workshop.new("shop"))
    text = write_csv([to_row(each) for each in products] + [to_row_of_categories(slug) for slug in EMPTY], COLUMNS)
    report = database.fill(text)
    assert (report["read"], report["inserted"], report["category_rows"], report["committed"]) == (301, 301, 4, True)
    return products, database


def test_an_imported_file_is_in_the_database_field_by_field(shop):
    products, database = shop
    found = rows_of(database)
    for each in products:
        assert found[each["id"]] == each
    assert len(found) == len(products)
    assert tree_of(database) == {(slug, NAMES[slug], above or None) for slug, above in TREE.items()}
    assert database.ask("SELECT currency FROM shop") == [("EUR",)]
    assert database.is_sound()


def test_a_csv_export_imported_elsewhere_exports_the_same_bytes(shop, make_database):
    _, database = shop
    first = database.export()
    assert {plane for plane in range(17) if any(ord(each) >> 16 == plane for each in first.decode())} == set(range(17))
    other = make_database()
    assert other.fill(first)["inserted"] == 301
    assert other.export() == first
    assert rows_of(other) == rows_of(database)
    assert tree_of(other) == tree_of(database)
    assert other.is_sound()


def test_a_json_lines_export_imported_elsewhere_exports_the_same_bytes(shop, make_database):
    _, database = shop
    first = database.export("--format", "jsonl")
    other = make_database()
    assert other.fill(first)["inserted"] == 301
    assert other.export("--format=jsonl") == first
    assert rows_of(other) == rows_of(database)
    assert tree_of(other) == tree_of(database)
    assert other.ask("SELECT currency FROM shop") == [("EUR",)]
    assert other.export() == database.export()


def test_an_export_for_a_spreadsheet_comes_back_and_no_cell_of_it_runs(shop, make_database):
    _, database = shop
    plain = database.ctl("export", database.path).output
    done = database.ctl("export", "--spreadsheet", database.path)
    assert done.code == 0, done.errors
    assert done.output.startswith("\N{BOM}id,".encode()) and not plain.startswith(b"\xef")
    cells = [cell for row in csv.reader(io.StringIO(done.output.decode("utf-8-sig"), newline=""), strict=True) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert any(cell.startswith("'=") for cell in cells)
    other = make_database()
    assert other.load(done.output).code == 0
    assert other.ctl("export", other.path).output == plain


def test_spreadsheets_take_csv_alone(database):
    done = database.ctl("export", "--spreadsheet", "--format", "jsonl", database.path)
    assert (done.code, done.output) == (64, b"") and "--spreadsheet is for CSV alone" in done.errors


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_into_the_same_catalog_changes_nothing(form, shop):
    _, database = shop
    before, tree, revision = rows_of(database), tree_of(database), database.ask("SELECT revision FROM shop")
    report = database.fill(database.export("--format", form), "--prune")
    assert [report[name] for name in ("read", "unchanged", "inserted", "updated", "deleted", "deleted_categories")] == [
        301, 301, 0, 0, 0, 0]
    assert rows_of(database) == before and tree_of(database) == tree
    assert database.ask("SELECT revision FROM shop") == revision


def test_python_reads_an_exported_file_as_it_was_written(shop):
    products, database = shop
    found = read_csv(database.export())
    rows = {int(row["id"]): row for row in found if row["id"]}
    nothing = dict.fromkeys(COLUMNS, "") | {"currency": "EUR"}
    leaves = sorted(EMPTY.keys() - set(EMPTY.values()))
    assert [row for row in found if not row["id"]] == [nothing | to_row_of_categories(slug) for slug in leaves]
    for each in products:
        assert rows[each["id"]] == {name: str(value) for name, value in to_row(each).items()} | {
            # a list of names that are all empty is nothing
            "category_names": rows[each["id"]]["category_names"]}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_demo_comes_back_with_its_times_unknown(form, make_database):
    demo, other = make_database("--demo"), make_database()
    text = demo.export("--format", form)
    other.fill(text)
    assert other.export("--format", form) == text
    assert rows_of(other) == rows_of(demo)


def test_lines_of_json_are_the_fields_of_the_answers(database):
    database.fill(write_csv([product("shoe", 5, name="Shoe", categories="all/wear/shoes", currency="EUR")], COLUMNS))
    *categories, line = map(json.loads, database.export("--format=jsonl").splitlines())
    assert categories == [{"category": slug, "name": None, "parent": above}
                          for slug, above in [("all", None), ("wear", "all"), ("shoes", "wear")]]
    assert line["slug"] == "shoe" and line["price_in_cents"] == 5 and line["name"] == "Shoe" and line["currency"] == "EUR"
    assert line["categories"] == ["shoes"]
    assert line["sku"] is None and line["tags"] is None


# ---- Insert, update, delete --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
def test_an_answer_of_products_is_read_as_it_is_and_one_that_was_cut_changes_nothing(indent, make_site, discountd, make_database):
    site = make_site(discountd.port)
    change(site, EIGHT)
    cgi = Cgi(site)
    pages = [cgi.request(path, headers=[("X-USER-ID", "1")]).body for path in ("/products?limit=250", "/products?limit=1")]
    if indent:
        pages = [json.dumps(json.loads(page), indent=indent).encode() for page in pages]
    database = make_database()
    for text in (pages[0][:-2], pages[0][:200]):
        done = database.load(text)
        assert done.code == 2 and "cut off" in done.errors
    assert not rows_of(database)
    assert database.load(pages[0]).code == 0
    assert len(rows_of(database)) == len(json.loads(pages[0])) == 11
    done = make_database().load(pages[0] + pages[1])
    assert done.code == 2 and "iphone-x" in done.errors  # it is on both pages


@not_sanitized("AddressSanitizer needs addresses")
def test_a_list_of_any_length_is_read_in_little_memory(database):
    item = json.dumps({"slug": "x", "price_in_cents": 1, "description": "d" * 20_000, "currency": "EUR"})
    path = database.path.parent / "list.json"
    path.write_text("[" + ",".join(item.replace('"x"', f'"x-{number}"') for number in range(2_100)) + "]", encoding="utf-8")
    done = run(["bash", "-c", 'ulimit -v 40000; exec "$@"', "-", BIN / "catalogctl", "import", path, database.path])
    assert done.returncode == 0 and "2100 inserted" in done.stdout, done.stderr


def test_a_product_is_known_by_its_sku_and_a_new_slug_renames_it(database):
    database.fill(write_csv([product("old-name", 100, sku="A-1")]))
    report = database.fill(write_csv([product("new-name", 150, sku="A-1")]))
    assert (report["inserted"], report["updated"]) == (0, 1)
    assert database.ask("SELECT slug, price_in_cents, sku FROM product") == [("new-name", 150, "A-1")]
    assert database.ask("SELECT slug FROM old_slug") == [("old-name",)]


def test_a_product_without_a_known_sku_is_known_by_its_slug(database):
    database.fill(write_csv([product("shoe", 100), product("boot", 100)]))
    report = database.fill(write_csv([product("shoe", 100, sku="S"), product("boot", 90, sku=""), product("hat", 1, sku="H")]))
    assert (report["inserted"], report["updated"], report["unchanged"]) == (1, 2, 0)
    assert database.ask("SELECT slug, sku, price_in_cents FROM product ORDER BY id") == [("shoe", "S", 100), ("boot", "", 90), ("hat", "H", 1)]


def test_what_a_file_does_not_say_stays_and_an_empty_field_is_emptied(database):
    database.fill(write_csv([product("shoe", 100, name="Shoe", description="Warm", tags="a|b", stock="low")]))
    database.fill(write_csv([{"slug": "shoe", "name": "Red shoe", "tags": ""}]))
    assert database.ask("SELECT name, description, price_in_cents, stock FROM product") == [("Red shoe", "Warm", 100, "low")]
    assert database.ask("SELECT tag FROM product_tag") == []


def test_products_say_when_they_were_created_and_changed(database):
    before = int(time.time())
    database.fill(write_csv([product("shoe", 100), product("boot", 100)]))
    [(created, updated)] = set(database.ask("SELECT created_at, updated_at FROM product"))
    assert before <= created == updated <= time.time()
    database.change("UPDATE product SET created_at = 1000, updated_at = 2000")
    database.fill(write_csv([product("shoe", 101), product("boot", 100)]))
    [(shoe_created, shoe_updated), boot] = database.ask("SELECT created_at, updated_at FROM product ORDER BY id")
    assert shoe_created == 1000 and shoe_updated >= before and boot == (1000, 2000)


def test_times_that_are_not_known_stay_so_until_a_product_changes(make_database):
    demo = make_database("--demo")
    rows = read_csv(demo.export())
    before = int(time.time())
    demo.fill(write_csv([rows[0] | {"price_in_cents": "7"}, rows[1], {"slug": "new", "price_in_cents": 1}], COLUMNS))
    times = dict(((slug, (created, updated)) for slug, created, updated in demo.ask("SELECT slug, created_at, updated_at FROM product")))
    changed = times.pop(rows[0]["slug"])
    assert changed[0] == 0 and before <= changed[1] <= time.time()
    assert set(times.values()) == {(0, 0)}


def test_each_time_that_a_file_has_no_column_for_is_now(database):
    before = int(time.time())
    database.fill(b"slug,price,created_at\nshoe,1,\n")
    database.fill(b"slug,price,updated_at\nboot,1,\n")
    [(shoe_created, shoe_updated), (boot_created, boot_updated)] = database.ask("SELECT created_at, updated_at FROM product ORDER BY id")
    assert (shoe_created, boot_updated) == (0, 0) and min(shoe_updated, boot_created) >= before


def test_prune_deletes_what_the_file_does_not_name(database):
    database.fill(write_csv([product(f"p-{n}", 100, sku=f"S-{n}", categories=f"top/c-{n}", tags="t", images="/a.svg") for n in range(20)]))
    kept = [{"sku": f"S-{n}"} for n in range(0, 20, 2)]
    assert database.fill(write_csv(kept))["deleted"] == 0
    report = database.fill(write_csv(kept), "--prune-up-to", "10")
    assert (report["read"], report["unchanged"], report["deleted"], report["deleted_categories"]) == (10, 10, 10, 10)
    assert database.ask("SELECT slug FROM product ORDER BY id") == [(f"p-{n}",) for n in range(0, 20, 2)]
    assert database.ask("SELECT count(*) FROM category") == [(11,)]
    assert database.is_sound()


def test_prune_by_a_file_that_was_cut_off_is_refused(database):
    database.fill(write_csv([product(f"p-{n}", 100) for n in range(100)]))
    before = database.export()
    rows = [product(f"p-{n}", 200) for n in range(79)]
    for words in (["--prune"], ["--prune-up-to", "20"], ["--prune", "--dry-run"]):
        done = database.load(write_csv(rows), *words)
        assert done.code == 2
        assert "21 of the 100 products that are there are not named" in done.errors and "--prune-up-to 21" in done.errors
        assert "nothing was changed" in done.errors
        assert database.export() == before
    new = [product(f"new-{n}", 200) for n in range(50)]  # nor do new ones make up for those that would go
    assert database.load(write_csv(rows + new), "--prune").code == 2
    assert database.fill(write_csv(rows), "--prune-up-to", "21")["deleted"] == 21
    assert database.fill(write_csv(rows[:-9]), "--prune")["deleted"] == 9
    assert database.fill(write_csv(rows[:-9 - 14]), "--prune")["deleted"] == 14  # a fifth of 70


def test_nine_of_ten_products_may_go(database):
    database.fill(write_csv([product(f"p-{n}", 100) for n in range(10)]))
    assert database.fill(write_csv([product("p-0", 100)]), "--prune")["deleted"] == 9


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_of_another_number_of_products_than_expected_is_refused(form, database):
    database.fill(write_csv([product(f"p-{n}", 100, categories="c") for n in range(5)] + [{"categories": "empty"}]))
    text = database.export(f"--format={form}")
    for expected in (4, 6, 0):
        done = database.load(text, "--expect", str(expected))
        assert done.code == 2 and f"the file has 5 products, and {expected} are expected" in done.errors
    assert database.fill(text, "--expect", "5")["unchanged"] == 5


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_no_id_is_used_twice_in_this_database_or_in_one_made_of_its_export(form, database, make_database):
    database.fill(write_csv([product("case", 2500, sku="C"), product("laptop", 99900, sku="L")]))
    assert database.fill(write_csv([{"sku": "C"}]), "--prune")["deleted"] == 1
    copy = make_database()
    copy.fill(database.export(f"--format={form}"))
    assert copy.export(f"--format={form}") == database.export(f"--format={form}")
    for each in (database, copy):
        each.fill(write_csv([product("phone", 990), product("renamed", 99900, sku="L")]))
        assert each.ask("SELECT id, slug FROM product ORDER BY id") == [(1, "case"), (2, "renamed"), (3, "phone")]
        done = each.load(write_csv([product("other", 1, id=2)]))
        assert done.code == 2 and "the id 2 is that of another product" in done.errors
        assert each.is_sound()


@pytest.mark.parametrize("text", [b"slug,price_in_cents\r\n", b"", b"\n"], ids=["header", "empty", "line-end"])
def test_prune_does_not_empty_the_shop_for_a_file_that_names_nothing(text, make_database):
    database = make_database("--demo")
    before = database.export()
    done = database.load(text, "--prune")
    assert done.code == 2 and "nothing was changed" in done.errors
    assert database.export() == before


def test_a_dry_run_says_what_would_be_done_and_does_nothing(database):
    database.fill(write_csv([product(f"p-{n}", 100) for n in range(10)]))
    before = database.export()
    text = write_csv([product(f"p-{n}", 100 if n < 7 else 200, sku="", currency="EUR") for n in range(5, 12)])
    tried = database.fill(text, "--prune", "--dry-run")
    assert database.export() == before and database.ask("SELECT currency FROM shop") == [("",)]
    done = database.fill(text, "--prune")
    assert (tried["committed"], done["committed"]) == (False, True)
    names = ("read", "inserted", "updated", "unchanged", "deleted")
    assert [tried[name] for name in names] == [done[name] for name in names] == [7, 2, 3, 2, 5]


def test_categories_are_made_named_and_moved_by_their_paths(database):
    database.fill(write_csv([product("shoe", 1, categories="clothes/shoes", category_names="Clothes/Shoes")]))
    database.fill(write_csv([product("shoe", 1, categories="all/clothes/shoes", category_names="All/Garments/Shoes")]))
    assert database.ask("SELECT slug, name, parent FROM category ORDER BY slug") == [
        ("all", "All", None), ("clothes", "Garments", "all"), ("shoes", "Shoes", "clothes")]
    assert database.is_sound()


# ---- Currency ----------------------------------------------------------------------------------------------------------


def test_decimal_prices_have_the_decimals_of_the_shops_currency(make_database):
    for currency, text, minor in [("EUR", "12.5", 1250), ("JPY", "1250", 1250), ("KWD", "1.25", 1250)]:
        database = make_database("--currency", currency)
        database.fill(f"slug,price\nshoe,{text}\n".encode())
        assert database.ask("SELECT price_in_cents FROM product") == [(minor,)]
    done = make_database("--currency", "JPY").load(b"slug,price\nshoe,12.50\n")
    assert done.code == 2 and "standard input:2:2: " in done.errors and "12.50" in done.errors


def test_a_shop_without_a_currency_takes_that_of_its_first_file(database):
    database.fill(write_csv([product("shoe", 1, currency="CHF"), product("boot", 1)]))
    assert database.ask("SELECT currency FROM shop") == [("CHF",)]


@pytest.mark.parametrize("rows, why", [
    ([product("a", 1, currency="USD")], ":2:3: the currency is USD; only EUR, the shop's, is allowed"),
    ([product("a", 1, currency="XYZ")], ":2:3: the currency is \"XYZ\""),
], ids=["other", "unknown"])
def test_another_currency_than_the_shops_is_refused(rows, why, make_database):
    done = make_database("--currency=EUR").load(write_csv(rows))
    assert done.code == 2 and why in done.errors


def test_two_currencies_in_one_file_are_refused(database):
    for rows in ([product("a", 1, currency="USD"), product("b", 1, currency="EUR")],
                 [product("a", 1, currency=""), product("b", 1, currency="EUR")]):
        done = database.load(write_csv(rows))
        assert done.code == 2 and "standard input:3:3: the currency is EUR" in done.errors
    assert database.ask("SELECT currency FROM shop") == [("",)]


def test_init_refuses_what_is_no_currency(workshop, database):
    done = database.ctl("init", "--currency", "EURO", workshop.new("init") / "new.db")
    assert done.code == 64 and "EURO" in done.errors and "ISO 4217" in done.errors


# ---- Faults ------------------------------------------------------------------------------------------------------------

# A line of the file, and what is said of it behind the name of the file.
FAULTY = [
    ("a,x,100,,", None),
    ("Größe,x,100,,", '3:1: the slug is "Größe"; 1 to 200 of a-z, 0-9 and single hyphens between them, not digits alone are allowed'),
    ("b,x,12.50,,", '4:3: the price is "12.50"; a whole number of minor units from 0 to 2147483647 is allowed'),
    ("c,x,-1,,", '5:3: the price is "-1"; a whole number of minor units from 0 to 2147483647 is allowed'),
    ("d,x,2147483648,,", "6:3: the price is"),
    ("e,x,1,sold,", '7:4: the stock is "sold"; in-stock, low, out-of-stock, preorder and discontinued are allowed'),
    ("f,x,1,,yesterday", '8:5: created_at is "yesterday"; a time of RFC 3339'),
    ("g,x,1,", "9: the row has 4 fields; 5 are allowed"),
    ('h,"two', None),
    ('lines",1,sold,', '11:4: the stock is "sold"'),
    (",x,1,,", "12:1: the slug is"),
    ("a,again,1,,", '13:1: this product came before: it is "a"'),
    ("new,without a price,,,", "14:3: the price is"),
]


@pytest.fixture
def faulty(database):
    database.fill(write_csv([product("before", 7)]))
    lines = ["slug,name,price_in_cents,stock,created_at", *(line for line, _ in FAULTY)]
    return database, "\n".join(lines).encode() + b"\n"


def test_every_fault_is_told_with_its_place_and_what_is_allowed_and_nothing_changes(faulty):
    database, text = faulty
    before = database.export()
    path = database.path.parent / "shop.csv"
    path.write_bytes(text)
    done = database.ctl("import", path, database.path)
    assert (done.code, done.output) == (2, b"")
    *lines, last = done.errors.splitlines()
    told = [fault for _, fault in FAULTY if fault]
    assert len(lines) == len(told)
    for line, fault in zip(lines, told):
        assert line.startswith(f"{path}:{fault}"), line
    assert last == f"catalogctl import: {path}: {len(told)} faults; nothing was changed"
    assert database.export() == before


def test_faults_are_told_up_to_a_number_and_the_rest_is_counted(faulty):
    database, text = faulty
    done = database.load(text, "--max-faults", "2")
    *lines, last = done.errors.splitlines()
    assert done.code == 2 and len(lines) == 2
    assert last.endswith("11 faults, 9 of them not shown (--max-faults); nothing was changed")
    many = b"slug,price_in_cents\n" + b"".join(b"p-%d,no\n" % n for n in range(250))
    *lines, last = database.load(many).errors.splitlines()
    assert len(lines) == 100 and "250 faults, 150 of them" in last


def test_faults_are_there_for_programs(faulty):
    database, text = faulty
    done = database.load(text, "--json", "--max-faults=3")
    assert done.code == 2
    report = done.report
    assert (report["committed"], report["fault_count"], len(report["faults"])) == (False, 11, 3)
    assert report["faults"][1]["line"] == 4 and report["faults"][1]["column"] == 3 and "12.50" in report["faults"][1]["message"]


# Rows of which the last one cannot go in, and the column that says why; None: the whole row.
STORE_FAULTS = {
    "the-same-twice": ("slug", [product("shoe", 1), product("boot", 1), product("shoe", 2)]),
    "the-same-again": ("slug", [product("shoe", 1, sku="A"), product("boot", 1, sku="B"), product("shoe", 1, sku="A")]),
    "the-same-with-another-sku": ("slug", [product("shoe", 1, sku="A"), product("boot", 1, sku="B"), product("shoe", 2, sku="C")]),
    "no-price": (None, [{"slug": "p-1", "sku": "S-1"}, {"slug": "p-2", "sku": "S-2"}, {"slug": "new", "sku": "X"}]),
    "no-slug": (None, [{"sku": "S-1"}, {"sku": "S-2"}, {"sku": "X"}]),
    "the-id-of-another": ("id", [product("shoe", 1, id=""), product("boot", 1, id=""), product("hat", 1, id=3)]),
    "another-id": ("id", [product("p-1", 1, id=""), product("p-2", 1, id=""), product("p-3", 1, id=77)]),
    "two-places": ("categories", [product("a", 1, categories="x/shoes"), product("b", 1, categories=""),
                                  product("c", 1, categories="y/shoes")]),
    "two-names": ("categories", [product("a", 1, categories="s", category_names="S"), product("b", 1, categories=""),
                                 product("c", 1, categories="s", category_names="T")]),
    "circle": ("categories", [product("a", 1, categories="x/y"), product("b", 1, categories=""), product("c", 1, categories="y/x")]),
    "too-many-categories": ("categories", [
        product("a", 1, categories="/".join(f"a{n}" for n in range(40))),
        product("b", 1, categories="/".join(f"b{n}" for n in range(40))), product("c", 1, categories="a39|b39")]),
}


def write_json_lines(rows):
    """The rows as lines, and the columns of their fields."""
    lines = []
    for row in rows:
        row = {name: value for name, value in row.items() if value != "" and name != "category_names"}
        if "categories" in row:
            row["categories"] = row["categories"].split("|")
        lines.append(json.dumps(row, separators=(",", ":")))
    return "\n".join(lines).encode() + b"\n", {name: lines[-1].find(f'"{name}":') + 1 for name in COLUMNS}


@pytest.fixture
def six(database):
    """A catalog of six products, p-0 to p-5 with the SKUs S-0 to S-5."""
    database.fill(write_csv([product(f"p-{n}", 100, sku=f"S-{n}") for n in range(6)]))
    return database


def assert_refused(database, text, line, column):
    before = database.export()
    done = database.load(text)
    lines = done.errors.splitlines()
    assert done.code == 2 and len(lines) == 2, done.errors
    place = f"{line}:{column}" if column else line
    assert re.match(rf"standard input:{place}: .*\S", lines[0])
    assert database.export() == before


@pytest.mark.parametrize("column, rows", STORE_FAULTS.values(), ids=STORE_FAULTS)
def test_what_contradicts_the_catalog_or_the_file_is_refused_with_its_line_and_column(column, rows, six):
    columns = [name for name in COLUMNS if any(name in row for row in rows)]
    assert_refused(six, write_csv(rows), 4, column and columns.index(column) + 1)


@pytest.mark.parametrize("column, rows", [fault for name, fault in STORE_FAULTS.items() if name != "two-names"],
                         ids=[name for name in STORE_FAULTS if name != "two-names"])
def test_what_contradicts_the_catalog_is_refused_in_json_lines_too(column, rows, six):
    text, columns = write_json_lines(rows)
    assert_refused(six, text, 3, column and columns[column])


def test_a_row_with_nothing_but_a_repeated_sku_is_refused(six):
    six.fill(b"slug,sku\np-1,S-2\n")
    for text, place in ((b"price_in_cents,sku\n1,S-3\n2,S-2\n", "3:2"), (b'{"price_in_cents":1,"sku":"S-2"}\n', "1:21")):
        done = six.load(text)
        assert done.code == 2
        assert f'standard input:{place}: several products have the SKU "S-2"; a slug is needed to tell which' in done.errors


def test_two_names_of_a_category_are_refused_in_json_lines(six):
    assert_refused(six, b'{"category":"s","name":"S"}\n{"name":"T","category":"s"}\n', 2, 13)
    assert_refused(six, b'{"category":"s","parent":null}\n{"slug":"p-1","categories":["t/s"]}\n', 2, 15)


def test_a_missing_price_has_the_column_of_the_price(six):
    done = six.load(b"sku,slug,price_in_cents\nS-1,p-1,1\nX,new,\n")
    assert 'standard input:3:3: the price is ""' in done.errors


@pytest.mark.parametrize("text, why", [
    (b"slug,prize\nshoe,1\n", ':1:2: "prize" is no column; allowed are id, sku, slug'),
    (b"name,price_in_cents\nshoe,1\n", ":1: the header has neither slug nor sku"),
    (b"slug,slug\na,b\n", ":1:2: "),
    (b'slug,price_in_cents\nshoe,"1\n', ":2"),
    (b'{"slug":"shoe","prize":1}\n', ':1:16: "prize" is no field'),
    (b'{"slug":"shoe"\n', ":1:15: "),
    (b'{"slug":"shoe","price_in_cents":"1"}\n', ":1:16: price_in_cents is a text"),
    (b"slug,price_in_cents\n\xff,1\n", ":2:1: the field is not UTF-8"),
    (b"slug,name,price_in_cents\nshoe,a\0b,1\n", ":2:2: the field has a NUL byte"),
    (b"\x89PNG\r\n\x1a\n\0\0", ":1"),
], ids=["column", "key", "twice", "quote", "field", "json", "type", "utf-8", "nul", "no-text"])
def test_a_file_that_is_not_what_it_should_be_is_refused(text, why, make_database):
    database = make_database("--demo")
    before = database.export()
    done = database.load(text)
    assert done.code == 2 and f"standard input{why}" in done.errors
    assert database.export() == before


# ---- Shopify -----------------------------------------------------------------------------------------------------------

SHOPIFY = ["Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Option1 Name",
           "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams",
           "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service",
           "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable", "Variant Barcode",
           "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description", "Variant Image",
           "Variant Weight Unit", "Variant Tax Code", "Cost per item", "Status"]


def shopify_rows():
    first = {"Handle": "linen-shirt", "Title": "Linen shirt", "Body (HTML)": "<p>Cool &amp; light</p>", "Vendor": "Weavers",
             "Product Category": "Apparel & Accessories > Clothing", "Type": "Shirts", "Tags": "summer, linen", "Published": "true",
             "Option1 Name": "Colour", "Option1 Value": "Red", "Option2 Name": "Size", "Option2 Value": "M",
             "Variant SKU": "LS-R-M", "Variant Grams": "200", "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3",
             "Variant Inventory Policy": "deny", "Variant Price": "49.90", "Variant Compare At Price": "59.90",
             "Image Src": "https://cdn.example.net/shirt-1.jpg", "Image Position": "1", "Image Alt Text": "The shirt, from the front",
             "Variant Image": "https://cdn.example.net/shirt-red.jpg", "Gift Card": "false", "Status": "active"}
    second = {"Handle": "linen-shirt", "Option1 Value": "Blue", "Option2 Value": "L", "Variant SKU": "LS-B-L",
              "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "0", "Variant Inventory Policy": "deny",
              "Variant Price": "52", "Image Src": "https://cdn.example.net/shirt-2.jpg", "Image Position": "2",
              "Image Alt Text": "From behind"}
    picture = {"Handle": "linen-shirt", "Image Src": "https://cdn.example.net/shirt-3.jpg", "Image Position": "3"}
    mug = {"Handle": "mug", "Title": 'Mug, "large"', "Type": "shirts", "Published": "true", "Option1 Name": "Title",
           "Option1 Value": "Default Title", "Variant SKU": "MUG", "Variant Price": "9.00", "Status": "active"}
    draft = mug | {"Handle": "secret", "Title": "Secret", "Variant SKU": "SECRET", "Status": "draft"}
    return [first, second, picture, mug, draft]


def shopify_file():
    return write_csv(shopify_rows(), SHOPIFY)


def test_shopifys_products_come_with_their_variants_and_images(make_database):
    database = make_database("--currency=EUR")
    report = database.fill(shopify_file())
    assert (report["format"], report["read"], report["inserted"], report["hidden"]) == ("shopify", 3, 3, 1)
    assert database.ask("SELECT sku, name, price_in_cents, stock FROM product ORDER BY sku") == [
        ("LS-B-L", "Linen shirt - Blue / L", 5200, "out-of-stock"), ("LS-R-M", "Linen shirt - Red / M", 4990, "in-stock"),
        ("MUG", 'Mug, "large"', 900, "in-stock")]
    products = database.products()
    assert sorted(products) == ["linen-shirt-blue-l", "linen-shirt-red-m", "mug"]
    red = products["linen-shirt-red-m"]
    assert red["images"].split("|")[0] == "https://cdn.example.net/shirt-red.jpg"
    assert [image.split(" ")[0][-11:] for image in red["images"].split("|")[1:]] == ["shirt-1.jpg", "shirt-2.jpg", "shirt-3.jpg"]
    assert "The shirt, from the front" in red["images"]
    assert set(red["tags"].split("|")) == {"summer", "linen", "Weavers"}
    assert red["description"].strip() == "Cool & light"
    assert red["categories"] == "apparel-accessories/apparel-accessories-clothing|shirts"
    assert red["category_names"] == "Apparel & Accessories/Clothing|Shirts"
    assert database.is_sound()


def test_shopifys_file_again_changes_nothing_and_can_be_exported(make_database):
    database = make_database("--currency=EUR")
    database.fill(shopify_file())
    report = database.fill(shopify_file(), "--prune", "--format=shopify")
    assert (report["unchanged"], report["updated"], report["deleted"]) == (3, 0, 0)
    other = make_database()
    other.fill(database.export())
    assert other.export() == database.export()


def test_shopifys_faults_have_the_line_and_column_of_their_cell(database):
    rows = shopify_rows()
    rows[1]["Variant Price"] = "fifty"
    rows[3]["Image Src"] = "javascript:alert(1)"
    done = database.load(write_csv(rows, SHOPIFY))
    first, second, _ = done.errors.splitlines()
    assert first.startswith('standard input:3:21: the price is "fifty"')
    assert second.startswith('standard input:5:26: an image\'s address is "javascript:alert(1)"')


def test_a_slug_of_an_older_version_leads_to_the_transliterated_one(make_database):
    database = make_database("--currency=EUR")
    text = "Handle,Title,Variant Price,Type\nłódka,Łódka,9,Łódki\n赤,Red,9,赤い物\n".encode()
    database.fill(text)
    assert database.ask("SELECT name FROM category ORDER BY name") == [("Łódki",), ("赤い物",)]
    database.change("UPDATE product SET slug = 'odka' WHERE slug = 'lodka'; DELETE FROM old_slug")
    report = database.fill(text, "--prune")
    assert (report["updated"], report["unchanged"], report["deleted"]) == (1, 1, 0)
    assert database.ask("SELECT p.slug, o.slug FROM product p JOIN old_slug o ON p.id = o.product_id") == [("lodka", "odka")]
    assert database.is_sound()


def test_repeated_skus_go_in_and_out_and_are_told_once(make_database):
    database = make_database("--currency=EUR")
    rows = shopify_rows()
    rows[3]["Variant SKU"] = rows[1]["Variant SKU"] = rows[0]["Variant SKU"]
    done = database.load(write_csv(rows, SHOPIFY))
    assert done.output.decode().splitlines()[1] == f"{database.path}: 1 SKU is that of several products, which their slugs tell apart"
    report = database.fill(write_csv(rows, SHOPIFY), "--prune")
    assert (report["unchanged"], report["inserted"], report["deleted"], report["repeated_skus"]) == (3, 0, 0, 1)
    for form in ("csv", "jsonl"):
        again, text = make_database(), database.export(f"--format={form}")
        again.fill(text)
        assert again.export(f"--format={form}") == text and again.is_sound()


def test_what_shopify_does_not_sell_any_more_is_taken_off_sale(make_database):
    database = make_database("--currency=EUR")
    rows = shopify_rows()
    database.fill(write_csv(rows, SHOPIFY))
    ids = dict(database.ask("SELECT slug, id FROM product"))
    rows[0]["Status"] = "archived"
    done = database.load(write_csv(rows, SHOPIFY))
    assert ", 2 not on sale, 2 taken off sale; " in done.output.decode()
    assert database.ask("SELECT slug FROM product") == [("mug",)]
    assert (report := database.fill(write_csv(rows, SHOPIFY)))["withdrawn"] == 0 and report["hidden"] == 2
    rows[0]["Status"] = "active"
    assert database.fill(write_csv(rows, SHOPIFY))["inserted"] == 2
    assert dict(database.ask("SELECT slug, id FROM product")) == ids


def test_a_file_that_marks_much_of_the_shop_as_not_on_sale_is_refused(make_database):
    database = make_database("--currency=EUR")

    def write(drafts, others):
        rows = [{"Handle": f"p-{n}", "Title": f"P {n}", "Variant Price": "1", "Status": "draft" if n < drafts else "active"}
                for n in range(drafts + others)]
        return write_csv(rows, ["Handle", "Title", "Variant Price", "Status"])

    database.fill(write(0, 60))
    before = database.export()
    for words in ([], ["--prune"], ["--prune-up-to", "60"], ["--withdraw-up-to", "12"]):
        done = database.load(write(13, 40), *words)
        assert done.code == 2 and done.errors.splitlines()[0].endswith(
            "13 of the 60 products that are there are marked as not on sale and would leave, more than 12; "
            "--withdraw-up-to 13 allows it")
        assert database.export() == before
    assert database.fill(write(12, 41))["withdrawn"] == 12  # a fifth
    report = database.fill(write(30, 5), "--withdraw-up-to", "18")
    assert (report["withdrawn"], report["deleted"]) == (18, 0)


def test_shopifys_words_that_nobody_knows_are_refused(database):
    rows = shopify_rows()
    rows[0] |= {"Status": "weird", "Published": "maybe"}
    before = database.export()
    done = database.load(write_csv(rows, SHOPIFY))
    assert done.code == 2 and database.export() == before
    assert done.errors.splitlines()[:2] == [
        'standard input:2:36: Status is "weird"; active, draft, archived and unlisted are allowed, in small letters or capitals',
        'standard input:2:8: Published is "maybe"; true and false are allowed, in small letters or capitals']


def test_shopifys_handles_of_digits_alone_are_told_from_ids(make_database):
    database = make_database("--currency=EUR")
    text = b"Handle,Title,Variant Price\n1984,Novel,9\n"
    assert database.fill(text, "--dry-run")["digit_handles"] == 1
    done = database.load(text)
    assert (done.code, done.output.decode().splitlines()[1:]) == (
        0, ["standard input: 1 handle is digits alone, as an id is; its slug begins with product-"])
    assert database.ask("SELECT slug FROM product") == [("product-1984",)]
    done = database.load(text + b"451,Novel,9\n")
    assert ": 2 read, 1 inserted, 0 updated, 1 unchanged, 0 deleted; " in done.output.decode()
    assert "standard input: 2 handles are digits alone, as ids are; their slugs begin with product-\n" in done.output.decode()


PASSED_OVER = ["Option1 Name", "Option2 Name", "Variant Grams", "Gift Card"]


def test_a_compare_at_price_goes_in_and_out_and_is_told_when_it_is_dropped(make_database):
    database = make_database("--currency=EUR")
    done = database.load(b"Handle,Title,Variant Price,Variant Compare At Price\na,A,10,15\nb,B,10,10\nc,C,10,\n")
    assert done.output.decode().splitlines()[1:] == [
        "standard input: 1 compare-at price is not above the price, and was dropped"]
    assert database.ask("SELECT compare_at_price_in_cents FROM product ORDER BY id") == [(1500,), (0,), (0,)]
    for form in ("csv", "jsonl"):
        again, text = make_database(), database.ctl("export", f"--format={form}", database.path).output
        again.fill(text)
        assert again.ctl("export", f"--format={form}", again.path).output == text and b"1500" in text


def test_shopifys_columns_that_are_passed_over_are_named(make_database):
    database = make_database("--currency=EUR")
    assert database.fill(shopify_file(), "--dry-run")["passed_over"] == PASSED_OVER
    first, second = database.load(shopify_file()).output.decode().splitlines()
    assert ", 1 not on sale; " in first
    assert second == "standard input: columns that were passed over: " + ", ".join(f'"{name}"' for name in PASSED_OVER)
    assert database.fill(b"slug,price\na,1\n")["passed_over"] == []
    one = database.load(b"Handle,Title,Variant Price,SEO Title\na,A,1,x\n").output.decode()
    assert one.endswith('standard input: a column that was passed over: "SEO Title"\n')


# ---- WooCommerce -------------------------------------------------------------------------------------------------------

WOOCOMMERCE = (
    "ID;Typ;Artikelnummer;Name;Veröffentlicht;Regulärer Preis;Angebotspreis;Übergeordnetes Produkt;Attribut 1 Wert(e);Meta: _x\n"
    "12;variation;T-R;Tee - Rot;1;12,50 €;;TEE;Rot;\n"
    "11;variable;TEE;Tee;1;;;;Rot, Blau;1\n"
    "13;variation;T-B;Tee - Blau;1;1.299,00 €;9,90 €;id:11;Blau;\n"
    "14;simple;MUG;Becher;-1;5 €;;;;\n"
    "15;grouped;SET;Satz;1;;;;;\n").encode()


def test_woocommerces_products_come_with_their_variations(make_database):
    database = make_database()
    report = database.fill(WOOCOMMERCE)
    assert (report["format"], report["read"], report["inserted"], report["hidden"], report["unpriced"]) == ("woocommerce", 2, 2, 1, 1)
    assert report["passed_over"] == ["Meta: _x"]
    assert database.ask("SELECT sku, slug, name, price_in_cents, compare_at_price_in_cents FROM product ORDER BY id") == [
        ("T-R", "tee-rot", "Tee - Rot", 1250, 0), ("T-B", "tee-blau", "Tee - Blau", 990, 129900)]
    done = database.load(WOOCOMMERCE, "--prune")
    assert ", 0 inserted, 0 updated, 2 unchanged, 0 deleted, 1 not on sale, 1 without a price passed over; " in done.output.decode()
    assert done.output.decode().splitlines()[0].endswith("; this is WooCommerce's product export")
    assert database.products()["tee-rot"]["currency"] == "EUR" and database.is_sound()
    assert database.fill(WOOCOMMERCE.replace(b"T-R;Tee - Rot;1", b"T-R;Tee - Rot;0"))["withdrawn"] == 1
    assert database.ask("SELECT slug FROM product") == [("tee-blau",)]


@not_sanitized("AddressSanitizer needs addresses")
def test_variations_far_from_their_parents_are_read_in_little_memory(make_database):
    database = make_database("--currency=EUR")
    path = database.path.parent / "products.csv"
    parents = "".join(f"variable,P-{number},Tee {number},1,,,\n" for number in range(700))
    variations = "".join(f"variation,V-{number},,1,9.50,P-{number % 700},{'d' * 20_000}\n" for number in range(2_100))
    path.write_text("Type,SKU,Name,Published,Regular price,Parent,Description\n" + parents + variations, encoding="utf-8")
    done = run(["bash", "-c", 'ulimit -v 60000; exec "$@"', "-", BIN / "catalogctl", "import", path, database.path])
    assert done.returncode == 0 and "2100 inserted" in done.stdout, done.stderr


def test_a_file_of_another_shop_gets_one_line(database):
    done = database.load(b"Item number,Title,Custom label (SKU),Start price\n1,A,S,5\n2,B,T,6\n")
    assert done.code == 2 and len(done.errors.splitlines()) == 2
    assert "this looks like eBay's listings; --look shows its columns" in done.errors


def test_headings_are_looked_at_mapped_kept_and_forgotten(make_database):
    database = make_database("--currency=EUR")
    path = database.path.parent / "list.csv"
    path.write_text("Nr;Bez;VK\nA1;Tasse;12,50\n", encoding="utf-8")
    look = database.ctl("import", "--look", path, database.path)
    assert look.code == 0 and b'"Bez" -> passed over: "Tasse"' in look.output
    wrong = database.ctl("import", "--map=Bez=nme", path, database.path)
    assert wrong.code == 64 and "fields are slug, sku, name" in wrong.errors
    words = ("--map=Bez=name", "--map=VK=price", "--map=Nr=sku")
    assert b"1 inserted" in database.ctl("import", *words, "--dry-run", path, database.path).output
    assert database.ctl("import", path, database.path).code == 2
    assert b"1 inserted" in database.ctl("import", *words, path, database.path).output
    assert b"1 unchanged" in database.ctl("import", path, database.path).output
    assert b'"VK" -> price (--map): "12,50"' in database.ctl("import", "--look", path, database.path).output
    assert b"no headings are kept" in database.ctl("import", "--forget-map", database.path).output
    assert database.ctl("import", path, database.path).code == 2


# ---- Files, databases, terminals ---------------------------------------------------------------------------------------


def test_the_database_may_be_named_by_the_environment(database):
    assert database.ctl("import", "-", stdin=b"slug,price_in_cents\nshoe,1\n", CATALOG_DATABASE=database.path).code == 0
    assert b"shoe" in database.ctl("export", CATALOG_DATABASE=database.path).output
    for words in (["import", "-"], ["export"]):
        done = database.ctl(*words)
        assert done.code == 64 and "CATALOG_DATABASE" in done.errors and "--help" in done.errors


def test_statistics_are_told_at_the_end(database):
    done = database.load(b"slug,price_in_cents\nshoe,1\nboot,2\n")
    assert done.code == 0 and done.errors == ""
    assert re.fullmatch(rf"{re.escape(str(database.path))}: 2 read, 2 inserted, 0 updated, 0 unchanged, 0 deleted; "
                        r"\d+\.\d s, \d+ rows a second\n", done.output.decode())
    report = database.fill(b"slug,price_in_cents\nshoe,1\n", "--dry-run")
    assert report["dry_run"] is True and report["seconds"] >= 0 and report["rows_per_second"] > 0


def test_the_rate_is_of_all_that_was_read_or_deleted(database):
    database.fill(write_csv([product(f"p-{n}", categories=f"c-{n}") for n in range(1000)]))
    report = database.fill(write_csv([product("p-0")]), "--prune-up-to", "999", "--dry-run")
    assert (report["read"], report["deleted"], report["deleted_categories"]) == (1, 999, 999)
    # Seconds are rounded to thousandths.
    assert 1999 / (report["seconds"] + 0.001) <= report["rows_per_second"] <= 1999 / max(report["seconds"] - 0.001, 0.0001)


def test_one_and_many_are_told_in_their_words(database):
    database.fill(write_csv([product("shoe", categories="a"), product("boot", categories="b"), product("hat", categories="c")]))

    def load(text):
        done = database.load(text, "--prune")
        assert done.code == 0, done.errors
        return done.output.decode()

    assert "2 unchanged, 1 deleted, 1 empty category deleted; " in load(b"slug\nshoe\nboot\n")
    assert "0 deleted, 1 row of categories alone; " in load(b"slug,categories\nshoe,a\nboot,b\n,x\n")
    assert "1 deleted, 2 empty categories deleted; " in load(b"slug\nshoe\n")
    assert "0 deleted, 2 rows of categories alone; " in load(b"slug,categories\nshoe,a\n,x\n,y\n")
    assert "standard input:2: the row has 1 field; 2 are allowed" in database.load(b"slug,name\nshoe\n").errors
    assert "standard input:2: the row has 2 fields; 1 is allowed" in database.load(b"slug\nshoe,x\n").errors
    path = database.path.parent / "one.csv"
    assert database.ctl("export", "--output", path, database.path).output.decode() == f"{path}: 1 product\n"
    lines = database.ctl("check", "--details", database.path).output.decode().splitlines()
    assert lines[0] == f"{database.path}: OK, 1 product, 0 customers, 3 categories"
    assert [line.split(maxsplit=1) for line in lines[2:]] == [
        ["1", "product without a name"], ["0", "products without a category"], ["1", "product without an image"],
        ["1", "product without a stock state"], ["0", "products at a price of 0"], ["2", "categories without a product"]]


def test_images_that_pages_do_not_show_are_counted(database):
    text = write_csv([product("shoe", images="http://example.net/a.png|https://example.net/b.png"), product("boot", images="/c.svg")])
    assert database.fill(text)["http_images"] == 1
    assert database.load(text).output.decode().splitlines()[1:] == [
        "standard input: 1 image is an http: address, which pages do not show"]
    done = database.load(write_csv([product("shoe", images="|".join(f"http://example.net/{n}" for n in range(3)))]))
    assert done.output.decode().splitlines()[1:] == ["standard input: 3 images are http: addresses, which pages do not show"]
    assert database.fill(b"slug\nshoe\n")["http_images"] == 0


@pytest.mark.parametrize("words", [["import", "missing.csv", "catalog.db"], ["import", ".", "catalog.db"], ["import", "-", "missing.db"],
                                   ["export", "missing.db"], ["export", "--output", "missing/x.csv", "catalog.db"]],
                         ids=["no-file", "directory", "no-database", "export", "output"])
def test_what_cannot_be_opened_is_named(words, database):
    done = database.ctl(*words)
    assert done.code == 1 and len(done.errors.splitlines()) == 1
    assert next(word for word in words if word.startswith("missing")) in done.errors if "." not in words else "directory" in done.errors
    assert not (database.path.parent / "missing.db").exists()


def test_a_database_that_somebody_is_writing_is_left_alone(database):
    with sqlite3.connect(database.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        done = database.load(b"slug,price_in_cents\nshoe,1\n")
        other.execute("ROLLBACK")
    other.close()
    assert done.code == 1 and str(database.path) in done.errors
    assert database.ask("SELECT count(*) FROM product") == [(0,)]


def test_an_exported_file_is_there_whole_or_not_at_all(make_database):
    database = make_database("--demo")
    directory = database.path.parent
    path = directory / "shop.csv"
    path.write_text("what was there")
    database.change("CREATE TABLE aside (x); DROP TABLE category")  # cannot be read any more
    assert database.ctl("export", "--output", path, database.path).code == 1
    assert path.read_text() == "what was there"
    other = make_database("--demo")
    done = other.ctl("export", "--output", path, other.path)
    assert (done.code, done.output.decode()) == (0, f"{path}: 3 products\n")
    assert path.read_bytes() == other.export()
    assert stat.S_IMODE(path.stat().st_mode) & 0o200 and not [each for each in directory.iterdir() if each.name.startswith("shop.csv.")]


def test_a_price_below_zero_cannot_be_written_by_hand(make_database):
    database = make_database("--demo")
    with pytest.raises(sqlite3.IntegrityError):
        database.change("UPDATE product SET price_in_cents = -1 WHERE id = 3")
    database.change("PRAGMA ignore_check_constraints = ON; UPDATE product SET price_in_cents = -1 WHERE id = 3")
    done = database.ctl("check", database.path)
    assert done.code == 1 and "CHECK constraint failed in product" in done.errors
    done = database.ctl("export", database.path)
    assert done.code == 1 and "product 3: a number is out of range" in done.errors and b"-1" not in done.output
    # An import that says the price mends it.
    [(slug,)] = database.ask("SELECT slug FROM product WHERE id = 3")
    assert database.fill(write_csv([product(slug, 5)]))["updated"] == 1
    assert database.ctl("check", database.path).code == 0


def test_an_export_that_fails_half_way_leaves_the_file_as_it_was(make_database):
    database = make_database("--demo")
    path = database.path.parent / "shop.csv"
    path.write_text("what was there")
    database.change("PRAGMA ignore_check_constraints = ON; UPDATE product SET price_in_cents = 3000000000 WHERE id = 3")
    done = database.ctl("export", "--output", path, database.path)
    assert done.code == 1 and str(database.path) in done.errors and not done.output
    assert path.read_text() == "what was there"
    assert sorted(each.name for each in path.parent.iterdir() if "shop.csv" in each.name) == ["shop.csv"]


def test_an_export_that_cannot_be_written_fails(make_database):
    database = make_database("--demo")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BIN / "catalogctl", "export", database.path], stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert done.returncode == 1 and b"No space left" in done.stderr


def run_on_terminal(words):
    """Runs a command whose standard error is a terminal; the exit code and what the terminal got."""
    main, side = pty.openpty()
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=side,
                               env=environment(TERM="xterm"))
    os.close(side)
    shown = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(main)
    process.communicate(timeout=60)
    return process.returncode, shown.decode()


def test_a_terminal_sees_the_rate_and_the_time_that_remains_and_then_nothing(database):
    path = database.path.parent / "many.csv"
    path.write_bytes(write_csv([product(f"product-{n}", n, name=f"Product {n}", tags="a|b") for n in range(20000)]))
    code, shown = run_on_terminal([BIN / "catalogctl", "import", path, database.path])
    assert code == 0
    assert re.search(r"\d+ of \d+ products, \d+ a second, \d+ s left", shown)
    assert shown.endswith("\r\033[K")
    assert database.load(path.read_bytes()).errors == ""


def test_check_reports_what_products_lack(database):
    database.fill(write_csv([product("shoe", 0, name="Shoe", categories="a/b"), product("boot", 5, images="/x.svg"), product("hat", 1)]))
    database.fill(b"slug,categories\nshoe,a\n")
    report = json.loads(database.ctl("check", "--json", database.path).output)
    assert report["ok"] is True and report["products"] == 3 and report["categories"] == 2
    assert [report[name] for name in ("without_name", "without_category", "without_image", "without_stock", "price_0",
                                      "empty_categories")] == [2, 2, 2, 3, 1, 1]
    lines = database.ctl("check", "--details", database.path).output.decode().splitlines()
    assert lines[0].endswith("OK, 3 products, 0 customers, 2 categories")
    assert "2 products without a name" in lines[2]


# ---- While the catalog answers -----------------------------------------------------------------------------------------


def generation(price, number):
    """Which import a price is of: prices are generation * 100,000 + number."""
    assert price % 100000 == number
    return price // 100000


def test_the_running_catalog_answers_the_old_catalog_or_the_new_one_and_never_a_mixture(make_site, start):
    site = make_site(1, CATALOG_DEADLINE_MS=300)
    database = Database.__new__(Database)
    database.path = site.var / "catalog.db"
    count = 1000 if is_sanitized() else 4000
    files = [write_csv([product(f"product-{n}", g * 100000 + n, id=n) for n in range(10, 10 + count)]) for g in (1, 2, 3)]
    database.fill(files[0], "--prune")
    give_to_web(site.var)
    catalog = start(Catalog, site, CATALOG_PROCESSES=2)
    answers, is_over = [], threading.Event()

    def ask():
        while not is_over.is_set():
            began = time.monotonic()
            with Connection(catalog.socket_path) as connection:
                connection.send(get("/products"))
                products = json.loads(body_of(connection.answer()))
            answers.append((began, time.monotonic(), {generation(each["price_in_cents"], each["id"]) for each in products}))

    asking = threading.Thread(target=ask)
    asking.start()
    committed = []
    try:
        for text in files[1:]:
            assert database.fill(text)["updated"] == count
            committed.append(time.monotonic())
            seen = len(answers)
            while len(answers) < seen + 20 and asking.is_alive():
                time.sleep(0.01)
    finally:
        is_over.set()
        asking.join(10)
    assert all(len(generations) == 1 for _, _, generations in answers)
    order = [min(generations) for _, _, generations in answers]
    assert order == sorted(order) and set(order) == {1, 2, 3}
    for began, _, generations in answers:
        assert min(generations) >= 1 + sum(began > instant for instant in committed)
    # It was asked while the import was at work, not only before and behind it.
    assert order.count(1) > 3
