# SPDX-License-Identifier: MIT
"""The tree of categories in the files of catalogctl: whatever it is like, and whether or not products are in it."""
import json
import random

import pytest

from harness.catalogctl import COLUMNS, Database, read_csv, write_csv
from harness.paths import is_sanitized

WORDS = ["Shoes", "", "a/b", "c|d", "\\", '"quoted", twice', "\r\n", " ", "=1+1", "\U0001f45f 鞋", "é", "\x7f", "/", "|", "x" * 500]


@pytest.fixture
def make_database(workshop):
    return lambda *words: Database(workshop.new("tree"), *words)


@pytest.fixture
def database(make_database):
    return make_database()


def tree_of(database):
    return {slug: (name, parent) for slug, name, parent in database.ask("SELECT slug, name, parent FROM category")}


def any_tree(chance):
    """Slugs, each with a name and one that is above it, made before it or not."""
    slugs = [f"c{number}" for number in range(chance.randrange(1, 40))]
    chance.shuffle(slugs)
    return {slug: (chance.choice(WORDS), chance.choice([None, *slugs[:index]])) for index, slug in enumerate(slugs)}


def lines_of(tree, products):
    lines = [{"category": slug, "name": name or None, "parent": parent} for slug, (name, parent) in tree.items()]
    lines += [{"slug": f"p-{number}", "price_in_cents": number, "categories": own} for number, own in enumerate(products)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.mark.parametrize("seed", range(2 if is_sanitized() else 8))
def test_every_tree_survives_export_and_import(seed, make_database):
    chance = random.Random(seed)
    tree, (first, second, third) = any_tree(chance), [make_database() for _ in range(3)]
    products = [chance.sample(sorted(tree), min(len(tree), chance.randrange(3))) for _ in range(chance.randrange(5))]
    report = first.fill(lines_of(tree, products))
    assert (report["read"], report["category_rows"]) == (len(products), len(tree))
    assert tree_of(first) == tree
    text, lines = first.export(), first.export("--format=jsonl")
    second.fill(text)
    third.fill(lines)
    for other in (second, third):
        assert tree_of(other) == tree
        assert (other.export(), other.export("--format=jsonl")) == (text, lines)
        assert other.is_sound()


def test_categories_without_products_have_rows_of_their_own_behind_the_products(make_database):
    database = make_database("--currency=EUR")
    database.fill(write_csv([{"slug": "shoe", "price_in_cents": 1, "categories": "wear/shoes", "category_names": "Wear/Shoes"},
                             {"categories": "wear/hats/summer", "category_names": "Wear/Hats/Summer hats"},
                             {"categories": "attic"}]))
    shoe, *rows = read_csv(database.export())
    assert shoe["slug"] == "shoe"
    nothing = dict.fromkeys(COLUMNS, "") | {"currency": "EUR"}
    assert rows == [nothing | {"categories": "attic"},
                    nothing | {"categories": "wear/hats/summer", "category_names": "Wear/Hats/Summer hats"}]


def test_a_shop_that_has_only_categories_is_exported_with_its_currency(make_database):
    database, other = make_database("--currency=CHF"), make_database()
    database.fill(b"sku,categories,category_names\n,home/garden,Home/Garden\n")
    other.fill(database.export())
    assert tree_of(other) == {"home": ("Home", None), "garden": ("Garden", "home")}
    assert other.ask("SELECT currency FROM shop") == [("CHF",)]
    assert other.export() == database.export()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_tree_deeper_than_a_product_may_be_in_survives(form, make_database):
    tree = {f"c{number}": (f"Name {number}", f"c{number - 1}" if number else None) for number in range(200)}
    database, other = make_database(), make_database()
    database.fill(lines_of(tree, []))
    other.fill(database.export("--format", form))
    assert tree_of(other) == tree_of(database) == tree


def test_prune_keeps_the_categories_that_a_file_names_and_no_others(database):
    database.fill(write_csv([{"slug": "shoe", "price_in_cents": 1, "categories": ""}, {"categories": "wear/hats"},
                             {"categories": "attic"}]))
    report = database.fill(write_csv([{"slug": "shoe", "categories": ""}, {"categories": "wear/hats"}]), "--prune")
    assert report["deleted_categories"] == 1 and set(tree_of(database)) == {"wear", "hats"}
    report = database.fill(b'{"slug":"shoe"}\n{"category":"wear"}\n', "--prune")
    assert report["deleted_categories"] == 1 and set(tree_of(database)) == {"wear"}


def test_a_file_that_names_only_categories_prunes_no_products(database):
    database.fill(b"slug,price\nshoe,1\n")
    done = database.load(b'{"category":"wear"}\n', "--prune")
    assert done.code == 2 and "names no product" in done.errors
    assert tree_of(database) == {}


def test_a_line_of_a_category_moves_and_names_it_and_leaves_what_it_does_not_say(database):
    database.fill(b"slug,price,categories,category_names\nshoe,1,wear/shoes,Wear/Shoes\n")
    database.fill(b'{"category":"shoes","name":"Footwear"}\n')
    assert tree_of(database) == {"wear": ("Wear", None), "shoes": ("Footwear", "wear")}
    database.fill(b'{"category":"shoes","parent":null}\n{"category":"wear","name":null,"parent":"shoes"}\n')
    assert tree_of(database) == {"wear": ("", "shoes"), "shoes": ("Footwear", None)}
    assert database.is_sound()
    done = database.load(b'{"category":"shoes","parent":"wear"}\n')
    assert done.code == 2 and 'standard input:1:2: the category "shoes" would be above itself' in done.errors
