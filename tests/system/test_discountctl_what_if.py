# SPDX-License-Identifier: MIT
"""discountctl explain, preview and lint: why a price is what it is, what it would be, and what makes no sense."""
import shutil

import pytest

from harness.catalogctl import Database
from harness.discount import Discountd
from harness.discountctl import CTL, PRODUCTS, RULES, Ctl, rule_file
from harness.process import run

PRODUCT_BLOCKS = ["product 1 iphone-x", "product 2 notebook-avell-g1511", "product 3 playstation-4-slim"]
FRIDAY = ["--at", "2096-11-27T12:00", "--zone", "Europe/Berlin"]


@pytest.fixture(scope="module")
def served(workshop, keys):
    server = Discountd(workshop.new("discountd"), keys)
    yield Ctl(workshop.new("ctl"), keys, server.port)
    server.stop()


@pytest.fixture
def ctl(served):
    served.load()
    served.file("products.csv", PRODUCTS)
    return served


def add(ctl, *blocks):
    ctl.ok("import", "-", stdin=rule_file(*blocks))


def explain(ctl, *words):
    return ctl.ok("explain", *words)


# ---- Explain ----

def test_the_winner_and_its_arithmetic(ctl):
    said = explain(ctl, "1", "iphone-x", "--price", "999")
    assert "contract: 999 becomes 899" in said
    assert 'won   demo "10 % off everything for customer 1": 10 % off 999 is 899.1, rounded down: 899' in said
    assert said.endswith("price      899, 10 % below the list price\n")


def test_a_product_by_its_id(ctl):
    assert explain(ctl, "1", "3", "--price", "1000").endswith("price      900, 10 % below the list price\n")


def test_a_product_that_rules_do_not_know_is_named_by_id_alone(ctl):
    assert "price      900" in explain(ctl, "1", "4711", "--price", "1000")
    assert ctl.run("explain", "1", "nothing", "--price", "1000").returncode == 3


def test_nobody_in_particular_pays_the_list_price(ctl):
    said = explain(ctl, "0", "iphone-x", "--price", "1000")
    assert "nobody in particular" in said and said.endswith("price      1000, the list price\n")


def test_nobody_in_particular_is_no_visitor_of_the_shop(ctl):
    """A rule for everybody has a price for customer 0; the Catalog shows it to customers whom it knows and to nobody else."""
    said = explain(ctl, "0", "iphone-x", "--price", "1000", "--category", "phones", *FRIDAY)
    told = "nobody in particular; visitors whom the Catalog does not know see list prices, whatever the rules say\n"
    assert said.startswith("customer   " + told)
    assert told not in explain(ctl, "1", "iphone-x", "--price", "1000")


def test_lanes_follow_each_other(ctl):
    said = explain(ctl, "1", "iphone-x", "--price", "1000", "--category", "phones", *FRIDAY)
    assert "contract: 1000 becomes 900" in said and "sale: 900 becomes 720" in said
    assert "in vip" in said


def test_a_window_is_told_in_its_own_zone(ctl):
    said = explain(ctl, "1", "iphone-x", "--price", "1000", "--category", "phones", "--at", "2096-11-20")
    assert "its window begins at 2096-11-27 Europe/Berlin" in said
    said = explain(ctl, "1", "iphone-x", "--price", "1000", "--category", "phones", "--at", "2096-12-20")
    assert "its window was over at 2096-12-01 Europe/Berlin" in said


def test_the_instant_is_told_in_utc_and_in_the_zone_asked_for(ctl):
    said = explain(ctl, "1", "iphone-x", "--price", "1000", *FRIDAY)
    assert "2096-11-27 11:00:00 UTC, 2096-11-27T12:00 Europe/Berlin" in said


