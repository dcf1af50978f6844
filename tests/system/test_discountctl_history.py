# SPDX-License-Identifier: MIT
"""discountctl history, diff, rollback and status; and the terminal: colour, progress, and nothing that commands it."""
import re
import time

import pytest

from harness.discount import Discountd
from harness.discountctl import RULES, Ctl, rule_file
from harness.process import pid_exists

ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def served(workshop, keys):
    server = Discountd(workshop.new("discountd"), keys)
    yield Ctl(workshop.new("ctl"), keys, server.port)
    server.stop()


@pytest.fixture
def ctl(served):
    served.load()
    return served


# ---- History ----

def test_history_tells_who_when_why_and_how_much(ctl):
    ctl.ok("rule", "disable", "demo", "--message", "because")
    latest = ctl.json("history")["revisions"][0]
    assert (latest["author"], latest["message"], latest["changed"]) == ("spiffe://ecommerce/admin", "because", 1)
    assert latest["revision"] == ctl.revision() and abs(latest["made_at"] - time.time()) < 60
    lines = ctl.ok("history", "--limit", "1").splitlines()
    assert lines[0].split() == ["REVISION", "MADE", "CHANGED", "BY", "WHY"]
    assert re.fullmatch(rf" *{latest['revision']}  \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC +1  spiffe://ecommerce/admin  because", lines[1])


def test_history_is_as_long_as_it_is_told(ctl):
    ctl.ok("rule", "disable", "demo")
    ctl.ok("rule", "enable", "demo")
    numbers = [each["revision"] for each in ctl.json("history", "--limit", "2")["revisions"]]
    assert numbers == [ctl.revision(), ctl.revision() - 1]
    everything = [each["revision"] for each in ctl.json("history", "--limit", "100000")["revisions"]]
    assert everything == list(range(ctl.revision(), 0, -1))


# ---- Diff ----

def diff(ctl, before):
    return ctl.ok("diff", before, ctl.revision()).splitlines()


def test_a_changed_rule_is_told_line_by_line(ctl):
    before = ctl.revision()
    ctl.ok("rule", "set", "-", stdin=rule_file('rule demo "10 % off everything for customer 1"\n    lane contract\n    percent 15\n'
                                               "    audience customer 1"))
    assert diff(ctl, before) == [
        f"--- revision {before}", f"+++ revision {before + 1}", "@@ rule demo @@",
        ' rule demo "10 % off everything for customer 1"', "     lane contract", "-    percent 10", "+    percent 15",
        "     audience customer 1"]


def test_what_came_and_what_went(ctl):
    before = ctl.revision()
    ctl.ok("rule", "remove", "demo")
    ctl.ok("group", "set", "new", "New")
    ctl.ok("group", "add", "new", "7-9")
    ctl.ok("group", "drop", "vip", "77-80")
    ctl.ok("product", "set", "3", "playstation-4-slim", "--floor", "7")
    lines = diff(ctl, before)
    assert lines[2:4] == ["@@ rule demo @@", '-rule demo "10 % off everything for customer 1"']
    assert lines[-9:] == [
        "@@ group new @@", '+group new "New"', "@@ members of new @@", "+    members 7-9", "@@ members of vip @@",
        "-    members 77-80", "@@ product playstation-4-slim @@", " product 3 playstation-4-slim", "+    floor 7"]


def test_a_diff_backwards_is_the_other_way_round(ctl):
    before = ctl.revision()
    ctl.ok("rule", "remove", "demo")
    there, back = ctl.ok("diff", before, before + 1), ctl.ok("diff", before + 1, before)
    assert [line[0] for line in there.splitlines()[3:]] == ["-"] * 4
    assert [line[0] for line in back.splitlines()[3:]] == ["+"] * 4


def test_only_the_lines_near_a_change_are_told(ctl):
    def text(middle):
        return rule_file(*[f"product {i} p-{i:03}" for i in range(1, 101)],
                         'rule long "Long"\n    lane sale\n' + "\n".join(
                             f"    price p-{i:03} {middle if i == 50 else i}" for i in range(1, 101)))
    before = ctl.load(text(7))
    ctl.ok("import", "-", stdin=text(8))
    assert [line for line in diff(ctl, before)[2:]] == [
        "@@ rule long @@", " ...", "     price p-047 47", "     price p-048 48", "     price p-049 49", "-    price p-050 7",
        "+    price p-050 8", "     price p-051 51", "     price p-052 52", "     price p-053 53"]


def test_equal_revisions_differ_in_nothing(ctl):
    assert ctl.ok("diff", ctl.revision(), ctl.revision()) == ""


def test_a_diff_in_json(ctl):
    before = ctl.revision()
    ctl.ok("rule", "remove", "demo")
    difference, = ctl.json("diff", before, before + 1)["differences"]
    assert (difference["kind"], difference["key"], difference["rule_after"]) == ("rule", "demo", None)
    assert difference["rule_before"]["percent"] == 1000


