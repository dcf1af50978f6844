# SPDX-License-Identifier: MIT
"""discountctl's commands for rules, groups and products: tables, JSON, changes, exit codes, and how it says what went wrong."""
import socket

import pytest

from harness.discount import Discountd
from harness.discountctl import RULES, Ctl, rule_file
from harness.keys import make_keys, sign
from harness.ports import free_port
from harness.process import wait_until


@pytest.fixture(scope="module")
def served(workshop, keys):
    server = Discountd(workshop.new("discountd"), keys)
    yield Ctl(workshop.new("ctl"), keys, server.port)
    server.stop()


@pytest.fixture
def ctl(served):
    served.load()
    return served


def keys_of(document, name="rules"):
    return [each["key"] for each in document[name]]


# ---- Rules ----

def test_rules_are_listed_in_a_table(ctl):
    lines = ctl.ok("rule", "list").splitlines()
    assert lines[0].split() == ["KEY", "LANE", "PRIORITY", "VALUE", "AUDIENCE", "TARGETS", "WINDOW", "STATE", "LABEL"]
    assert [line.split()[0] for line in lines[1:]] == ["black-friday", "contract-77", "demo"]
    assert "20 %, 5000 at most" in lines[1] and "2096-11-27 .. 2096-11-30 Europe/Berlin" in lines[1]
    assert "category phones, less 1" in lines[1]
    assert "2 prices" in lines[2] and "customer 77" in lines[2]


def test_the_columns_of_a_table_are_aligned(ctl):
    lines = ctl.ok("rule", "list").splitlines()
    start = lines[0].index("AUDIENCE")
    assert [line[start:].split("  ")[0] for line in lines[1:]] == ["group vip", "customer 77", "customer 1"]
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize(("words", "found"), [
    (["--lane", "sale"], ["black-friday"]),
    (["--lane", "contract"], ["contract-77", "demo"]),
    (["--kind", "price"], ["contract-77"]),
    (["--customer", "1"], ["demo"]),
    (["--group", "vip"], ["black-friday"]),
    (["--product", "iphone-x"], ["contract-77"]),
    (["--category", "phones"], ["black-friday"]),
    (["--active-at", "2096-11-26"], ["contract-77", "demo"]),
    (["--active-at", "2096-11-27", "--zone", "Europe/Berlin"], ["black-friday", "contract-77", "demo"]),
    (["--active-at", "2096-11-26T22:59:59"], ["contract-77", "demo"]),
    (["--active-at", "2096-11-26T23:00"], ["black-friday", "contract-77", "demo"]),
    (["--text", "PRICES"], ["contract-77"]),
    (["--text", "nothing"], []),
    (["--lane", "contract", "--kind", "percent"], ["demo"]),
], ids=" ".join)
def test_filters_choose_rules(ctl, words, found):
    assert keys_of(ctl.json("rule", "list", *words)) == found


def test_a_rule_is_shown_in_the_words_of_a_rule_file(ctl):
    block = RULES[RULES.index("rule black-friday"):RULES.index("\n\nrule contract")]
    assert ctl.ok("rule", "show", "black-friday") == block + "\n"


def test_a_rule_in_json_has_the_fields_of_the_message(ctl):
    rule = ctl.json("rule", "show", "black-friday")
    assert (rule["kind"], rule["percent"], rule["cap"], rule["lane"]) == ("percent", 2000, 5000, "sale")
    assert (rule["group"], rule["customer_id"]) == ("vip", 0)
    assert (rule["starts_at"], rule["ends_at"], rule["zone"]) == (4004809200, 4005154800, "Europe/Berlin")
    assert rule["include_categories"] == ["phones"] and rule["exclude_products"] == ["playstation-4-slim"]


def test_a_rule_that_is_not_there_exits_3(ctl):
    done = ctl.run("rule", "show", "nothing")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == 'discountctl rule show: there is no rule "nothing"\n'


def test_rules_are_set_from_standard_input(ctl):
    said = ctl.ok("rule", "set", "-", stdin=rule_file('rule new "New"\n    lane sale\n    amount 5'))
    assert said == f"revision {ctl.revision()}: 1 changed\n"
    assert ctl.json("rule", "show", "new")["amount"] == 5