@pytest.mark.parametrize(("block", "words", "said"), [
    ("percent 5", ["1"], "out-priced: would come to 950, winner 900"),
    ("percent 10\n    priority -1", ["1"], "comes to 900 as well, and the winner's priority of 0 is higher"),
    ("percent 10", ["1"], "comes to 900 with the same priority as well, and the winner's key is lower"),
    ("percent 50\n    disabled", ["1"], "it is disabled"),
    ("percent 50\n    audience customer 5", ["1"], "it is for other customers"),
    ("percent 50\n    include category tv", ["1"], "it is for other products"),
    ("percent 50\n    exclude product iphone-x", ["1"], "it excludes this product"),
    ("percent 50\n    minimum 1001", ["1"], "it applies from a list price of 1001, and this is 1000"),
    ("price 1000", ["1"], "it would not lower the price: would come to 1000"),
])
def test_each_loser_and_why_it_lost(ctl, block, words, said):
    add(ctl, f'rule loser "The one"\n    lane contract\n    {block}')
    lines = explain(ctl, *words, "iphone-x", "--price", "1000").splitlines()
    assert f'  lost  loser "The one": {said}' in lines


def test_an_exclusive_winner(ctl):
    add(ctl, 'rule only "Only"\n    lane contract\n    amount 500\n    exclusive')
    said = explain(ctl, "1", "iphone-x", "--price", "1000", "--category", "phones", *FRIDAY)
    assert "500 off 1000 is 500; it is exclusive: later lanes are not evaluated" in said
    assert "sale: not evaluated, because an exclusive rule won before" in said


def test_a_floor_holds(ctl):
    add(ctl, 'rule cheap "Cheap"\n    lane contract\n    price 100')
    said = explain(ctl, "1", "iphone-x", "--price", "1000")
    assert "the price is 100; the product's floor of 500 holds it at 500" in said


def test_zero_holds(ctl):
    add(ctl, 'rule cheap "Cheap"\n    lane contract\n    amount 5000')
    said = explain(ctl, "1", "playstation-4-slim", "--price", "1000")
    assert "5000 off 1000 is -4000; no price goes below zero" in said


def test_at_a_floor_or_at_zero_no_rule_wins(ctl):
    add(ctl, 'rule cheap "Cheap"\n    lane contract\n    amount 999\n\nrule more "More"\n    lane sale\n    amount 1')
    said = explain(ctl, "5", "iphone-x", "--price", "1000")
    assert "sale: no rule applies, the price stays 500\n" in said
    assert '  lost  more "More": the price is at the product\'s floor of 500, or below it\n' in said
    said = explain(ctl, "5", "playstation-4-slim", "--price", "999")
    assert '  lost  more "More": nothing is left to pay\n' in said
    assert "price      0, 100 % below the list price" in said


def test_only_what_is_free_is_100_percent_below(ctl):
    add(ctl, 'rule cheap "Cheap"\n    lane contract\n    price 1')
    said = explain(ctl, "5", "playstation-4-slim", "--price", "2147483647")
    assert "price      1, over 99.99 % below the list price" in said


def test_a_cap_holds(ctl):
    add(ctl, 'rule capped "Capped"\n    lane contract\n    percent 50\n    cap 120')
    assert "50 % off 1000 is 500; its cap takes 120 off at most: 880" in explain(ctl, "1", "iphone-x", "--price", "1000")


def test_a_price_list_says_its_price(ctl):
    assert "its price list says 900" in explain(ctl, "77", "iphone-x", "--price", "1000")


def test_losers_that_are_not_listed_are_counted(ctl):
    add(ctl, *[f'rule other-{i:02}x "Other"\n    lane contract\n    percent 1\n    audience customer {i + 100}' for i in range(30)])
    said = explain(ctl, "1", "iphone-x", "--price", "1000", "--limit", "2")
    assert len([line for line in said.splitlines() if line.startswith("  lost")]) == 2
    assert "more: audience" in said


