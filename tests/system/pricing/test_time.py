# SPDX-License-Identifier: MIT
"""
When a window begins and ends: local dates and times against Python's own reading of the time zone database, and prices in the
last second before a window, its first, its last, and the first behind it. The clock is always told, never looked at.
"""
import datetime
import random
import zoneinfo
from datetime import timezone

import pytest
from probe import PriceProbe, Probe

UTC = timezone.utc
LEAST, MOST = 86400, 253402300799


@pytest.fixture
def windows():
    with Probe("window_probe") as made:
        yield made


@pytest.fixture
def prices():
    with PriceProbe() as made:
        yield made


# ---- What a local time means, by Python ----

def local(instant, zone):
    return datetime.datetime.fromtimestamp(instant, UTC).astimezone(zone)


def instants_of(naive, zone):
    """The instants at which clocks show this local time: none, one, or two."""
    found = set()
    for fold in (0, 1):
        instant = int(naive.replace(tzinfo=zone, fold=fold).timestamp())
        if local(instant, zone).replace(tzinfo=None) == naive:
            found.add(instant)
    return sorted(found)


def edges_of(day, zone):
    """Every instant at which a stretch of this local date may begin or have just ended: where clocks are put forward or back,
    and midnights."""
    noon = int(datetime.datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    hours = range(noon - 60 * 3600, noon + 60 * 3600, 3600)
    found = set()
    for hour in hours:
        low, high = hour, hour + 3600
        offset = local(low, zone).utcoffset()
        found |= {midnight - int(offset.total_seconds()) for midnight in (noon - 12 * 3600, noon + 12 * 3600)}
        if local(high, zone).utcoffset() != offset:
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if local(middle, zone).utcoffset() == offset else (low, middle)
            found.add(high)
    return sorted(found)


def first_of(day, zone):
    """The first instant of a local date, or None when the zone skipped it."""
    return next((at for at in edges_of(day, zone) if local(at, zone).date() == day), None)


def behind(day, zone):
    """The first instant after all of a local date."""
    return next((at for at in reversed(edges_of(day, zone)) if local(at - 1, zone).date() == day), None)


def should_be(text, name, side):
    """What a window's text means, or None: it is refused."""
    zone = zoneinfo.ZoneInfo(name)
    if "T" not in text:
        day = datetime.date.fromisoformat(text)
        return first_of(day, zone) if side == "start" else behind(day, zone)
    found = instants_of(datetime.datetime.fromisoformat(text), zone)
    if not found:
        return None
    # Never shorter than it reads: of a time that comes twice, the first begins a window and the second ends it.
    return found[0] if side == "start" else found[-1]


# ---- Texts ----

def check(windows, text, zone, side):
    """The probe reads it as Python does, and writes it so that it reads the same."""
    answer, should = windows.ask(text, zone, side), should_be(text, zone, side)
    if should is None:
        assert "instant" not in answer and text in answer["reason"] and zone in answer["reason"], (text, zone, side, answer)
        return answer
    assert answer.get("instant") == should, (text, zone, side, answer, should)
    again = windows.ask(answer["text"], zone, side)
    assert again.get("instant") == should, (text, zone, side, answer, again)
    return answer


@pytest.mark.parametrize("text, zone, start, end", [
    # A date begins at its midnight and ends where the next one begins.
    ("2026-11-27", "UTC", "2026-11-27T00:00Z", "2026-11-28T00:00Z"),
    ("2026-11-27", "Europe/Berlin", "2026-11-26T23:00Z", "2026-11-27T23:00Z"),
    # Days of 23 and of 25 hours.
    ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
    ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
    ("2026-03-08", "America/New_York", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
    ("2026-11-01", "America/New_York", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
    # The other half of the world, and half an hour of it.
    ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:30Z"),
    # Clocks go forward at midnight: the day begins at one o'clock. They go back at midnight: the last hour comes twice.
    ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00Z", "2018-11-05T02:00Z"),
    ("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00Z", "2018-02-18T03:00Z"),
    # A minute past midnight: the next day had begun and was taken back.
    ("2010-11-06", "America/St_Johns", "2010-11-06T02:30Z", "2010-11-07T03:30Z"),
    # The day that Samoa skipped lies between these two.
    ("2011-12-29", "Pacific/Apia", "2011-12-29T10:00Z", "2011-12-30T10:00Z"),
    ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00Z", "2011-12-31T10:00Z"),
    # One zone, three rules: summer time, for ever, and never again.
    ("2010-07-01", "Europe/Moscow", "2010-06-30T20:00Z", "2010-07-01T20:00Z"),
    ("2012-01-15", "Europe/Moscow", "2012-01-14T20:00Z", "2012-01-15T20:00Z"),
    ("2015-07-01", "Europe/Moscow", "2015-06-30T21:00Z", "2015-07-01T21:00Z"),
    # Long after the last line of the database.
    ("2150-07-01", "Europe/Berlin", "2150-06-30T22:00Z", "2150-07-01T22:00Z"),
])
def test_a_date_is_the_whole_local_day(windows, text, zone, start, end):
    for side, known in (("start", start), ("end", end)):
        instant = int(datetime.datetime.fromisoformat(known).timestamp())
        assert should_be(text, zone, side) == instant, "the oracle"
        assert check(windows, text, zone, side)["instant"] == instant


@pytest.mark.parametrize("text, zone, start, end", [
    ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
    ("2026-10-25T02:00", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T01:00Z"),
    ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00Z", "2026-10-25T02:00Z"),
    ("2026-11-01T01:59:59", "America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T06:59:59Z"),
    ("2026-03-29T01:59:59", "Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"),
    ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00Z", "2026-03-29T01:00Z"),
])
def test_a_time_that_comes_twice_makes_no_window_shorter(windows, text, zone, start, end):
    for side, known in (("start", start), ("end", end)):
        instant = int(datetime.datetime.fromisoformat(known).timestamp())
        assert should_be(text, zone, side) == instant, "the oracle"
        assert check(windows, text, zone, side)["instant"] == instant


@pytest.mark.parametrize("text, zone, before, after", [
    ("2026-03-29T02:00", "Europe/Berlin", "01:59:59", "03:00"),
    ("2026-03-29T02:59:59", "Europe/Berlin", "01:59:59", "03:00"),
    ("2026-03-08T02:30", "America/New_York", "01:59:59", "03:00"),
    ("2018-11-04T00:00", "America/Sao_Paulo", "2018-11-03T23:59:59", "2018-11-04T01:00"),
    ("2011-12-30", "Pacific/Apia", "2011-12-29T23:59:59", "2011-12-31T00:00"),
    ("2011-12-30T12:00", "Pacific/Apia", "2011-12-29T23:59:59", "2011-12-31T00:00"),
])
@pytest.mark.parametrize("side", ["start", "end"])
def test_a_time_that_clocks_skip_is_refused_and_its_neighbours_are_named(windows, text, zone, before, after, side):
    assert should_be(text, zone, side) is None, "the oracle"
    reason = check(windows, text, zone, side)["reason"]
    assert before in reason and after in reason, reason


def test_any_time_in_any_zone_is_what_python_reads(windows):
    rng = random.Random(20261122)
    zones = sorted(each for each in zoneinfo.available_timezones() if "/" in each or each in ("EST5EDT", "CET"))
    for _ in range(1500):
        zone = rng.choice(zones)
        instant = rng.randint(LEAST * 400, 4102444800) if rng.random() < 0.8 else rng.randint(LEAST * 400, LEAST * 200000)
        at = local(instant, zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
        text = rng.choice([at.strftime("%Y-%m-%d"), at.strftime("%Y-%m-%dT%H:%M"), at.strftime("%Y-%m-%dT%H:%M:%S")])
        check(windows, text, zone, rng.choice(["start", "end"]))


def changed(instants, zone):
    """Those after which, within a step, the zone's clocks are another hour."""
    return [at for at in instants if local(at, zone).utcoffset() != local(at + instants.step, zone).utcoffset()]


def test_the_days_around_every_change_of_clocks_are_what_python_reads(windows):
    zones = ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "Asia/Beirut",
             "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "Asia/Gaza",
             "Asia/Pyongyang", "America/Caracas", "Europe/Dublin", "Asia/Tehran"]
    for name in zones:
        zone = zoneinfo.ZoneInfo(name)
        changes = [at for week in changed(range(1230768000, 1861920000, 604800), zone)
                   for at in changed(range(week, week + 604800, 43200), zone)]
        for at in changes:
            for day in {local(at + by, zone).date() for by in (-43200, 0, 43200, 86400)}:
                for text in (f"{day}", f"{day}T00:00", f"{day}T00:30", f"{day}T01:30", f"{day}T02:30", f"{day}T23:30"):
                    for side in ("start", "end"):
                        check(windows, text, name, side)


@pytest.mark.parametrize("text", [
    "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "2026-11-27T24:00", "2026-11-27T23:60", "2026-11-27T23:59:60",
    "2026-11-27T", "2026-11-27T18", "26-11-27", "2026-1-27", "2026-11-27T18:00:30.5", "2026-11-27T18:00+01:00", "tomorrow",
    "2026-11-27T18:00:30ZZ", "-2026-11-27", "20261127", "1970-01-01", "1969-12-31", "0000-01-01", "10000-01-01", "2026-11-27Z"])
@pytest.mark.parametrize("side", ["start", "end"])
def test_what_is_no_date_is_refused(windows, text, side):
    if text == "1970-01-01" and side == "end":
        assert windows.ask(text, "UTC", side)["instant"] == LEAST  # it is over where the first allowed instant is
    else:
        reason = windows.ask(text, "UTC", side)["reason"]
        assert text[:10] in reason and "\n" not in reason, reason


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime", "europe/berlin",
                                  "posixrules", "right/UTC", "tzdata.zi", "CET-1CEST"])
def test_a_zone_that_there_is_not_is_refused(windows, zone):
    assert "instant" not in windows.ask("2026-11-27", zone, "start")


def test_a_time_with_z_is_utc_in_any_zone(windows):
    for side in ("start", "end"):
        assert windows.ask("2026-10-25T00:30Z", "Europe/Berlin", side)["instant"] == 1792888200


# ---- Prices at the ends of a window ----

def prices_around(prices, window, instants):
    prices.load(f"""discount-rules 1

product 1 thing

rule sale "Half"
    lane sale
    percent 50
{window}
end
""")
    prices.show([(1, 1000, [])])
    return [prices.ask("quote", 1, at)[0]["price"] for at in instants]


@pytest.mark.parametrize("start, end, zone", [
    ("2026-11-27", "2026-11-30", "UTC"),
    ("2026-11-27", "2026-11-27", "Europe/Berlin"),
    ("2026-03-29", "2026-03-29", "Europe/Berlin"),  # 23 hours
    ("2026-10-25", "2026-10-25", "Europe/Berlin"),  # 25 hours
    ("2026-03-29T01:59:59", "2026-03-29T03:00", "Europe/Berlin"),  # one second
    ("2026-10-25T02:59:59", "2026-10-25T03:00", "Europe/Berlin"),  # an hour and a second
    ("2026-10-25T02:30", "2026-10-25T02:30", "Europe/Berlin"),  # from the first to the second time
    ("2026-03-08T01:00", "2026-03-08T03:00", "America/New_York"),
    ("2026-11-01", "2026-11-01T01:30", "America/New_York"),
    ("2018-11-04", "2018-11-04", "America/Sao_Paulo"),
    ("2011-12-29", "2011-12-31", "Pacific/Apia"),
    ("1970-01-02", "9999-12-28", "UTC"),
])
def test_a_rule_applies_from_the_first_instant_until_before_the_end(prices, start, end, zone):
    first, last = should_be(start, zone, "start"), should_be(end, zone, "end")
    window = f"    starts {start} {zone}\n    ends {end} {zone}\n"
    assert prices_around(prices, window, [first - 1, first, last - 1, last]) == [1000, 500, 500, 1000]
    state = [prices.ask("state", at)["next"] for at in (first - 1, first, last - 1, last)]
    assert state == [first, last, last, 0]


def test_a_window_may_be_open_at_either_end(prices):
    at = should_be("2026-11-27", "Europe/Berlin", "start")
    far = [-2**62, 0, at - 1, at, 2**62]
    assert prices_around(prices, "    starts 2026-11-27 Europe/Berlin\n", far) == [1000, 1000, 1000, 500, 500]
    at = should_be("2026-11-27", "Europe/Berlin", "end")
    far = [-2**62, 0, at - 1, at, 2**62]
    assert prices_around(prices, "    ends 2026-11-27 Europe/Berlin\n", far) == [500, 500, 500, 1000, 1000]
    assert prices_around(prices, "", far) == [500] * 5


def test_two_windows_that_touch_leave_no_gap_and_do_not_overlap(prices):
    file = """discount-rules 1

product 1 thing

rule first "First"
    lane sale
    amount 100
    starts 2026-10-24 Europe/Berlin
    ends 2026-10-25 Europe/Berlin

rule second "Second"
    lane sale
    amount 10
    starts 2026-10-26 Europe/Berlin
    ends 2026-10-26 Europe/Berlin

end
"""
    prices.load(file)
    prices.show([(1, 1000, [])])
    between = should_be("2026-10-26", "Europe/Berlin", "start")
    assert [prices.ask("quote", 1, between + by)[0]["price"] for by in (-86400, -1, 0, 86399, 86400)] == [900, 900, 990, 990, 1000]


