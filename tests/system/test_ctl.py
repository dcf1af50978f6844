# SPDX-License-Identifier: MIT
"""catalogctl and discountctl: databases are made whole, never overwritten, and closed to others."""
import os
import sqlite3
import stat
import subprocess

import pytest

from harness.catalogctl import Database
from harness.paths import BIN
from harness.process import environment, run

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


@pytest.mark.parametrize("words", [["-h"], ["help"], ["help", "export"], ["export", "-h"]], ids=" ".join)
def test_help_has_its_usual_names(tool, words):
    plain = [word for word in words if word not in ("-h", "help")]
    done = run([tool, *words])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run([tool, *plain, "--help"]).stdout


def test_help_for_what_is_no_command_exits_64(tool):
    done = run([tool, "help", "bake"])
    assert done.returncode == 64 and 'there is no command "bake"' in done.stderr


@pytest.mark.parametrize("words", [
    ["catalogctl", "--help"], ["catalogctl", "--version"], ["catalogctl", "check", "DB"], ["catalogctl", "export", "DB"],
    ["catalogctl", "import", "--json", "FILE", "DB"], ["discountctl", "--help"], ["discountctl", "help", "rule", "list"],
    ["discountd", "--help"], ["catalog.fcgi", "--help"], ["catalog.fcgi", "--version"]], ids=" ".join)
def test_a_full_standard_output_is_told(words, workshop):
    """Who reads half of it must not take it for all."""
    directory = workshop.new("full")
    database = directory / "catalog.db"
    assert run([BIN / "catalogctl", "init", "--demo", database]).returncode == 0
    (directory / "file.csv").write_text("slug,price_in_cents\nmug,900\n", encoding="utf-8")
    program, *words = [{"DB": str(database), "FILE": str(directory / "file.csv")}.get(word, word) for word in words]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([BIN / program, *words], stdout=full, stderr=subprocess.PIPE, text=True, env=environment(),
                              check=False, timeout=60)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "standard output: No space left on device" in done.stderr


# ---- --output ----

@pytest.fixture
def export(workshop):
    """export(PATH) writes the demo's catalog there; what standard output had."""
    directory = workshop.new("output")
    database = directory / "catalog.db"
    assert run([BIN / "catalogctl", "init", "--demo", database]).returncode == 0

    def write(path, **more):
        return subprocess.run([BIN / "catalogctl", "export", "--output", path, database], capture_output=True, text=True,
                              env=environment(), check=False, timeout=60, **more)
    write.directory = directory
    write.whole = run([BIN / "catalogctl", "export", database]).stdout
    return write


def read(path):
    return path.read_bytes().decode()


def test_an_output_file_keeps_its_mode_and_a_link_its_place(export):
    kept, link = export.directory / "kept.csv", export.directory / "link.csv"
    kept.write_text("old", encoding="utf-8")
    kept.chmod(0o604)
    link.symlink_to("kept.csv")
    assert export(link).returncode == 0
    assert link.is_symlink() and read(kept).replace("\r", "") == export.whole
    assert stat.S_IMODE(kept.stat().st_mode) == 0o604
    assert sorted(each.name for each in export.directory.iterdir() if "csv" in each.name) == ["kept.csv", "link.csv"]


def test_a_link_to_what_is_not_there_yet_leads_there(export):
    link, target = export.directory / "link.csv", export.directory / "target.csv"
    link.symlink_to(target)
    assert export(link).returncode == 0
    assert link.is_symlink() and read(target).replace("\r", "") == export.whole


def test_a_fifo_is_written_into(export):
    fifo = export.directory / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE, text=True) as reader:
        assert export(fifo).returncode == 0
        assert reader.communicate(timeout=60)[0].replace("\r", "") == export.whole
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_device_stays_a_device(export):
    """As root a rename would put a file where everybody's /dev/null was."""
    device = export.directory / "null"
    if os.geteuid() == 0:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    else:
        device.symlink_to("/dev/null")
    assert export(device).returncode == 0
    assert stat.S_ISCHR(device.stat().st_mode)
    done = export("/dev/full")
    assert done.returncode == 1 and "/dev/full: No space left on device" in done.stderr