def test_an_explanation_in_json_has_all_fields(ctl):
    document = ctl.json("explain", "1", "iphone-x", "--price", "999", "--category", "phones", "--at", "2096-11-20")
    assert (document["list_price"], document["price"], document["rounding"]) == (999, 899, "down")
    assert document["value"] == {"pct": 0.1, "value_in_cents": 899, "applied": document["value"]["applied"]}
    assert document["groups"] == ["vip"]
    contract, sale = document["lanes"]
    assert (contract["lane"], contract["winner"]["key"], contract["exact_numerator"], contract["rounded"]) == (
        "contract", "demo", 8991000, 899)
    assert sale["winner"] is None
    assert [(each["key"], each["loss"]) for each in sale["losers"]] == [("black-friday", "window-ahead")]


@pytest.mark.parametrize(("words", "said"), [
    (["--at", "2026-13-01"], "--at 2026-13-01"),
    (["--at", "2096-11-27", "--zone", "Europe/Nowhere"], "--zone Europe/Nowhere"),
    (["--at", "2026-03-29T02:30", "--zone", "Europe/Berlin"], "--at 2026-03-29T02:30"),
])
def test_a_time_that_is_none_exits_2(ctl, words, said):
    done = ctl.run("explain", "1", "iphone-x", "--price", "1", *words)
    assert done.returncode == 2 and said in done.stderr


# ---- Preview ----

def half_price():
    return rule_file('rule half "Half price"\n    lane sale\n    percent 50\n    include category phones')


def test_a_preview_lists_every_price_that_changes(ctl):
    lines = ctl.ok("preview", "-", "--products", "products.csv", "--everybody", stdin=half_price()).splitlines()
    assert lines[0].split() == ["PRODUCT", "FOR", "LIST", "BEFORE", "AFTER", "CHANGE", "BY", "NOW", "BY"]
    assert [line.split() for line in lines[1:3]] == [
        ["iphone-x", "everybody", "1000", "1000", "500", "-500", "-", "half"],
        ["notebook-avell-g1511", "everybody", "2000", "2000", "1000", "-1000", "-", "half"]]
    assert "3 prices: 2 change, 2 lower, 0 higher" in lines
    assert "sum of all: 6000 before, 4500 after" in lines


def told_prices(document):
    return {(each["slug"], each["group"] or each["customer_id"]): (each["before"], each["after"]) for each in document["prices"]}


def test_a_preview_shows_the_price_that_rises_for_others_than_the_rule_names(ctl):
    """A contract that ends the evaluation takes a sale away from whoever has a better one."""
    vip = ('group vip "VIP"\n    members 5-9', 'rule half "Half"\n    lane sale\n    percent 50\n    audience group vip')
    ctl.ok("import", "-", "--prune", stdin=rule_file(*PRODUCT_BLOCKS, *vip))
    document = ctl.json("preview", "-", "--products", "products.csv", stdin=rule_file(
        'rule all "All"\n    lane contract\n    percent 10\n    exclusive'))
    assert (document["lower"], document["higher"]) == (3, 3)
    assert told_prices(document)["playstation-4-slim", "vip"] == (1500, 2700)


def test_a_preview_shows_what_a_floor_does_to_everybody(ctl):
    document = ctl.json("preview", "-", "--products", "products.csv", stdin=rule_file("product 3 playstation-4-slim\n    floor 2900"))
    assert told_prices(document) == {("playstation-4-slim", 1): (2700, 2900)}
    assert document["higher"] == 1


def test_a_preview_names_one_of_those_who_are_in_the_same_groups(ctl):
    groups = ('group vip "VIP"\n    members 11-15', 'group gold "Gold"\n    members 13-19',
              'rule gold "Gold"\n    lane contract\n    percent 20\n    audience group gold')
    add(ctl, *groups)
    said = ctl.ok("preview", "-", "--products", "products.csv", stdin=rule_file(
        'rule vip "VIP"\n    lane contract\n    percent 30\n    audience group vip', groups[0]))
    assert [line.split()[:7] for line in said.splitlines() if "customer" in line and "playstation" in line] == [
        ["playstation-4-slim", "customer", "13", "and", "2", "like", "them"]]


