# SPDX-License-Identifier: MIT
"""catalogctl import of files that are huge, broken off, in other encodings, or made to do harm."""
import io
import subprocess
import zipfile

import pytest

from harness.catalogctl import Database, write_csv
from harness.paths import BIN, is_sanitized
from harness.process import SANITIZER, environment

MIB = 1 << 20
MANY = 50_000 if is_sanitized() else 1_000_000


@pytest.fixture
def database(workshop):
    return Database(workshop.new("hostile"), "--demo", "--currency=EUR")


LIMITED = [] if is_sanitized() else ["prlimit", f"--data={64 * MIB}"]


def feed(database, parts, *words):
    """Imports what the parts are together, in 64 MiB at most; the exit code and the lines on standard error."""
    process = subprocess.Popen([*LIMITED, BIN / "catalogctl", "import", *words, "-", database.path], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    try:
        for part in parts:
            process.stdin.write(part)
    except BrokenPipeError:
        pass  # it had read enough
    _, errors = process.communicate(timeout=300)
    assert not SANITIZER.search(errors.decode()), errors
    return process.returncode, errors.decode().splitlines()


def repeat(part, size):
    """About `size` bytes of the part over and over."""
    block = part * (MIB // len(part))
    for _ in range(size // len(block)):
        yield block


HUGE = (20 if is_sanitized() else 100) * MIB  # only without a sanitizer its memory has a bound

# What stands before and behind a hundred megabytes of something, and the faults.
HUGE_ROWS = {
    "quoted-field": (b'slug,name\na,"', b"x\n", b'"\nb,x\n',
                     ["2:2: the field that begins here is longer than 1 MiB; perhaps its second \" is missing"]),
    "field": (b"slug,name\na,", b"x", b"\nb,x\n",
              ["2:2: the field that begins here is longer than 1 MiB; perhaps its second \" is missing"]),
    "fields": (b"slug,price\na,1", b",x", b"\nb,1\n", ["2:501: the row is too long; 500 fields and 2 MiB are allowed"]),
    "quotes": (b"slug,price\na,1", b',""', b"\nb,1\n", ["2:501: the row is too long; 500 fields and 2 MiB are allowed"]),
    "header": (b"slug", b",name", b"\nb,1\n", ["1:501: the row is too long; 500 fields and 2 MiB are allowed"]),
    "blank": (b"", b" ", b"\nslug,price\nb,1\n", ["1:4194305: the line is too long; 4 MiB are allowed"]),
    "line-ends": (b"", b"\r\n", b"slug,prize\n", [f'{1 + HUGE // 2}:2: "prize" is no column']),
    "text": (b'{"slug":"a","name":"', b"x", b'"}\n{"slug":"b","price_in_cents":1}\n',
             ["1:4194305: the line is too long; 4 MiB are allowed"]),
    "list": (b'{"slug":"a","tags":[', b"1,", b'1]}\n{"slug":"b","price_in_cents":1}\n',
             ["1:4194305: the line is too long; 4 MiB are allowed"]),
    "depth": (b'{"slug":"a","tags":', b"[", b'\n{"slug":"b","price_in_cents":1}\n',
              ["1:4194305: the line is too long; 4 MiB are allowed"]),
}


@pytest.mark.parametrize("before, inside, behind, faults", HUGE_ROWS.values(), ids=HUGE_ROWS)
def test_a_row_of_a_hundred_megabytes_is_told_in_bounded_memory(before, inside, behind, faults, database):
    products = database.export()
    code, errors = feed(database, [before, *repeat(inside, HUGE), behind])
    assert code == 2, errors
    found = [line.removeprefix("standard input:") for line in errors]
    for line, fault in zip(found, faults):
        assert line.startswith(fault)
    assert len(found) == len(faults) + 1
    assert database.export() == products


# Cells and lines that are as large as they may be, and need more memory than their size when they are taken apart.
LARGE_VALUES = {
    "tags": (b'slug,tags\na,"' + b"|".join(b"%06d" % n for n in range(140_000)) + b'"\n', "2:2: there are more than 250 tags"),
    "same-tags": (b'slug,price,tags\na,1,"' + b"x|" * 500_000 + b'"\n', None),
    "images": (b'slug,images\na,"' + b"/x|" * 340_000 + b'"\n', "2:2: there are more than 250 images"),
    "categories": (b'slug,categories\na,"' + b"|".join(b"c%d" % n for n in range(120_000)) + b'"\n',
                   "2:2: there are more than 64 categories"),
    "categories-alone": (b'slug,categories\n,"' + b"|".join(b"c%d" % n for n in range(120_000)) + b'"\n',
                         "2:2: there are more than 4096 categories in this row"),
    "path": (b'slug,categories\n,"' + b"/".join(b"c%d" % n for n in range(120_000)) + b'"\n',
             "2:2: the way to a category has more than 64 steps"),
    "values": (b'{"slug":"a","tags":[' + b"1," * (2 * MIB - 100) + b"1]}\n", "1:1: the line has more than 10000 values"),
    "lists": (b'{"slug":"a","tags":' + b"[" * (4 * MIB - 100) + b"\n", "1:1: the line has more than 10000 values"),
    "shopify-tags": (b'Handle,Title,Tags\na,A,"' + b",".join(b"%06d" % n for n in range(140_000)) + b'"\n',
                     "2:3: there are more than 250 tags"),
    "shopify-title": (b"Handle,Title,Option1 Value,Price\na," + b"x" * (MIB - 100) + b",0,1\n" +
                      b"".join(b"a,,%d,1\n" % n for n in range(1, 2048)), "2:2: the name has 1048476 bytes; at most 500"),
    "shopify-handle": (b"Handle,Title,Option1 Value,Price\n" +
                       b"".join(b"x" * (MIB // 2) + b",T,%d,1\n" % n for n in range(100)), None),
    "shopify-variants": (b"Handle,Title,Inventory tracker,Price\na,A,,1\n" +
                         (b"a,,x" + b"x" * (MIB // 8) + b",1\n") * 400,
                         "35: the product is too long; 4 MiB are allowed"),
}


@pytest.mark.parametrize("text, fault", LARGE_VALUES.values(), ids=LARGE_VALUES)
def test_values_of_many_parts_are_taken_apart_in_bounded_memory(text, fault, database):
    code, errors = feed(database, [text])
    assert code == (2 if fault else 0), errors[:3]
    if fault:
        assert len(errors) == 2 and errors[0].startswith(f"standard input:{fault}")


def test_a_million_bad_rows_are_counted_and_a_hundred_are_told(database):
    rows = (b"".join(b"p-%d,no,sold\n" % n for n in range(at, at + 1000)) for at in range(0, MANY, 1000))
    code, errors = feed(database, [b"slug,price_in_cents,stock\n", *rows])
    assert code == 2 and len(errors) == 101
    assert errors[99].startswith("standard input:51:3: the stock is ")
    assert errors[100] == (f"catalogctl import: standard input: {2 * MANY} faults, {2 * MANY - 100} of them not shown "
                           "(--max-faults); nothing was changed")


def test_a_file_that_is_cut_off_anywhere_says_so_or_is_a_shorter_file(database):
    rows = [{"slug": f"p-{n}", "name": 'A "name",\nin two lines', "price_in_cents": n} for n in range(3)]
    text, before = write_csv(rows), database.export()
    ends = [at for at in range(len(text)) if text[at:at + 2] == b"\r\n"]
    for end in range(ends[0], len(text), 5 if is_sanitized() else 1):
        done = database.load(text[:end], "--dry-run")
        whole = any(at <= end <= at + 2 for at in ends)
        assert done.code == (0 if whole else 2), (text[:end], done.errors)
        assert whole or done.errors.endswith("nothing was changed\n")
    assert database.export() == before


def test_a_file_that_is_cut_off_inside_of_a_quoted_field_names_where_the_field_begins(database):
    done = database.load(b'slug,name,price\na,"one\ntwo",1\nb,"three\nfour\nfive,6\n')
    assert done.errors.splitlines()[0] == 'standard input:4:2: the field begins with a " that has no other one at its end'


def workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


OURS = "slug,name,price\r\nshoe,Größe,12.50\r\n"
SAVE_AS_UTF_8 = 'only UTF-8 is allowed, which spreadsheets save as "CSV UTF-8"'


@pytest.mark.parametrize("text, why", [
    (b"\xff\xfe" + OURS.encode("utf-16-le"), "1: the file is UTF-16; " + SAVE_AS_UTF_8),
    (b"\xfe\xff" + OURS.encode("utf-16-be"), "1: the file is UTF-16; " + SAVE_AS_UTF_8),
    (OURS.encode("utf-16-le"), "1: the file looks like UTF-16; " + SAVE_AS_UTF_8),
    (b'\xff\xfe{\0"\0', "1: the file is UTF-16; " + SAVE_AS_UTF_8),
    (workbook(), "1: the file is a spreadsheet's own, or another archive; "),
    (OURS.encode("latin-1"), "2:2: the field is not UTF-8; only text in UTF-8 is allowed"),
    (OURS.replace("Größe", "a\0b").encode(), "2:2: the field has a NUL byte; only text is allowed"),
    (OURS.replace("Größe", "\ud800").encode(errors="surrogatepass"), "2:2: the field is not UTF-8"),
], ids=["utf-16-le", "utf-16-be", "without-mark", "json", "workbook", "latin-1", "nul", "surrogate"])
def test_what_is_no_utf_8_is_named(text, why, database):
    before = database.export()
    done = database.load(text)
    assert done.code == 2 and done.errors.startswith(f"standard input:{why}")
    assert len(done.errors.splitlines()) == 2 and database.export() == before


@pytest.mark.parametrize("text", [
    OURS.encode(), b"\xef\xbb\xbf" + OURS.encode(), OURS.replace("\r\n", "\n").encode(), OURS.replace("\r\n", "\r").encode(),
    OURS.replace(",", ";").encode(), OURS.replace(",", "\t").encode(), b"sep=;\r\n" + OURS.replace(",", ";").encode(),
    b"\xef\xbb\xbfsep=,\r\n" + OURS.encode(), OURS.removesuffix("\r\n").encode(), b"\r\n" + OURS.encode() + b"\r\n\r\n",
    OURS.replace("slug,name", '"slug","name"').encode(),
], ids=["plain", "mark", "lf", "cr", "semicolons", "tabs", "sep", "sep-and-mark", "no-line-end", "blank-lines", "quotes"])
def test_what_spreadsheets_write_is_read(text, database):
    assert database.fill(text)["inserted"] == 1
    assert database.ask("SELECT slug, name, price_in_cents FROM product WHERE slug = 'shoe'") == [("shoe", "Größe", 1250)]


def test_faults_in_a_spreadsheets_file_have_the_lines_that_people_see(database):
    done = database.load(b"sep=;\rslug;price\rshoe;1,500\rboot;x\r")
    first, second, _ = done.errors.splitlines()
    assert first.startswith('standard input:3:2: the price is "1,500", which may be 1500 or 1.500; ')
    assert second.startswith('standard input:4:2: the price is "x"')
