# SPDX-License-Identifier: MIT
"""
price_after_percent(), exhaustively: each of the 10,001 percentages, in each of the three roundings, with 10,000 prices in a
row: so every remainder that a price can leave with every percentage, 300 million results.

The oracle is exact and has nothing in common with the C code. What a result q of price p and percentage k must be is said by
an inequality of integers, which has one solution; with n = p * (10000 - k):

    down        0 <= n - 10000 q        <= 9999                 q is the floor of n / 10000
    half-up     0 <= n + 5000 - 10000 q <= 9999                 q is the floor of n / 10000 + 1/2
    half-even   b <= n + 5000 - 10000 q <= 10000 - b            b = 1 where q is odd, which a half must not round to; else 0

300 million such checks take Python some minutes, one by one. Therefore 10,000 prices stand side by side in one large integer,
32 bits for each, and Python's own arithmetic on that integer is arithmetic on all of them: adding and multiplying act on each
lane alone as long as no lane leaves its 32 bits, and that is seen to (see Lanes). Nothing is sampled, hashed or summed up.

Each row of prices begins somewhere else, so that the rows lie all over 0 ... 2147483647; the first and the last prices of that
range and the neighbourhood of powers of two are asked for with every percentage, and compared with fractions.Fraction one by one.
That the lanes tell a wrong result from a right one is tested by making results wrong.
"""
import sys

import oracle
import pytest
from harness.paths import not_sanitized
from probe import Probe

COUNT = 10000
INT32_MAX = 2**31 - 1
PERCENTS = range(10001)

EDGES = sorted({0, 1, 2, 3, 4999, 5000, 5001, 9999, 10000, 10001, 2**15, 2**16 - 1, 2**24 + 1, 2**30 - 1, 2**30,
                INT32_MAX // 2, INT32_MAX - 10000, INT32_MAX - 1, INT32_MAX})


class Lanes:
    """Arithmetic on COUNT numbers of 32 bits in one integer. The top bit of each lane is a guard: it is set before something
    is taken away, and is gone afterwards in the lanes that would be below zero."""

    ONES = sum(1 << 32 * i for i in range(COUNT))
    INDEX = sum(i << 32 * i for i in range(COUNT))
    GUARD = ONES << 31
    LARGE = ONES * (2**32 - 2**14)  # the bits of a number that is 16384 or more


def is_row_right(data, percent, first, rounding):
    """Whether `data` (the bytes of COUNT results) is what prices first, first + 1, ... come to."""
    ones, guard = Lanes.ONES, Lanes.GUARD
    keep = 10000 - percent
    results = int.from_bytes(data, "little")
    # Below, d is n + half - 10000 q. Taken relative to the floor of the first price's result, all of it is small:
    # with n = first * keep + i * keep, base = the floor of first * keep / 10000, and e = q - base, it is
    # rest + i * keep + half - 10000 e, where 0 <= rest <= 9999, i * keep < 10^8, and e must be 0 ... 10000.
    base, rest = divmod(first * keep, 10000)
    if results & guard:  # a result below zero
        return False
    above = (results | guard) - ones * base
    if above & guard != guard:  # a result below the base
        return False
    e = above ^ guard
    if e & Lanes.LARGE:  # a result far above it, whose product with 10000 would leave its lane
        return False
    half = 0 if rounding == "down" else 5000
    d = (Lanes.INDEX * keep + ones * (rest + half) | guard) - e * 10000
    odd = results & ones if rounding == "half-even" else 0
    most = 10000 if rounding == "half-even" else 9999
    # Nothing borrows from its neighbour: |d| < 2^30, the guard is 2^31.
    if (d - odd) & guard != guard:
        return False
    return ((d + odd) - ones * (most + 1)) & guard == 0


def start_of_row(percent):
    """Rows begin all over the range; the first of them at zero, the last one ends at INT32_MAX."""
    last = INT32_MAX - COUNT + 1
    return last * percent // 10000 if percent % 2 == 0 else percent * 7919 * 104729 % last


@pytest.fixture
def probe():
    with Probe("exact_probe") as made:
        yield made


@not_sanitized("the edges show it the same lines")
@pytest.mark.parametrize("rounding", oracle.ROUNDINGS)
def test_every_percentage_of_every_remainder_is_exact(probe, rounding):
    assert sys.byteorder == "little"
    for some in range(0, len(PERCENTS), 16):
        for percent in PERCENTS[some:some + 16]:
            probe.tell(rounding, percent, start_of_row(percent), COUNT)
        probe.send()
        for percent in PERCENTS[some:some + 16]:
            data = probe.read(4 * COUNT)
            assert is_row_right(data, percent, start_of_row(percent), rounding), \
                first_mistake(data, percent, start_of_row(percent), rounding)


def first_mistake(data, percent, first, rounding):
    """Says which result is wrong, by fractions."""
    for i in range(COUNT):
        is_ = int.from_bytes(data[4 * i:4 * i + 4], "little", signed=True)
        right = oracle.price_after_percent(first + i, percent, rounding)
        if is_ != right:
            return f"{first + i} less {percent} hundredths of a percent, {rounding}: {is_}, not {right}"
    return "every result is right: the lanes are wrong"


@pytest.mark.parametrize("rounding", oracle.ROUNDINGS)
def test_every_percentage_of_the_edges_is_exact(probe, rounding):
    for some in range(0, len(PERCENTS), 100):
        percents = PERCENTS[some:some + 100]
        for percent in percents:
            for price in EDGES:
                probe.tell(rounding, percent, price, 1)
        probe.send()
        data = probe.read(4 * len(percents) * len(EDGES))
        results = memoryview(data).cast("i")
        for i, percent in enumerate(percents):
            for k, price in enumerate(EDGES):
                right = oracle.price_after_percent(price, percent, rounding)
                assert results[i * len(EDGES) + k] == right, (price, percent, rounding)


def row_of_fractions(percent, first, rounding):
    return [oracle.price_after_percent(first + i, percent, rounding) for i in range(COUNT)]


def as_data(row):
    return b"".join(each.to_bytes(4, "little", signed=True) for each in row)


@pytest.mark.parametrize("rounding", oracle.ROUNDINGS)
@pytest.mark.parametrize("percent, first", [(0, 0), (1, INT32_MAX - COUNT + 1), (5000, 123456789), (9999, 77), (10000, 0)])
def test_the_lanes_agree_with_fractions_and_see_every_wrong_result(rounding, percent, first):
    row = row_of_fractions(percent, first, rounding)
    assert is_row_right(as_data(row), percent, first, rounding)
    for place in (0, 1, 2, 5000, COUNT - 2, COUNT - 1):
        for wrong in (-1, 1, 2, 10000, 2**20, -row[place] - 1, -2**31 - row[place]):
            spoiled = list(row)
            spoiled[place] = (row[place] + wrong + 2**31) % 2**32 - 2**31
            assert not is_row_right(as_data(spoiled), percent, first, rounding), (place, wrong)
            # A mistake cannot hide behind another one beside it.
            spoiled[place - 1] = (row[place - 1] - wrong + 2**31) % 2**32 - 2**31
            assert not is_row_right(as_data(spoiled), percent, first, rounding), (place, wrong)


def test_the_roundings_differ_where_they_should():
    half = 5000
    assert [oracle.price_after_percent(p, half, "down") for p in (1, 2, 3)] == [0, 1, 1]
    assert [oracle.price_after_percent(p, half, "half-up") for p in (1, 2, 3)] == [1, 1, 2]
    assert [oracle.price_after_percent(p, half, "half-even") for p in (1, 2, 3)] == [0, 1, 2]