def test_a_preview_changes_nothing(ctl):
    before = ctl.revision()
    ctl.ok("preview", "-", "--products", "products.csv", stdin=half_price())
    assert (ctl.revision(), ctl.ok("export")) == (before, RULES)


def test_a_preview_agrees_with_explain_before_and_after(ctl):
    text = half_price()
    document = ctl.json("preview", "-", "--products", "products.csv", "--customer", "1", "--customer", "77", stdin=text)
    found = {(each["slug"], each["customer_id"]): (each["before"], each["after"]) for each in document["prices"]}
    ask = ["--price", "1000", "--category", "phones", "--category", "apple"]
    before = {who: ctl.json("explain", who, "iphone-x", *ask)["price"] for who in (1, 77)}
    ctl.ok("import", "-", stdin=text)
    after = {who: ctl.json("explain", who, "iphone-x", *ask)["price"] for who in (1, 77)}
    assert {who: found["iphone-x", who] for who in (1, 77)} == {who: (before[who], after[who]) for who in (1, 77)}


def test_a_preview_for_a_group_and_everybody(ctl):
    document = ctl.json("preview", "-", "--products", "products.csv", "--group", "vip", "--everybody", *FRIDAY, stdin=half_price())
    assert document["quotes"] == 6
    found = {(each["slug"], each["group"]): (each["before"], each["after"], each["rules_before"], each["is_at_floor"])
             for each in document["prices"]}
    assert found["iphone-x", "vip"] == (800, 500, ["black-friday"], False)
    assert found["iphone-x", ""] == (1000, 500, [], False)


def test_a_preview_counts_floors(ctl):
    document = ctl.json("preview", "-", "--products", "products.csv", "--everybody",
                        stdin=rule_file('rule gift "Gift"\n    lane sale\n    price 0'))
    assert (document["floors_before"], document["floors_after"] > 0) == (0, True)
    assert [each["is_at_floor"] for each in document["prices"] if each["slug"] == "iphone-x"] == [True]


def test_a_preview_with_prune(ctl):
    document = ctl.json("preview", "-", "--prune", "--products", "products.csv", "--customer", "1", "--at", "2096-11-20",
                        stdin=rule_file())
    assert {each["slug"]: (each["before"], each["after"]) for each in document["prices"]} == {
        "iphone-x": (900, 1000), "notebook-avell-g1511": (1800, 2000), "playstation-4-slim": (2700, 3000)}
    assert document["higher"] == 3


def test_a_preview_lists_as_many_as_it_is_told_and_counts_all(ctl):
    said = ctl.ok("preview", "-", "--products", "products.csv", "--everybody", "--limit", "1", stdin=half_price())
    assert "and 1 more (--limit)" in said and "2 change" in said


def test_a_preview_of_many_products_is_as_one(ctl):
    count = 3000
    ctl.file("many.csv", "id,slug,price,categories\n" + "".join(f"{i},p-{i},{i * 10},phones\n" for i in range(1, count + 1)))
    document = ctl.json("preview", "-", "--products", "many.csv", "--everybody", "--limit", "2500", stdin=half_price())
    assert (document["quotes"], document["changed"]) == (count, count - 1)  # product 1 is held at its floor
    assert document["sum_before"] == sum(i * 10 for i in range(1, count + 1))
    slugs = [each["slug"] for each in document["prices"]]
    assert slugs == [f"p-{i}" for i in range(2, 2502)]


def test_a_preview_tells_faults_with_their_line(ctl):
    done = ctl.run("preview", ctl.file("wrong.rules", rule_file('rule a "A"\n    lane sale\n    percent 1\n    include product none')),
                   "--products", "products.csv")
    assert done.returncode == 2
    assert "wrong.rules:6: rule a: include: " in done.stderr