def test_setting_rules_sets_nothing_else(ctl):
    before = ctl.revision()
    done = ctl.run("rule", "set", ctl.file("set.rules", rule_file("group more", 'rule new "New"\n    lane sale\n    amount 5')))
    assert done.returncode == 2
    assert "set.rules:3: group more: only rules are set here" in done.stderr
    assert ctl.revision() == before


def test_rules_are_removed(ctl):
    ctl.ok("rule", "remove", "demo", "black-friday")
    assert keys_of(ctl.json("rule", "list")) == ["contract-77"]


def test_removing_is_all_or_nothing_and_exits_2(ctl):
    done = ctl.run("rule", "remove", "demo", "nothing", "nowhere")
    assert done.returncode == 2
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["rule nothing", "rule nowhere"]
    assert len(keys_of(ctl.json("rule", "list"))) == 3


def test_a_rule_is_disabled_and_enabled(ctl):
    ctl.ok("rule", "disable", "demo")
    assert ctl.json("rule", "show", "demo")["disabled"] is True
    assert "disabled" in ctl.ok("rule", "list", "--customer", "1")
    ctl.ok("rule", "enable", "demo")
    assert ctl.json("rule", "show", "demo")["disabled"] is False


# ---- What all changes take ----

def test_a_message_goes_into_the_history(ctl):
    ctl.ok("rule", "disable", "demo", "--message", "for the holidays")
    assert ctl.json("history")["revisions"][0]["message"] == "for the holidays"


@pytest.mark.parametrize("words", [
    ["rule", "remove", "demo"], ["rule", "disable", "demo"], ["group", "set", "new"], ["group", "remove", "staff"],
    ["group", "add", "vip", "5"], ["group", "drop", "vip", "1"], ["product", "set", "9", "nine"], ["rollback", "1"],
], ids=" ".join)
def test_a_change_for_another_revision_exits_4_and_changes_nothing(ctl, words):
    before = ctl.revision()
    done = ctl.run(*words, "--expect", before - 1)
    assert (done.returncode, done.stdout) == (4, "")
    assert str(before) in done.stderr and len(done.stderr.splitlines()) == 1
    assert ctl.revision() == before


def test_a_change_for_this_revision_is_made(ctl):
    ctl.ok("rule", "remove", "demo", "--expect", ctl.revision())
    assert "demo" not in keys_of(ctl.json("rule", "list"))


def test_a_change_that_changes_nothing_makes_no_revision(ctl):
    before = ctl.revision()
    assert ctl.ok("rule", "enable", "demo") == f"nothing to change: revision {before} stays\n"
    assert ctl.json("rule", "enable", "demo") == {"revision": before, "changed": 0, "waited_ms": 0, "dry_run": False}


# ---- Groups and products ----

def test_groups_are_listed(ctl):
    assert ctl.ok("group", "list").splitlines() == [
        "KEY    MEMBERS  LABEL", "staff        0", "vip          6  Very important people"]


def test_groups_of_a_customer_are_listed(ctl):
    assert keys_of(ctl.json("group", "list", "--customer", "78"), "groups") == ["vip"]
    assert ctl.json("group", "list", "--customer", "5")["groups"] == []


def test_a_group_is_shown_with_its_members(ctl):
    assert ctl.ok("group", "show", "vip") == 'group vip "Very important people"\n    members 1 2 77-80\n'
    assert ctl.json("group", "show", "vip")["members"] == [1, 2, 77, 78, 79, 80]


def test_a_group_that_is_not_there_exits_3(ctl):
    done = ctl.run("group", "show", "nothing")
    assert done.returncode == 3 and '"nothing"' in done.stderr


def test_a_label_is_changed_and_members_stay(ctl):
    ctl.ok("group", "set", "vip", "Friends")
    group = ctl.json("group", "show", "vip")
    assert (group["label"], group["member_count"]) == ("Friends", 6)


def test_members_are_added_and_dropped(ctl):
    ctl.ok("group", "add", "vip", "5", "7-9")
    ctl.ok("group", "drop", "vip", "77-80", "1")
    assert ctl.json("group", "show", "vip")["members"] == [2, 5, 7, 8, 9]