@pytest.mark.parametrize("words", [["diff", "1", "999999"], ["rollback", "999999"]], ids=" ".join)
def test_a_revision_that_does_not_exist_exits_3(ctl, words):
    done = ctl.run(*words)
    assert (done.returncode, done.stdout) == (3, "")
    assert "999999" in done.stderr


# ---- Rollback ----

def test_rollback_makes_the_rules_what_they_were(ctl):
    before = ctl.revision()
    ctl.load(rule_file())
    said = ctl.ok("rollback", before, "--message", "that was wrong")
    assert said.startswith(f"revision {before + 2}: ")
    assert ctl.ok("export") == RULES
    assert ctl.json("history")["revisions"][0]["message"] == "that was wrong"


def test_rollback_to_what_is_changes_nothing(ctl):
    assert ctl.ok("rollback", ctl.revision()) == f"nothing to change: revision {ctl.revision()} stays\n"


# ---- Status ----

def test_status_tells_revision_counts_and_workers(ctl):
    status = ctl.json("status")
    assert (status["rules"], status["groups"], status["products"], status["rounding"]) == (3, 2, 3, "down")
    assert status["revision"] == status["latest"]
    assert len(status["workers"]) == 2 and all(pid_exists(each["pid"]) for each in status["workers"])
    # Nobody has asked for a price since: the revision in use is what the next one is made by.
    assert {each["revision"] for each in status["workers"]} == {status["revision"]}
    said = ctl.ok("status")
    assert f"revision   {status['revision']} in use\n" in said and "rules      3\n" in said
    assert all(str(each["pid"]) in said for each in status["workers"])


# ---- The terminal ----

def test_a_table_has_colour_on_a_terminal_only(ctl):
    code, shown = ctl.on_terminal("rule", "list")
    assert code == 0 and f"{ESCAPE}[1mKEY" in shown
    assert ESCAPE not in ctl.ok("rule", "list")


@pytest.mark.parametrize(("words", "settings"), [
    ([], {"NO_COLOR": "1"}), (["--no-colour"], {}), (["--no-color"], {}), ([], {"TERM": "dumb"}), ([], {"TERM": None}), (["--json"], {})],
    ids=["NO_COLOR", "option", "american", "dumb", "no-term", "json"])
def test_no_colour_when_nobody_wants_it(ctl, words, settings):
    for command in (["rule", "list"], ["diff", "1", str(ctl.revision())], ["explain", "1", "iphone-x", "--price", "1000"]):
        code, shown = ctl.on_terminal(*command, *words, **settings)
        assert code == 0 and shown and ESCAPE not in shown


def test_an_empty_no_color_counts_as_none(ctl):
    assert ESCAPE in ctl.on_terminal("rule", "list", NO_COLOR="")[1]


def test_a_diff_and_an_explanation_have_colour_on_a_terminal(ctl):
    before = ctl.revision()
    ctl.ok("rule", "remove", "demo")
    assert f"{ESCAPE}[31m-rule demo" in ctl.on_terminal("diff", before, before + 1)[1]
    assert f"{ESCAPE}[32mwon{ESCAPE}[0m" in ctl.on_terminal("explain", "77", "iphone-x", "--price", "1000")[1]


def test_a_terminal_and_a_pipe_show_the_same_words(ctl):
    shown = ctl.on_terminal("rule", "list", "--no-colour")[1]
    assert shown.replace("\r\n", "\n") == ctl.ok("rule", "list")


def many_rules(count):
    label = "a label that fills the messages of a change set " * 4
    return rule_file(*[f'rule r-{i:05}x "{label.strip()}"\n    lane sale\n    percent 1\n    audience customer {i + 1}'
                       for i in range(count)])


def test_long_work_shows_its_progress_on_a_terminal_and_takes_it_away(ctl):
    path = ctl.file("many.rules", many_rules(12000))
    code, shown = ctl.on_terminal("import", "--prune", path)
    assert code == 0
    assert "0 of 12001 changes sent" in shown
    assert re.search(r"12001 of 12001 changes sent, \d+ a second", shown)
    assert shown.endswith(f"\r{ESCAPE}[Krevision {ctl.revision()}: {12000 + 3 + 2 + 6 + 3} changed\r\n")


def test_long_work_is_silent_in_a_pipe(ctl):
    done = ctl.run("import", "--prune", "-", stdin=many_rules(12000))
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_from_the_command_line_commands_the_terminal(ctl):
    shown = ctl.on_terminal("rule", "show", "\x1b[31mred", NO_COLOR="1")[1]
    assert "\\u001b[31mred" in shown and ESCAPE not in shown