def test_a_preview_for_a_group_that_does_not_exist_exits_3(ctl):
    done = ctl.run("preview", "-", "--products", "products.csv", "--group", "nobody", stdin=half_price())
    assert done.returncode == 3 and "nobody" in done.stderr


@pytest.mark.parametrize(("text", "faults"), [
    ("id,slug,price\n1,a,5\n", []),
    ("\ufeffid,slug,price,categories\r\n1,a,5,\r\n\r\n", []),
    ('id,slug,price,categories\n1,"a",5,"x|y z"\n', []),
    ("slug,price\na,5\n", ["1: the first line must be"]),
    ("", ["0: the first line must be"]),
    ("id,slug,price,categories\n0,A,-1,x_y\n", ["2: id: ", "2: price: ", "2: slug: ", "2: categories: "]),
    ("id,slug,price,categories\n1,a,5,\n1\n", ["3: 1 columns"]),
    ("categories,slug,price,id\nhome/garden,a,5,1\n", []),
    ("Id,SLUG,Price\n1,a,5\n", []),
    ("id,slug,price,price\n1,a,5,5\n", ["1: the first line must be"]),
    ("id,slug,price,categorys\n1,a,5,\n", ["1: the first line must be"]),
    ("id,slug,name,price\n1,a,A,5\n", ["1: price: beside the catalog's own columns it is price_in_cents"]),
    ('{"id":1,"slug":"a","price_in_cents":5}\n', ["1: the first line must be id,slug,price,categories, or that of catalogctl export as CSV"]),
    ('id,slug,price,categories\n1,a,5,\n2,"b,5,\n', ["3: a quoted cell has no end"]),
])
def test_products_are_read_or_refused_with_their_line(ctl, text, faults):
    path = ctl.file("some.csv", text.encode())
    done = ctl.run("preview", "-", "--products", path, stdin=half_price())
    assert done.returncode == (2 if faults else 0)
    lines = done.stderr.splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults):
        expected = fault.removeprefix("0: ")
        assert line.startswith(f"{path}: {expected}" if fault.startswith("0: ") else f"{path}:{expected}")


# ---- The shop's own products ----

@pytest.fixture
def shop(ctl, workshop):
    """A catalog: lamp 5, which no rule names, is in home/lighting; phone 1 is in two places of one tree; vase 3 has left."""
    database = Database(workshop.new("shop"))
    database.fill("""\
id,sku,slug,name,price_in_cents,categories,category_names,description
5,,lamp,"A lamp, in ""brass\""",8900,home/lighting,Home/Lighting,"two
lines"
1,X-1,iphone-x,,1000,electronics/phones|electronics/gifts,,
,,,,,home/garden,Home/Garden,
3,,vase,,,,,
""".encode())
    return database


HOME = """\
rule home "Home"
    lane sale
    percent 20
    include category home"""


def test_a_preview_of_the_catalog_s_own_export(ctl, shop):
    """A rule for a category is for what is in the categories below it, and the export says all of them."""
    path = ctl.file("all.csv", shop.export())
    of_file, of_catalog = (ctl.json("preview", "-", *words, "--everybody", stdin=rule_file(HOME))
                           for words in (["--products", path], ["--catalog", shop.path]))
    assert of_file == of_catalog and of_file["quotes"] == 2
    assert [(each["slug"], each["before"], each["after"]) for each in of_file["prices"]] == [("lamp", 8900, 7120)]


def test_an_explanation_takes_price_and_categories_of_the_catalog(ctl, shop):
    add(ctl, HOME)
    for product in ("lamp", "5"):
        said = explain(ctl, "77", product, "--catalog", shop.path)
        assert "product    5 lamp, list price 8900" in said and "sale: 8900 becomes 7120" in said
    assert "sale: 100 becomes 80" in explain(ctl, "77", "lamp", "--catalog", shop.path, "--price", "100")
    done = ctl.run("explain", "77", "lampion", "--catalog", shop.path)
    assert done.returncode == 3 and 'catalog.db: there is no product "lampion"' in done.stderr


