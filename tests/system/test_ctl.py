# SPDX-License-Identifier: MIT
"""catalogctl and discountctl: databases are made whole, never overwritten, and closed to others."""
import sqlite3
import stat

import pytest

from harness.paths import BIN
from harness.process import run

TOOLS = ["catalogctl", "discountctl"]


@pytest.fixture(params=TOOLS)
def tool(request):
    return BIN / request.param


@pytest.mark.parametrize("words", [[], ["--demo"]], ids=["empty", "demo"])
def test_init_makes_a_database_and_says_so(tool, words, workshop):
    path = workshop.new("init") / "new.db"
    done = run([tool, "init", *words, path])
    assert (done.returncode, done.stderr) == (0, "")
    assert str(path) in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_init_leaves_nothing_else_beside_the_database(tool, workshop):
    directory = workshop.new("alone")
    assert run([tool, "init", "--demo", directory / "new.db"]).returncode == 0
    assert [each.name for each in directory.iterdir()] == ["new.db"]


def test_init_refuses_to_overwrite(tool, workshop):
    path = workshop.new("twice") / "kept.db"
    path.write_bytes(b"something of value")
    done = run([tool, "init", "--demo", path])
    assert done.returncode not in (0, 64)
    assert str(path) in done.stderr and "exists" in done.stderr
    assert path.read_bytes() == b"something of value"
    assert [each.name for each in path.parent.iterdir()] == ["kept.db"]


def test_init_in_a_missing_directory_says_why(tool, workshop):
    path = workshop.new("nowhere") / "missing" / "new.db"
    done = run([tool, "init", path])
    assert done.returncode != 0
    assert str(path) in done.stderr and "No such file or directory" in done.stderr


@pytest.mark.parametrize("words", [[], ["init"], ["bake", "x.db"], ["init", "--many", "x.db"], ["init", "a.db", "b.db"]],
                         ids=["nothing", "no-path", "command", "option", "two"])
def test_a_wrong_command_line_says_where_help_is_and_exits_64(tool, words, workshop):
    directory = workshop.new("usage")
    done = run([tool, *words], directory)
    assert done.returncode == 64
    assert "--help" in done.stderr and not done.stdout
    assert not list(directory.iterdir())


def test_help_goes_to_standard_output(tool):
    done = run([tool, "--help"])
    assert done.returncode == 0
    assert "init" in done.stdout and not done.stderr


def test_the_demos_catalog_is_the_contracts(workshop):
    path = workshop.new("demo") / "catalog.db"
    assert run([BIN / "catalogctl", "init", "--demo", path]).returncode == 0
    with sqlite3.connect(path) as database:
        prices = list(database.execute("SELECT id, slug, price_in_cents FROM product ORDER BY id"))
        names = list(database.execute("SELECT id, first_name, last_name FROM customer ORDER BY id"))
    assert prices == [(1, "iphone-x", 99999), (2, "notebook-avell-g1511", 150000), (3, "playstation-4-slim", 32999)]
    assert names == [(1, "John", "Snow"), (2, "Daenerys", "Targaryen")]


def test_an_empty_catalog_has_no_products_and_no_customers(workshop):
    path = workshop.new("empty") / "catalog.db"
    assert run([BIN / "catalogctl", "init", path]).returncode == 0
    with sqlite3.connect(path) as database:
        assert [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("product", "customer")] == [(0,)] * 2


def test_check_names_what_somebody_dropped_and_a_new_database_has_it_again(workshop):
    """As the README says under Databases: export, init, import; the customers and slugs from before by hand."""
    directory = workshop.new("dropped")
    old, new, rows, ctl = directory / "old.db", directory / "new.db", directory / "all.csv", BIN / "catalogctl"
    assert run([ctl, "init", "--demo", old]).returncode == 0
    with sqlite3.connect(old) as database:
        database.executescript("UPDATE product SET slug = 'other' WHERE id = 2; DROP TRIGGER product_updated")
    done = run([ctl, "check", old])
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{old}: the trigger product_updated is missing; catalogctl export, init and import make" in done.stderr
    rows.write_text(run([ctl, "export", old]).stdout, newline="")
    assert run([ctl, "init", new]).returncode == run([ctl, "import", rows, new]).returncode == 0
    with sqlite3.connect(new) as database:
        database.executescript(f"ATTACH '{old}' AS old; INSERT INTO customer SELECT * FROM old.customer;"
                               "INSERT INTO old_slug SELECT * FROM old.old_slug; UPDATE sqlite_sequence SET seq = "
                               "(SELECT seq FROM old.sqlite_sequence o WHERE o.name = sqlite_sequence.name)")
        assert list(database.execute("SELECT slug, product_id FROM old_slug")) == [("notebook-avell-g1511", 2)]
    done = run([ctl, "check", new])
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 products, 2 customers" in done.stdout


def test_the_demos_rule_is_a_row(workshop):
    path = workshop.new("demo") / "discount.db"
    assert run([BIN / "discountctl", "init", "--demo", path]).returncode == 0
    with sqlite3.connect(path) as database:
        rules = database.execute("SELECT enabled, lane, kind, value, customer_id, group_key FROM rule")
        assert list(rules) == [(1, "contract", "percent", 1000, 1, None)]
