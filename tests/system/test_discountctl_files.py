# SPDX-License-Identifier: MIT
"""discountctl import and export: what a file says is what the service has, byte for byte, or it is told what is wrong and where."""
import subprocess

import pytest

from harness.discount import Discountd
from harness.discountctl import CTL, RULES, Ctl, rule_file
from harness.paths import is_sanitized, not_sanitized

RULE = 'rule new "New"\n    lane sale\n    percent 5'


@pytest.fixture(scope="module")
def served(workshop, keys):
    server = Discountd(workshop.new("discountd"), keys)
    yield Ctl(workshop.new("ctl"), keys, server.port)
    server.stop()


@pytest.fixture
def ctl(served):
    served.load()
    return served


def refuse(ctl, *words, stdin=""):
    """Runs an import that must be refused and change nothing; its lines."""
    before = ctl.revision()
    done = ctl.run("import", *words, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert ctl.revision() == before
    return done.stderr.splitlines()


# ---- Round trips ----

def test_export_writes_what_import_read(ctl):
    assert ctl.ok("export") == RULES


def test_export_import_export_gives_the_same_bytes(ctl):
    ctl.ok("group", "add", "staff", "2147483647", "5-7")
    ctl.ok("rule", "set", "-", stdin=rule_file(
        'rule odd "Quotes \\" and \\\\ and 日本"\n    lane contract\n    exclusive\n    priority -7\n    price 0\n'
        '    include product iphone-x\n    exclude category old\n    minimum 5\n    disabled\n    starts 2026-01-01T10:30:05'))
    first = ctl.ok("export")
    ctl.load(rule_file())
    assert ctl.ok("export") == rule_file()
    ctl.ok("import", "--prune", "-", stdin=first)
    assert ctl.ok("export") == first


def test_a_window_without_a_zone_is_in_that_of_the_shop_and_stays_there(ctl):
    """What is stored means the same whatever the setting says later."""
    shop = {"DISCOUNTCTL_TIME_ZONE": "Europe/Berlin"}
    ctl.ok("rule", "set", "-", stdin=rule_file('rule utc "UTC"\n    lane sale\n    percent 5\n    starts 2026-11-27'))
    ctl.ok("rule", "set", "-", stdin=rule_file('rule here "Here"\n    lane sale\n    percent 5\n    starts 2026-11-27'), **shop)
    for settings in {}, shop:
        text = ctl.ok("export", **settings)
        assert "    starts 2026-11-27 Europe/Berlin\n" in text and "    starts 2026-11-27 UTC\n" in text
        assert "nothing to change" in ctl.ok("import", "--prune", "-", stdin=text, **settings)
    active = ["rule", "list", "--json", "--text", "here", "--active-at"]
    assert '"here"' in ctl.ok(*active, "2026-11-27", **shop) and '"here"' not in ctl.ok(*active, "2026-11-26T22:59")
    assert "time zone  Europe/Berlin " in ctl.ok("status", **shop)
    wrong = ctl.run("export", DISCOUNTCTL_TIME_ZONE="Europe/Nowhere")
    assert wrong.returncode == 78 and "DISCOUNTCTL_TIME_ZONE" in wrong.stderr and "Europe/Berlin" in wrong.stderr


def test_importing_an_export_changes_nothing(ctl):
    revision = ctl.revision()
    assert ctl.ok("import", "--prune", "-", stdin=ctl.ok("export")) == f"nothing to change: revision {revision} stays\n"


def test_import_sets_what_the_file_names_and_leaves_the_rest(ctl):
    ctl.ok("import", "-", stdin=rule_file("group staff", RULE))
    assert [rule["key"] for rule in ctl.json("rule", "list")["rules"]] == ["black-friday", "contract-77", "demo", "new"]
    assert ctl.json("group", "show", "vip")["member_count"] == 6


def test_a_groups_members_are_those_of_the_file(ctl):
    ctl.ok("import", "-", stdin=rule_file("group vip\n    members 5"))
    assert ctl.json("group", "show", "vip")["members"] == [5]


def test_prune_removes_all_that_the_file_does_not_name(ctl):
    ctl.ok("import", "--prune", "-", stdin=rule_file(RULE))
    assert ctl.ok("export") == rule_file(RULE)


def test_prune_by_a_file_that_was_cut_off_is_refused(ctl):
    rules = [f'rule r-{n} "R"\n    lane sale\n    percent 5' for n in range(60)]
    ctl.ok("import", "--prune", "-", stdin=rule_file(*rules))
    before = ctl.ok("export")
    new = [f'rule new-{n} "N"\n    lane sale\n    percent 5' for n in range(30)]
    for kept, words in ((rules[:47], ["--prune"]), (rules[:47] + new, ["--prune", "--dry-run"]), (rules[:47], ["--prune-up-to", "12"])):
        done = ctl.run("import", *words, "-", stdin=rule_file(*kept))
        assert done.returncode == 2
        assert "13 of the 60 rules that are there are not named" in done.stderr and "--prune-up-to 13" in done.stderr
        assert ctl.ok("export") == before
    ctl.ok("import", "--prune", "-", stdin=rule_file(*rules[:48]))  # a fifth
    ctl.ok("import", "--prune-up-to", "40", "-", stdin=rule_file(*rules[:8]))
    ctl.ok("import", "--prune", "-", stdin=rule_file(RULE))
    assert ctl.ok("export") == rule_file(RULE)


def test_a_dry_run_changes_nothing(ctl):
    before = ctl.revision()
    assert ctl.ok("import", "--dry-run", "-", stdin=rule_file(RULE)).startswith("no faults; 1 would change")
    assert ctl.json("import", "--dry-run", "-", stdin=rule_file(RULE))["dry_run"] is True
    assert ctl.revision() == before


def test_a_dry_run_tells_faults(ctl):
    assert refuse(ctl, "--dry-run", "-", stdin=rule_file("rule new \"N\"\n    lane sale\n    percent 101"))


def test_import_for_another_revision_exits_4(ctl):
    done = ctl.run("import", "--expect", ctl.revision() - 1, "-", stdin=rule_file(RULE))
    assert done.returncode == 4


def test_everything_in_json(ctl):
    document = ctl.json("export")
    assert document["revision"] == ctl.revision()
    assert [each["slug"] for each in document["products"]] == ["iphone-x", "notebook-avell-g1511", "playstation-4-slim"]
    assert [(each["key"], each["members"]) for each in document["groups"]] == [("staff", []), ("vip", [1, 2, 77, 78, 79, 80])]
    assert [each["key"] for each in document["rules"]] == ["black-friday", "contract-77", "demo"]


def test_a_file_from_a_pipe_is_read(ctl):
    assert ctl.run("import", "/dev/stdin", stdin=rule_file(RULE)).returncode == 0


# ---- Output files ----

def test_output_goes_to_a_file(ctl):
    path = ctl.directory / "out.rules"
    assert ctl.ok("export", "--output", path) == ""
    assert path.read_text() == RULES


def test_an_output_file_is_replaced_whole_and_nothing_else_is_left(ctl, workshop):
    directory = workshop.new("out")
    (directory / "out.rules").write_text("old")
    ctl.ok("export", "--output", directory / "out.rules")
    assert [each.name for each in directory.iterdir()] == ["out.rules"]
    assert (directory / "out.rules").read_text() == RULES


def test_a_failed_export_leaves_the_old_file(ctl, workshop, keys):
    path = workshop.new("out") / "out.rules"
    path.write_text("old")
    assert Ctl(ctl.directory, keys, 1).run("export", "--output", path).returncode == 5
    assert path.read_text() == "old"
    assert [each.name for each in path.parent.iterdir()] == ["out.rules"]


def test_an_output_that_cannot_be_written_is_told(ctl):
    done = ctl.run("export", "--output", "/nowhere/out.rules")
    assert done.returncode == 1
    assert done.stderr == "discountctl export: /nowhere/out.rules: No such file or directory\n"


def test_a_directory_is_not_replaced_and_nothing_is_left_beside_it(ctl, workshop):
    directory = workshop.new("out")
    (directory / "taken").mkdir()
    done = ctl.run("export", "--output", directory / "taken")
    assert (done.returncode, done.stderr) == (1, f"discountctl export: {directory / 'taken'}: Is a directory\n")
    assert [each.name for each in directory.iterdir()] == ["taken"]


def test_a_full_disk_is_told(ctl):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([str(CTL), "export"], env=ctl.environment(), stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=60, check=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


# ---- Faults ----

def test_every_fault_of_a_file_is_told_with_its_line(ctl):
    path = ctl.file("wrong.rules", rule_file('rule a "A"\n    lane sale\n    percent 101', 'rule b "B"\n    lane nowhere\n    amount -5'))
    lines = refuse(ctl, path)
    assert [line.split(": ")[0] for line in lines] == [f"{path}:5", f"{path}:8", f"{path}:9"]
    assert "101" in lines[0] and "nowhere" in lines[1] and "-5" in lines[2]


def test_faults_that_the_service_finds_have_their_line(ctl):
    path = ctl.file("unknown.rules", rule_file(
        'rule a "A"\n    lane sale\n    percent 1\n    include product nothing',
        'rule b "B"\n    lane sale\n    audience group nobody\n    percent 1'))
    lines = refuse(ctl, path)
    assert len(lines) == 2
    assert lines[0].startswith(f"{path}:6: rule a: include: ") and "nothing" in lines[0]
    assert lines[1].startswith(f"{path}:10: rule b: ") and "nobody" in lines[1]


def test_lines_are_right_with_prune(ctl):
    path = ctl.file("unknown.rules", rule_file('rule a "A"\n    lane sale\n    percent 1\n    include product iphone-x'))
    assert refuse(ctl, path, "--prune")[0].startswith(f"{path}:6: rule a: include: ")


def test_faults_in_json(ctl):
    document = ctl.json("import", "-", stdin=rule_file('rule a "A"\n    lane sale\n    percent 1\n    include product nothing'), code=2)
    fault = document["faults"][0]
    assert (fault["file"], fault["line"], fault["subject"], fault["field"]) == ("standard input", 6, "rule a", "include")
    assert "nothing" in fault["message"]


@pytest.mark.parametrize(("text", "line"), [
    (RULES.replace("\nend\n", ""), None),
    (RULES[:400], None),
    ("", 1),
    ("something else\n", 1),
    (rule_file('rule a "A\x1b[31m"\n    lane sale\n    percent 1'), 3),
    (rule_file("whatever\x07 5"), 3),
], ids=["no-end", "cut", "empty", "other", "control-label", "control-word"])
def test_what_is_no_rule_file_is_refused(ctl, text, line):
    lines = refuse(ctl, "-", stdin=text)
    assert all(each.startswith("standard input:") for each in lines)
    assert line is None or lines[0].startswith(f"standard input:{line}: ")
    assert not any(ord(c) < 32 or ord(c) == 127 for each in lines for c in each)


@pytest.mark.parametrize("raw", [b"discount-rules 1\n\nrule a \"\xff\"\n\nend\n", b"discount-rules 1\n\0\nend\n"], ids=["utf8", "nul"])
def test_bytes_that_are_no_text_are_refused(ctl, raw):
    path = ctl.file("bytes.rules", raw)
    assert refuse(ctl, path)[0].startswith(f"{path}:")


def test_a_file_that_is_too_large_is_refused(ctl):
    path = ctl.directory / "large.rules"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert "67108864 bytes that are allowed" in refuse(ctl, path)[0]
    path.unlink()


def test_a_file_that_is_not_there_exits_1(ctl):
    done = ctl.run("import", "/nowhere.rules")
    assert (done.returncode, done.stderr) == (1, "discountctl import: /nowhere.rules: No such file or directory\n")


def test_a_directory_is_no_file(ctl):
    done = ctl.run("import", ctl.directory)
    assert done.returncode == 1 and "Is a directory" in done.stderr


# ---- Large ones ----

def large_file(rules, members):
    blocks = [f"product {i} product-{i}" for i in range(1, 51)]
    blocks.append("group many\n    members " + " ".join(str(i) for i in range(1, 2 * members, 2)))
    label = "with a label that is as long as a label may be, or nearly so, to fill messages" + " and more" * 12
    blocks += [f'rule r-{i:06} "Rule {i} {label}"\n    lane sale\n    percent 5\n    audience customer {i + 1}\n'
               f'    include product product-{i % 50 + 1}' for i in range(rules)]
    return rule_file(*blocks)


def split_members(text):
    """The lines of members may not be longer than a line is allowed to be."""
    made = []
    for line in text.split("\n"):
        words = line.split()
        if words[:1] == ["members"] and len(words) > 1000:
            made += ["    members " + " ".join(words[i:i + 1000]) for i in range(1, len(words), 1000)]
        else:
            made.append(line)
    return "\n".join(made)


@not_sanitized("the parts of a change set: the next one; to take them in: pricing/test_admin.py")
def test_a_change_set_of_several_messages_arrives_whole(ctl):
    text = split_members(large_file(18000, 20000))
    assert len(text) > 5 * 1024 * 1024
    before = ctl.revision()
    answer = ctl.json("import", "--prune", "-", stdin=text)
    assert answer["revision"] == before + 1
    assert len(ctl.json("rule", "list")["rules"]) == 18000
    assert ctl.json("group", "show", "many")["members"] == list(range(1, 40000, 2))
    exported = ctl.ok("export")
    assert ctl.ok("import", "--prune", "-", stdin=exported).startswith("nothing to change")


def test_faults_of_a_staged_change_set_have_their_line(ctl):
    text = split_members(large_file(16000, 20))
    assert len(text) > 4 * 1024 * 1024
    wrong = text.replace("include product product-50\n\nrule r-015950", "include product product-51\n\nrule r-015950")
    assert text != wrong
    line = wrong.split("\n").index("    include product product-51") + 1
    lines = refuse(ctl, "--prune", "-", stdin=wrong)
    assert len(lines) == 1 and lines[0].startswith(f"standard input:{line}: rule r-015949: include: ")


# ---- Prices ----

def test_prices_are_exported_as_csv(ctl):
    assert ctl.ok("export", "--prices", "contract-77") == "product,price\niphone-x,900\nnotebook-avell-g1511,1200\n"


def test_prices_in_json(ctl):
    assert ctl.json("export", "--prices", "contract-77") == {
        "prices": [{"product": "iphone-x", "price": 900}, {"product": "notebook-avell-g1511", "price": 1200}]}


def test_a_long_price_list_goes_in_and_out(ctl):
    count = 6000 if is_sanitized() else 60000
    ctl.load(rule_file(*[f"product {i} product-number-{i:06}" for i in range(1, count + 1)],
                       'rule list "List"\n    lane contract\n    price product-number-000001 5'))
    prices = "product,price\n" + "".join(f"product-number-{i:06},{i * 7}\n" for i in range(1, count + 1))
    ctl.ok("import", "--prices", "list", "-", stdin=prices)
    assert ctl.ok("export", "--prices", "list") == prices


def test_prices_are_replaced_and_the_rest_of_the_rule_stays(ctl):
    ctl.ok("import", "--prices", "contract-77", "-", stdin="product,price\nplaystation-4-slim,5\n")
    rule = ctl.json("rule", "show", "contract-77")
    assert rule["prices"] == [{"product": "playstation-4-slim", "price": 5}]
    assert (rule["label"], rule["customer_id"], rule["lane"]) == ("Prices of customer 77", 77, "contract")


def test_prices_out_and_in_change_nothing(ctl):
    prices = ctl.ok("export", "--prices", "contract-77")
    assert ctl.ok("import", "--prices", "contract-77", "-", stdin=prices).startswith("nothing to change")


def test_prices_in_a_dry_run_change_nothing(ctl):
    before = ctl.revision()
    ctl.ok("import", "--dry-run", "--prices", "contract-77", "-", stdin="product,price\nplaystation-4-slim,5\n")
    assert ctl.revision() == before


def test_an_unknown_product_in_a_price_list_is_told_with_its_line(ctl):
    path = ctl.file("prices.csv", "product,price\niphone-x,900\nno-such-thing,5\n")
    lines = refuse(ctl, "--prices", "contract-77", path)
    assert lines[0].startswith(f"{path}:3: rule contract-77: ") and "no-such-thing" in lines[0]


def test_a_wrong_price_is_told_with_its_line(ctl):
    path = ctl.file("prices.csv", "product,price\niphone-x,900\nplaystation-4-slim,-1\n")
    assert refuse(ctl, "--prices", "contract-77", path)[0].startswith(f"{path}:3: ")


@pytest.mark.parametrize(("key", "code", "said"), [
    ("nothing", 3, "there is no rule"), ("demo", 2, "not a price list")])
def test_prices_of_what_is_no_price_list(ctl, key, code, said):
    for words in (["export", "--prices", key], ["import", "--prices", key, "-"]):
        done = ctl.run(*words, stdin="product,price\niphone-x,1\n")
        assert done.returncode == code and said in done.stderr