def test_lint_looks_at_the_products_of_the_catalog(ctl, shop):
    add(ctl, 'rule none "None"\n    lane sale\n    percent 1\n    include category nothing')
    findings = ctl.json("lint", "--catalog", shop.path, code=6)["findings"]
    assert ("none", "empty-target") in [(each["rule"], each["oddity"]) for each in findings]


def test_a_catalog_that_cannot_be_read_is_told(ctl):
    done = ctl.run("preview", "-", "--catalog", "none.db", stdin=half_price())
    assert done.returncode == 1 and "none.db: no such file" in done.stderr and len(done.stderr.splitlines()) == 1
    done = ctl.run("lint", "--catalog", "none.db", "--products", "products.csv")
    assert done.returncode == 64 and "one of them is allowed" in done.stderr


def test_a_catalogctl_that_is_missing_is_told(ctl, shop):
    alone = ctl.directory / "alone" / "discountctl"
    alone.parent.mkdir()
    shutil.copy(CTL, alone)
    done = run([alone, "lint", "--catalog", shop.path], ctl.directory, env=ctl.environment(PATH="/nonexistent"))
    assert done.returncode == 1 and "catalogctl" in done.stderr and "catalog.db" not in done.stderr, done


def test_a_product_that_contradicts_the_rules_list_is_named(ctl, shop):
    """The shop's phone is product 1 and its lamp 5; to the rules the lamp is 7, and product 1 is a tablet."""
    add(ctl, "product 1 tablet", "product 7 lamp")
    of_lamp = "product 5 lamp contradicts the rules: to them lamp is product 7\n"
    of_phone = "product 1 iphone-x contradicts the rules: to them product 1 is tablet\n"
    said = explain(ctl, "1", "lamp", "--catalog", shop.path)
    assert of_lamp in said and of_phone not in said
    document = ctl.json("preview", "-", "--catalog", shop.path, stdin=half_price())
    assert {(each["id"], each["known_id"], each["known_slug"]) for each in document["contradictions"]} == {
        (5, 7, "lamp"), (1, 1, "tablet")}
    done = ctl.run("lint", "--catalog", shop.path)
    assert done.returncode == 6 and of_lamp in done.stdout and of_phone in done.stdout and "nothing odd" not in done.stdout
    # The change set itself mends the list.
    said = ctl.ok("preview", "-", "--catalog", shop.path, stdin=rule_file("product 1 iphone-x", "product 7 other", "product 5 lamp"))
    assert "contradicts" not in said


def test_what_a_contradiction_says_to_do_leads_to_the_rule_that_is_for_another_product(ctl, shop):
    """A rule was set for the lamp when the lamp was product 7 to the rules; in the shop it is 5."""
    add(ctl, "product 7 lamp", 'rule lamps "Lamps"\n    lane sale\n    percent 5\n    include product lamp')
    assert "discountctl product set ID SLUG" in explain(ctl, "1", "lamp", "--catalog", shop.path)
    refused = ctl.run("product", "set", "5", "lamp")
    assert refused.returncode == 2 and "product number 7: give that one another slug, before" in refused.stderr
    ctl.ok("product", "set", "7", "was-lamp")
    ctl.ok("product", "set", "5", "lamp")
    said = explain(ctl, "1", "lamp", "--catalog", shop.path)
    assert "contradicts" not in said and "is for other products" in said
    assert "lamps" in ctl.ok("rule", "list", "--product", "was-lamp") and "lamps" not in ctl.ok("rule", "list", "--product", "lamp")


# ---- Lint ----

NOT_LOOKED_FOR = "not looked for without --catalog or --products: minimum, dear, unknown-category, never-wins; " \
    "under-floor of rules that name their price only"