@pytest.mark.parametrize("word", ["0", "x", "5-", "9-7", "2147483648", "-5"])
def test_a_customer_that_is_none_exits_64(ctl, word):
    done = ctl.run("group", "add", "vip", "--", word)
    assert done.returncode == 64
    assert word in done.stderr


def test_a_group_that_a_rule_names_stays(ctl):
    done = ctl.run("group", "remove", "vip")
    assert done.returncode == 2
    assert "group vip" in done.stderr and "black-friday" in done.stderr


def test_a_group_is_removed(ctl):
    ctl.ok("group", "remove", "staff")
    assert keys_of(ctl.json("group", "list"), "groups") == ["vip"]


def test_products_are_listed(ctl):
    assert ctl.ok("product", "list").splitlines() == [
        "ID  SLUG                  FLOOR", " 1  iphone-x                500", " 2  notebook-avell-g1511   none",
        " 3  playstation-4-slim     none"]


def test_a_product_is_set_and_removed(ctl):
    ctl.ok("product", "set", "9", "nine", "--floor", "5")
    assert {"id": 9, "slug": "nine", "floor": 5, "in_shop": None} in ctl.json("product", "list")["products"]
    ctl.ok("product", "set", "9", "neuf")
    assert {"id": 9, "slug": "neuf", "floor": 5, "in_shop": None} in ctl.json("product", "list")["products"]
    ctl.ok("product", "set", "9", "nine", "--floor", "0")
    assert {"id": 9, "slug": "nine", "floor": 0, "in_shop": None} in ctl.json("product", "list")["products"]
    ctl.ok("product", "remove", "nine")
    assert "nine" not in ctl.ok("product", "list")


def test_slugs_are_swapped_by_one_import(ctl):
    ctl.ok("import", "-", stdin="discount-rules 1\n\nproduct 1 notebook-avell-g1511\n\nproduct 2 iphone-x\n\nend\n")
    assert {each["id"]: each["slug"] for each in ctl.json("product", "list")["products"]} == {
        1: "notebook-avell-g1511", 2: "iphone-x", 3: "playstation-4-slim"}


def test_a_list_of_many_pages_is_whole(ctl):
    blocks = [f'rule r-{i:05}x "Rule"\n    lane sale\n    percent 1' for i in range(2500)]
    ctl.load(rule_file(*blocks))
    assert keys_of(ctl.json("rule", "list")) == [f"r-{i:05}x" for i in range(2500)]
    assert len(ctl.ok("rule", "list").splitlines()) == 2501


# ---- The command line ----

def test_options_of_all_commands_may_stand_before_the_command(ctl):
    assert ctl.run("--json", "rule", "--timeout", "30", "show", "demo").stdout == ctl.run("rule", "show", "demo", "--json").stdout


@pytest.mark.parametrize("words", [
    ["rule"], ["rule", "bake"], ["rule", "show"], ["rule", "show", "a", "b"], ["rule", "list", "--lane", "code"],
    ["rule", "list", "--customer", "0"], ["status", "--timeout", "0"], ["status", "--timeout", "x"], ["diff", "1"],
    ["diff", "1", "x"], ["rollback", "x"], ["explain", "x", "y", "--price", "1"],
    ["explain", "1", "1", "--price", "-1"], ["preview", "-"], ["product", "set", "x", "nine"], ["history", "--limit", "0"],
], ids=" ".join)
def test_wrong_usage_exits_64(ctl, words):
    done = ctl.run(*words)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("discountctl " + words[0])


def test_help_names_every_command_and_exit_code(ctl):
    said = ctl.ok("--help")
    for each in ["rule list", "rule disable", "group drop", "product set", "import FILE", "export", "explain", "preview", "lint",
                 "history", "diff A B", "rollback", "status", "init"]:
        assert each in said
    for code in ["0 done", "2 refused", "3 not found", "4 the", "5 the", "6 lint", "64 wrong", "78 wrong"]:
        assert code in " ".join(said.split())


@pytest.mark.parametrize("words", [["rule"], ["rule", "list"], ["import"], ["explain"]], ids=" ".join)
def test_every_command_has_help(ctl, words):
    assert ctl.ok(*words, "--help").startswith(f"Usage: discountctl {' '.join(words)} ")


