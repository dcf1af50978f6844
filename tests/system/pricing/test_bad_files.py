# SPDX-License-Identifier: MIT
"""Rule files that are wrong: every fault is told with its line, in one line of text, and nothing of the file is used."""
import random

import pytest
import shopfile
from probe import PriceProbe
from shops import Maker

HEAD = "discount-rules 1\n\nproduct 1 thing\n\n"


@pytest.fixture
def probe():
    with PriceProbe() as made:
        yield made


def rule(*lines, key="sale", label='"A rule"'):
    return HEAD + f"rule {key} {label}\n" + "".join(f"    {line}\n" for line in lines) + "\nend\n"


RIGHT = ("lane sale", "percent 10")

# A file, the line of its fault, and what the message must name.
WRONG = [
    (rule("lane sale", "percent 100.01"), 7, "100.01"),
    (rule("lane sale", "percent -1"), 7, "-1"),
    (rule("lane sale", "percent 10.001"), 7, "10.001"),
    (rule("lane sale", "percent 1e1"), 7, "1e1"),
    (rule("lane sale", "percent 10 %"), 7, ""),
    (rule("lane sale", "amount 0"), 7, "0"),
    (rule("lane sale", "amount 2147483648"), 7, "2147483648"),
    (rule("lane sale", "amount 9223372036854775808"), 7, "9223372036854775808"),
    (rule("lane sale", "amount 99999999999999999999999999"), 7, "99999999999999999999999999"),
    (rule("lane sale", "price -1"), 7, "-1"),
    (rule("lane sale", "price thing 2147483648"), 7, "2147483648"),
    (rule("lane code", "percent 1"), 6, "code"),
    (rule(*RIGHT, "lane sale"), 8, "lane"),
    (rule("lane sale", "percent 1", "amount 1"), 8, "amount"),
    (rule("lane sale", "amount 1", "cap 5"), 8, "cap"),
    (rule(*RIGHT, "priority 1000001"), 8, "1000001"),
    (rule(*RIGHT, "minimum -5"), 8, "-5"),
    (rule(*RIGHT, "audience customer 0"), 8, "0"),
    (rule(*RIGHT, "audience customer 2147483648"), 8, "2147483648"),
    (rule(*RIGHT, "audience group No-Slug"), 8, "No-Slug"),
    (rule(*RIGHT, "include product Thing"), 8, "Thing"),
    (rule(*RIGHT, "include category a--b"), 8, "a--b"),
    (rule(*RIGHT, "include category a", "include category a"), 9, "a"),
    (rule(*RIGHT, "starts 2026-02-30"), 8, "2026-02-30"),
    (rule(*RIGHT, "starts 2026-11-27 Europe/Nowhere"), 8, "Europe/Nowhere"),
    (rule(*RIGHT, "starts 2026-03-29T02:30 Europe/Berlin"), 8, "2026-03-29T02:30"),
    (rule(*RIGHT, "starts 2026-11-28", "ends 2026-11-27"), 9, "2026-11-2"),
    (rule(*RIGHT, "starts 2026-11-28T10:00", "ends 2026-11-28T10:00"), 9, "2026-11-28T10:00"),
    (rule(*RIGHT, "colour red"), 8, "colour"),
    (rule(*RIGHT, key="Sale"), 5, "Sale"),
    (rule(*RIGHT, key="a" * 65), 5, "a" * 65),
    (rule(*RIGHT, key="-a"), 5, "-a"),
    (rule(*RIGHT, label='"' + "x" * 201 + '"'), 5, ""),
    (rule(*RIGHT, label='"open'), 5, ""),
    (HEAD + "product 0 nothing\n\nend\n", 5, "0"),
    (HEAD + "product 2147483648 much\n\nend\n", 5, "2147483648"),
    (HEAD + "product 2 thing\n\nend\n", 5, "thing"),
    (HEAD + "product 1 other\n\nend\n", 5, "1"),
    (HEAD + "product 2 low\n    floor -1\n\nend\n", 6, "-1"),
    (HEAD + 'group vip "G"\n    members 1 0\n\nend\n', 6, "0"),
    (HEAD + 'group vip "G"\n    members 5-3\n\nend\n', 6, "5-3"),
    ("discount-rules 2\n\nend\n", 1, "2"),
    ("rules\n", 1, ""),
]


@pytest.mark.parametrize("text, line, named", WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_what_is_wrong_is_told_with_its_line(probe, text, line, named):
    faults = probe.faults(text)
    assert any(at == line and (named in message or named[:40] in message) for at, message in faults), faults
    assert all(message and "\n" not in message for _, message in faults)
    assert probe.ask("state", 0)["rules"] == []


def test_all_faults_of_a_file_are_told(probe):
    text = HEAD + 'rule one "1"\n    lane nowhere\n    percent 101\n\nrule two "2"\n    lane sale\n    amount -1\n    cap x\n\nend\n'
    assert {line for line, _ in probe.faults(text)} >= {6, 7, 11, 12}


@pytest.mark.parametrize("wrong", [b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b"])
def test_bytes_that_are_no_text_are_refused_wherever_they_stand(probe, wrong):
    right = rule(*RIGHT).encode()
    for place in range(len(right) - 4):
        faults = probe.faults(right[:place] + wrong + right[place:])
        assert faults and faults[0][0] <= right[:place].count(b"\n") + 2, (place, faults)


def test_a_file_that_was_cut_anywhere_is_refused(probe):
    for seed in range(3):
        whole = shopfile.shop_file(Maker(random.Random(f"cut-{seed}")).shop(6)).encode()
        assert probe.faults(whole) == []
        for length in range(len(whole.rstrip())):
            assert probe.faults(whole[:length]), whole[:length]


def test_a_file_that_is_too_large_is_refused(probe):
    line = b"# " + b"x" * 1000 + b"\n"
    start = b"discount-rules 1\n"
    count = (64 * 1024 * 1024 + 1 - len(start)) // len(line) + 1
    text = (start + line * count)[:64 * 1024 * 1024 + 1]
    assert len(probe.faults(text)) == 1


def test_a_line_that_is_too_long_is_refused(probe):
    text = HEAD + "# " + "x" * 70000 + "\n\nend\n"
    assert [line for line, _ in probe.faults(text)] == [5]