def test_nothing_odd(ctl):
    assert ctl.ok("lint").splitlines() == [f"nothing odd; revision {ctl.revision()}", NOT_LOOKED_FOR]
    assert ctl.ok("lint", "--products", "products.csv") == f"nothing odd; revision {ctl.revision()}\n"
    assert ctl.json("lint")["not_looked_for"] == ["minimum", "dear", "unknown-category", "never-wins"]
    assert ctl.json("lint", "--products", "products.csv")["not_looked_for"] == []


def test_lint_finds_what_makes_no_sense_and_exits_6(ctl):
    add(ctl, 'rule nobody "Nobody"\n    lane sale\n    percent 5\n    audience group staff',
        'rule past "Past"\n    lane sale\n    percent 5\n    ends 2020-01-01')
    done = ctl.run("lint")
    assert done.returncode == 6
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["RULE", "ODDITY", "OTHER", "RULE", "PRODUCT", "MESSAGE"]
    assert lines[-1] == NOT_LOOKED_FOR
    assert sorted(line.split()[:2] for line in lines[1:-1]) == [["nobody", "empty-audience"], ["past", "window-past"]]


def test_lint_with_products_finds_what_only_prices_tell(ctl):
    add(ctl, 'rule cheap "Cheap"\n    lane sale\n    percent 90\n    include product iphone-x')
    assert ctl.run("lint").returncode == 0
    findings = ctl.json("lint", "--products", "products.csv", code=6)["findings"]
    assert [(each["rule"], each["oddity"], each["product"]) for each in findings] == [("cheap", "under-floor", "iphone-x")]


@pytest.mark.parametrize(("block", "oddity", "said"), [
    ("lane contract\n    price playstation-4-slim 3500", "dear",
     "1 of its 1 prices are not below the list price and change nothing: product playstation-4-slim is in it with 3500, "
     "and has a list price of 3000"),
    ("lane sale\n    percent 5\n    minimum 3001", "minimum",
     "no product reaches its minimum of 3001: the dearest that it is for has a list price of 3000"),
    ("lane sale\n    percent 0", "nothing-off", "it takes nothing off: its percentage is 0"),
    ("lane sale\n    percent 5\n    include category computers\n    include category fones", "unknown-category",
     "none of the given products is in category fones, which it includes"),
    ("lane sale\n    percent 5\n    audience customer 9", "never-wins",
     "it wins for no given product and no customer, now or later: an exclusive rule wins the lane before; rule only for one"),
])
def test_lint_names_a_rule_that_never_wins_and_why(ctl, block, oddity, said):
    add(ctl, f'rule odd "Odd"\n    {block}', 'rule only "Only"\n    lane contract\n    amount 5\n    exclusive\n    audience customer 9')
    findings = ctl.json("lint", "--products", "products.csv", code=6)["findings"]
    assert [(each["rule"], each["oddity"], each["message"]) for each in findings] == [("odd", oddity, said)]


def test_lint_of_a_file_that_is_not_imported(ctl):
    before = ctl.revision()
    text = rule_file('rule past "Past"\n    lane sale\n    percent 5\n    ends 2020-01-01')
    assert [each["rule"] for each in ctl.json("lint", "-", stdin=text, code=6)["findings"]] == ["past"]
    assert ctl.revision() == before


def test_lint_tells_faults(ctl):
    done = ctl.run("lint", "-", stdin=rule_file('rule a "A"\n    lane sale\n    percent 1\n    include product none'))
    assert done.returncode == 2 and done.stderr.startswith("standard input:6: rule a: include: ")


def test_lint_lists_as_many_as_it_is_told_and_counts_all(ctl):
    add(ctl, *[f'rule past-{i}x "Past {i}"\n    lane sale\n    percent {i + 1}\n    ends 2020-01-01' for i in range(5)])
    done = ctl.run("lint", "--limit", "2")
    assert done.returncode == 6
    assert len(done.stdout.splitlines()) == 5 and "and 3 more (--limit)" in done.stdout
