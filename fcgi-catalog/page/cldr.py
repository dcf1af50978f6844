#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints cldr.def: how the languages of words/ write amounts and count, from Unicode's CLDR as Debian's unicode-cldr-core has it.

    apt-get install unicode-cldr-core && fcgi-catalog/page/cldr.py > fcgi-catalog/page/cldr.def
"""
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

CLDR = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode/cldr/common")
HERE = Path(__file__).parent
LANGUAGES = sorted(file.stem for file in (HERE / "words").glob("*.def"))
CURRENCIES = set(re.findall(r"\b[A-Z]{3}\b", (HERE / "../catalog/currency.c").read_text()))

HEADER = """/* SPDX-License-Identifier: MIT */
/* Made by cldr.py from Unicode's CLDR {version}.
 *
 *     PLURAL(language, form of a count i)
 *     SIGNS(language, SIGN(currency, sign) …)      where not as in all languages
 *     ALL_SIGNS(SIGN(currency, sign) …)
 *     LANGUAGE(language, decimal point, between groups of three digits, digits before the first such, pattern of an amount)
 */
/* clang-format off */"""


def numbers(name):
    return xml.parse(CLDR / "main" / f"{name}.xml").getroot().find("numbers")


def signs(name):
    """The signs of the currencies; their codes where the file says that there is none."""
    found = {}
    for currency in numbers(name).iterfind("currencies/currency"):
        for sign in currency.findall("symbol"):
            if sign.get("alt") is None and currency.get("type") in CURRENCIES:
                found[currency.get("type")] = sign.text
    return found


def literal(text):
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) + '"'


def sign_rows(found):
    return " ".join(f"SIGN({literal(currency)}, {literal(sign)})" for currency, sign in sorted(found.items()))


def relation(text):
    """A relation of UTS 35, part 3, of a whole number, in C; True or False where it is that for every one."""
    left, equal, right = re.fullmatch(r"(\w(?: % \d+)?) (!?=) ([\d.,]+)", text).groups()
    is_equal = equal == "="
    if left[0] in "vwfte":  # decimals and exponents: there are none
        return (right.split(",")[0].split("..")[0] == "0") == is_equal
    left = "i" + left[1:]
    ranges = [part.split("..") for part in right.split(",")]
    terms = [f"{left} == {part[0]}" if len(part) == 1 else f"({left} >= {part[0]} && {left} <= {part[1]})" for part in ranges]
    return f"{'' if is_equal else '!'}({' || '.join(terms)})"


def condition(text):
    """A condition in C; None: it holds for no whole number."""
    alternatives = []
    for alternative in text.split(" or "):
        relations = [relation(part) for part in alternative.split(" and ")]
        if False not in relations:
            alternatives.append(" && ".join(part for part in relations if part is not True))
    return " || ".join(f"({part})" for part in alternatives) or None


def plural(language):
    form = "PLURAL_OTHER"
    for rules in xml.parse(CLDR / "supplemental/plurals.xml").getroot().iter("pluralRules"):
        if language not in rules.get("locales").split():
            continue
        for rule in reversed(rules.findall("pluralRule")):
            text = rule.text.split("@")[0].strip()
            holds = condition(text) if text else None
            if holds is not None:
                form = f"{holds} ? PLURAL_{rule.get('count').upper()} : {form}"
    return form


def amounts(language):
    found = numbers(language)
    latin = next(part for part in found.findall("symbols") if part.get("numberSystem") == "latn")
    formats = next(part for part in found.findall("currencyFormats") if part.get("numberSystem") == "latn")
    pattern = formats.findtext("currencyFormatLength/currencyFormat[@type='standard']/pattern").split(";")[0]
    least = int(found.findtext("minimumGroupingDigits") or 1)
    return latin.findtext("decimal"), latin.findtext("group"), least, pattern.replace("#,##0.00", "0")


def main():
    everywhere = signs("root")
    version = re.search(r'cldrVersion CDATA #FIXED "(\d+)', (CLDR / "dtd/ldml.dtd").read_text()).group(1)
    print(HEADER.format(version=version))
    for language in LANGUAGES:
        print(f"PLURAL({language}, {plural(language)})")
    print(f"ALL_SIGNS({sign_rows(everywhere)})")
    for language in LANGUAGES:
        print(f"SIGNS({language}, {sign_rows({c: s for c, s in signs(language).items() if everywhere.get(c, c) != s})})")
    for language in LANGUAGES:
        decimal, group, least, pattern = amounts(language)
        print(f"LANGUAGE({language}, {literal(decimal)}, {literal(group)}, {least}, {literal(pattern)})")


main()