# ---- Settings ----

def test_settings_come_from_a_file(workshop, ctl, keys):
    directory = workshop.new("conf")
    (directory / "my.conf").write_text(
        f"DISCOUNT_SERVICE_HOST=localhost:{ctl.port}\nDISCOUNTCTL_TLS_CA={keys.file('ca.crt')}\n"
        f"DISCOUNTCTL_TLS_CERTIFICATE={keys.file('admin.crt')}\nDISCOUNTCTL_TLS_KEY={keys.file('admin.key')}\n")
    none = dict.fromkeys(ctl.settings)
    other = Ctl(directory, keys, ctl.port)
    assert other.run("rule", "show", "demo", "--config", "my.conf", **none).returncode == 0
    assert other.run("rule", "show", "demo", **none, DISCOUNTCTL_CONFIG=directory / "my.conf").returncode == 0


def test_the_host_on_the_command_line_comes_first(ctl):
    done = ctl.run("status", "--host", f"localhost:{ctl.port}", DISCOUNT_SERVICE_HOST="localhost:1")
    assert done.returncode == 0


def test_a_wrong_setting_exits_78(ctl):
    done = ctl.run("status", DISCOUNT_SERVICE_HOST="")
    assert done.returncode == 78
    assert done.stderr.startswith("discountctl status: DISCOUNT_SERVICE_HOST is")


# ---- Service and identity ----

def one_line(done):
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (5, "", 1), done
    return lines[0]


def test_no_service_is_told_at_once(ctl, keys):
    port = free_port()
    said = one_line(Ctl(ctl.directory, keys, port).run("status"))
    assert f"localhost:{port} cannot be reached" in said and "Connection refused" in said


def test_a_service_that_does_not_answer_is_told(ctl, keys):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        said = one_line(Ctl(ctl.directory, keys, port).run("status", "--timeout", "1"))
    assert f"localhost:{port}" in said


def test_the_catalogs_identity_is_refused(ctl, keys):
    said = one_line(Ctl(ctl.directory, keys, ctl.port, "catalog").run("rule", "list"))
    assert "catalog.crt" in said and "does not let the identity" in said


def test_a_service_of_another_authority_is_refused(ctl, workshop):
    other = make_keys(workshop.new("authority"))
    said = one_line(Ctl(ctl.directory, other, ctl.port).run("status"))
    assert "certificate verify failed" in said


def test_a_revoked_certificate_is_refused(ctl, workshop, keys, start):
    mine = keys.copy(workshop.new("revoking"))
    server = start(Discountd, workshop.new("discountd"), mine, DISCOUNT_WORKERS=1)  # each reads the list when it does
    sign(mine, "old-admin", "spiffe://ecommerce/admin", "client")
    mine.ask("revoke", mine.file("old-admin.crt"))
    revoked = Ctl(ctl.directory, mine, server.port, "old-admin")
    wait_until(lambda: revoked.run("status").returncode != 0, 10, "the service has read the list")
    said = one_line(revoked.run("status"))
    assert "old-admin.crt" in said and "revoked" in said


@pytest.mark.parametrize(("settings", "named"), [
    ({"DISCOUNTCTL_TLS_CA": "/nowhere/ca.crt"}, "/nowhere/ca.crt: No such file"),
    ({"DISCOUNTCTL_TLS_KEY": "/nowhere/admin.key"}, "/nowhere/admin.key: No such file"),
])
def test_a_missing_key_file_is_named(ctl, settings, named):
    assert named in one_line(ctl.run("status", **settings))


def test_a_key_that_is_not_the_certificates_is_told(ctl, keys):
    assert "does not match" in one_line(ctl.run("status", DISCOUNTCTL_TLS_KEY=keys.file("catalog.key")))


def test_a_long_word_is_told_back_in_whole_characters(ctl):
    for shift in range(3):
        done = ctl.run("rule", "list", "--group", "x" * shift + "\u20ac" * 400)
        assert done.returncode == 2 and "\u20ac\u20ac" in done.stderr
        assert "\ufffd" not in done.stderr and "\\x" not in done.stderr and "\\u" not in done.stderr
