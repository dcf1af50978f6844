# SPDX-License-Identifier: MIT
"""
A shop of any size as CSV, the same in every run: `million.py COUNT > FILE`. Whatever a page can ask for is there in a
small shop as in a large one, a page of 50 at least:

    departments    ten, a tenth of the products in each, in ten categories below it
    prices         spread evenly from 1.00 to 1,000.99
    a rare word    the name of a line of products, which a hundred have (line_word), however many products there are
    common words   COMMON, which all have, and HALF, which every other has
"""
import sys

COLUMNS = "sku,slug,name,description,price_in_cents,categories,category_names,tags,images,stock,created_at,updated_at"
COMMON, HALF = "warranty", "insulated"
DEPARTMENTS = "garden kitchen outdoor office children sports books light music tools".split()
KINDS = "lamp bottle backpack chair kettle jacket speaker drill blanket notebook tent bicycle pan desk shelf".split()
COLOURS = "black white oak blue red green silver walnut sand grey".split()
WORDS = """cotton steel 64GB wireless charger running waterproof compact adjustable leather portable ceramic stainless
battery cable foldable merino travel hand-made recycled double screen heavy-duty brushed aluminium quiet motor with for
including replaceable filter""".split()
STOCKS = ("in-stock", "in-stock", "low", "out-of-stock", "")
PRODUCTS_OF_LINE = 100
PRICES = range(100, 100100)

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def line_word(line):
    """The name of a line of products: six letters, which begin no other word of the shop."""
    count = len(SYLLABLES)
    return SYLLABLES[line % count] + SYLLABLES[line // count % count] + SYLLABLES[line // count ** 2 % count]


def phrase(number):
    """Some 80 letters about a product."""
    return " ".join(WORDS[(number * 7 + i * (number % 5 + 3)) % len(WORDS)] for i in range(12))


def department(number):
    return DEPARTMENTS[number % 10]


def rows(count):
    """The products 1 to count, as lines of CSV. No field needs quotes but the description, which has a comma."""
    lines = max(count // PRODUCTS_OF_LINE, 1)
    names = [line_word(i) for i in range(lines)]
    phrases = [phrase(i) for i in range(991)]
    days = [f"20{20 + i // 336}-{1 + i // 28 % 12:02}-{1 + i % 28:02}T12:00:00Z" for i in range(336 * 4)]
    for i in range(1, count + 1):
        line, kind, colour = names[i % lines], KINDS[i % 15], COLOURS[i // 10 % 10]
        above, below = DEPARTMENTS[i % 10], f"{DEPARTMENTS[i % 10]}-{i // 10 % 10}"
        yield (f"S-{i},{line}-{kind}-{i},{line.capitalize()} {kind} {i},"
               f'"A {colour} {kind}, {phrases[i * 31 % 991]} and {phrases[i * 17 % 983]} {COMMON} {HALF if i % 2 else ""}",'
               f"{PRICES[i * 7919 % len(PRICES)]},{above}/{below},{above.capitalize()}/{above.capitalize()} {below[-1]},"
               f"{colour}|{kind},/pictures/{kind}.svg A {colour} {kind},{STOCKS[i % 5]},{days[i * 5 % 1344]},"
               f"{days[i * 11 % 1344]}\r\n")


def write(count, file):
    file.write(COLUMNS + "\r\n")
    file.writelines(rows(count))


if __name__ == "__main__":
    write(int(sys.argv[1]), open(1, "w", encoding="utf-8", newline="", closefd=False))