def test_dev_stdout_is_standard_output(export):
    done = export("/dev/stdout")
    assert (done.returncode, done.stderr, done.stdout.replace("\r", "")) == (0, "", export.whole)


def test_a_directory_is_refused(export):
    done = export(export.directory)
    assert done.returncode == 1 and "Is a directory" in done.stderr


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
    """As catalogctl(1) says of the database: export, init, import; the customers and slugs from before by hand."""
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


# ---- The shop -----------------------------------------------------------------------------------------------------------

def test_currency_and_time_zone_are_the_shops(workshop):
    database = Database(workshop.new("shop"))
    assert database.ctl("shop", database.path).output == b"currency   not set\ntime zone  UTC\n"
    assert database.ctl("shop", "--currency=EUR", "--time-zone=Pacific/Kiritimati", database.path).code == 0
    sale = b"Type,SKU,Name,Published,Regular price,Sale price,Date sale price starts,Date sale price ends\n"
    assert database.load(sale + b"simple,a,A,1,20,15,2020-01-01,\n").code == 0
    refused = database.ctl("shop", "--currency=JPY", database.path)
    assert refused.code == 2 and "the currency is EUR" in refused.errors
    unknown = database.ctl("shop", "--time-zone=Mars/Base", database.path)
    assert unknown.code == 2 and "Europe/Berlin" in unknown.errors
    assert database.ctl("shop", "--json", database.path).report == {"currency": "EUR", "time_zone": "Pacific/Kiritimati"}


# ---- Customers ---------------------------------------------------------------------------------------------------------

def test_customers_are_looked_after_by_command(workshop):
    """What a list writes goes in again unchanged, and whoever is named wrongly changes nothing."""
    database = Database(workshop.new("customers"), "--demo")
    done = database.ctl("customer", "import", "-", stdin="Login;Email;First Name\nann;ann@example.com;=Ann\n李;;\n".encode(),
                        CATALOG_DATABASE=str(database.path))
    assert (done.code, done.errors) == (0, "") and b"2 inserted" in done.output
    listed = database.ctl("customer", "list", database.path).output.decode().splitlines()
    assert listed == ["ID  LOGIN  EMAIL            FIRST NAME  LAST NAME", " 1                          John        Snow",
                      " 2                          Daenerys    Targaryen", " 3  ann    ann@example.com  =Ann", " 4  李"]
    for words in ["--csv"], ["--spreadsheet"]:
        text = database.ctl("customer", "list", *words, database.path).output
        again = database.ctl("customer", "import", "--json", "--prune", "-", database.path, stdin=text)
        assert (again.code, again.report["unchanged"], again.report["deleted"]) == (0, 4, 0)
    assert [each["login"] for each in database.ctl("customer", "list", "--json", database.path).report["customers"]] == [
        "", "", "ann", "李"]
    ids = database.ctl("customer", "list", "--ids", "--login", "李", "--login", "ann", database.path)
    assert (ids.code, ids.output) == (0, b"3\n4\n")
    assert database.ctl("customer", "set", "--login", "ann", "--last-name", "Lee", database.path).code == 0
    assert database.ctl("customer", "remove", "--id", 4, "--login", "nobody", database.path).code == 3
    assert database.ctl("customer", "remove", "--login", "李", database.path).code == 0
    missing = database.ctl("customer", "list", "--ids", "--login", "ann", "--login", "李", database.path)
    assert (missing.code, missing.output) == (3, b"") and "no customer has the login 李" in missing.errors
    faulty = database.ctl("customer", "import", "-", database.path, stdin=b"id,email\n4,a@b\n1,x\n")
    assert faulty.code == 2 and "standard input:2:1: " in faulty.errors and "standard input:3:2: " in faulty.errors
    assert database.ctl("customer", "list", "--csv", database.path).output.decode().splitlines()[1:] == [
        "1,,,John,Snow", "2,,,Daenerys,Targaryen", "3,ann,ann@example.com,=Ann,Lee"]
