# SPDX-License-Identifier: MIT
"""discountctl and a service that does what the real one does seldom: rules that move, workers that forget, labels that command."""
import re
import threading

import grpc
import pytest

from harness import fake_admin
from harness.discountctl import PRODUCTS, Ctl, rule_file
from harness.fake_admin import FakeAdmin
from harness.paths import is_sanitized

EVIL = ["\x1b[31mred", "bell\x07", "c1 \u009b31m", "del\x7f", "turned \u202e round", "marked \u200e left", "apart \u2066 here",
        "line\u2028two", "return\rover"]
COMMANDING = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u202e\u2028\u2066]"


@pytest.fixture(scope="module")
def pb(workshop, messages):
    """The message classes of the DiscountAdmin service."""
    assert messages
    return fake_admin.generate(workshop.new("admin-proto"))


@pytest.fixture
def fake(request, workshop, keys, pb):
    """fake(Method=function, …) is a Ctl for such a service; its calls are in .service."""
    def make(**handlers):
        service = FakeAdmin(keys, handlers)
        request.addfinalizer(service.stop)
        ctl = Ctl(workshop.new("ctl"), keys, service.port)
        ctl.service = service
        return ctl
    return make


def large_rules():
    """A rule file of more than two messages."""
    label = "a label that fills the messages of a change set " * 4
    return rule_file(*[f'rule r-{i:05}x "{label.strip()}"\n    lane sale\n    percent 1\n    audience customer {i + 1}'
                       for i in range(20000)])


# ---- Text ----

@pytest.mark.parametrize("evil", EVIL[::3] if is_sanitized() else EVIL)
def test_labels_and_messages_never_command_the_terminal(fake, pb, evil):
    rule = pb.Rule(key="evil", label=evil, lane=1, kind=1, percent=100, group=evil, include_categories=[evil])
    loser = pb.Loser(key="loser", label=evil, loss=3)
    ctl = fake(
        ListRules=lambda *_: pb.ListRulesResponse(revision=1, rules=[rule]),
        ListGroups=lambda *_: pb.ListGroupsResponse(revision=1, groups=[pb.Group(key="g", label=evil)]),
        ListProducts=lambda *_: pb.ListProductsResponse(revision=1, products=[pb.KnownProduct(id=5, slug=evil)]),
        ListMembers=lambda *_: pb.ListMembersResponse(revision=1, customer_ids=[5]),
        ListRevisions=lambda *_: pb.ListRevisionsResponse(
            revisions=[pb.Revision(revision=1, made_at=1, author=evil, message=evil)]),
        CompareRevisions=lambda *_: pb.CompareRevisionsResponse(
            differences=[pb.Difference(kind="rule", key=evil, rule_before=rule)]),
        Explain=lambda *_: pb.ExplainResponse(
            revision=1, at=1, list_price=5, price=5, groups=[evil],
            lanes=[pb.LaneExplanation(lane=1, price_before=5, winner=rule, losers=[loser])]),
        Lint=lambda *_: pb.LintResponse(
            revision=1, count=1, findings=[pb.Finding(rule="evil", oddity=1, message=evil)]),
        GetStatus=lambda *_: pb.GetStatusResponse(version=evil, refused=evil, rounding=evil),
        ApplyChanges=lambda *_: pb.ApplyChangesResponse(
            faults=[pb.Fault(change=0, subject=evil, field=evil, message=evil)]),
    )
    for words in (["rule", "list"], ["rule", "show", "evil"], ["group", "list"], ["group", "show", "g"], ["history"], ["diff", "1", "2"],
                  ["explain", "1", "5", "--price", "5"], ["lint"], ["status"], ["product", "list"], ["rule", "remove", "x"]):
        done = ctl.run(*words)
        said = done.stdout + done.stderr
        assert done.returncode in (0, 2, 6), done
        assert len(said) > 5 and not re.search(COMMANDING, said), (words, said)
        document = ctl.run(*words, "--json").stdout
        assert len(document) > 5 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", document), (words, document)


def test_a_table_knows_how_wide_characters_are(fake, pb):
    findings = [pb.Finding(rule=rule, oddity=1) for rule in ("日本", "abcdef", "e\u0301e\u0301")]
    ctl = fake(Lint=lambda *_: pb.LintResponse(revision=1, count=3, findings=findings))
    assert [line.split("shadowed")[0] for line in ctl.run("lint").stdout.splitlines()[1:]] == [
        "日本    ", "abcdef  ", "e\u0301e\u0301      "]


def test_an_error_message_never_commands_the_terminal(fake):
    def refuse(_request, context):
        context.abort(grpc.StatusCode.INTERNAL, "so \x1b[31mred\nand two lines")
    done = fake(GetStatus=refuse).run("status")
    assert (done.returncode, done.stderr) == (1, "discountctl status: so \\u001b[31mred\\u000aand two lines\n")


# ---- Rules that move ----

def test_a_list_whose_rules_move_begins_again(fake, pb):
    answers = iter([
        pb.ListRulesResponse(revision=1, rules=[pb.Rule(key="old", lane=1, kind=1)], next_page_token="more"),
        pb.ListRulesResponse(revision=2, rules=[pb.Rule(key="wrong", lane=1, kind=1)]),
        pb.ListRulesResponse(revision=2, rules=[pb.Rule(key="a", lane=1, kind=1)], next_page_token="more"),
        pb.ListRulesResponse(revision=2, rules=[pb.Rule(key="b", lane=1, kind=1)]),
    ])
    ctl = fake(ListRules=lambda *_: next(answers))
    document = ctl.json("rule", "list")
    assert (document["revision"], [each["key"] for each in document["rules"]]) == (2, ["a", "b"])
    assert [request.page_token for request in ctl.service.named("ListRules")] == ["", "more", "", "more"]


def test_an_export_is_of_one_revision(fake, pb):
    revision = iter([1, 1, 2, 2, 2, 2])
    ctl = fake(
        ListProducts=lambda *_: pb.ListProductsResponse(revision=next(revision)),
        ListGroups=lambda *_: pb.ListGroupsResponse(revision=next(revision)),
        ListRules=lambda *_: pb.ListRulesResponse(revision=next(revision)))
    assert ctl.json("export")["revision"] == 2
    assert len(ctl.service.calls) == 6


def test_rules_that_never_rest_are_given_up(fake, pb):
    count = iter(range(1, 1000))
    ctl = fake(ListRules=lambda *_: pb.ListRulesResponse(revision=next(count), next_page_token="more"))
    done = ctl.run("rule", "list")
    assert done.returncode == 4 and "the rules changed 20 times" in done.stderr


def test_prices_are_put_into_the_rule_as_it_is_when_somebody_else_was_first(fake, pb):
    def make_rule(label):
        return pb.Rule(key="list", label=label, lane=1, kind=3, prices=[pb.ProductPrice(product="a", price=1)])
    rules = iter([pb.ListRulesResponse(revision=5, rules=[make_rule("Old")]),
                  pb.ListRulesResponse(revision=6, rules=[make_rule("New")])])

    def apply(request, context):
        if request.expected_revision != 6:
            context.abort(grpc.StatusCode.ABORTED, "moved")
        return pb.ApplyChangesResponse(revision=7, changed=1)
    ctl = fake(ListRules=lambda *_: next(rules), ApplyChanges=apply)
    assert ctl.ok("import", "--prices", "list", "-", stdin="product,price\na,2\n") == "revision 7: 1 changed\n"
    made = ctl.service.named("ApplyChanges")[-1].changes[0].set_rule
    assert (made.label, made.prices[0].price) == ("New", 2)


# ---- Workers that forget ----

class Worker:
    """Stages changes, and forgets the first `forgets` sets when they are asked for."""

    def __init__(self, pb, forgets, code=grpc.StatusCode.ABORTED):
        self.pb, self.forgets, self.code = pb, forgets, code
        self.sets = {}

    def stage(self, request, _context):
        token = request.token or f"token-{len(self.sets)}"
        self.sets.setdefault(token, []).extend(request.changes)
        return self.pb.StageChangesResponse(token=token, count=len(self.sets[token]))

    def find(self, request, context):
        if request.token and self.forgets > 0:
            self.forgets -= 1
            context.abort(self.code, "there is no such change set")
        return [*self.sets.get(request.token, []), *request.changes]

    def apply(self, request, context):
        return self.pb.ApplyChangesResponse(revision=9, changed=len(self.find(request, context)))

    def preview(self, request, context):
        self.find(request, context)
        count = len(request.products)
        return self.pb.PreviewResponse(revision=1, quotes=count, sum_after=len(self.sets))

    def lint(self, request, context):
        self.find(request, context)
        return self.pb.LintResponse(revision=1)


@pytest.mark.parametrize("code", [grpc.StatusCode.ABORTED, grpc.StatusCode.UNAVAILABLE])
def test_changes_are_staged_again_when_the_worker_forgot_them(fake, pb, code):
    worker = Worker(pb, 1 if code == grpc.StatusCode.ABORTED else 5, code)  # the connection tries UNAVAILABLE five times
    ctl = fake(StageChanges=worker.stage, ApplyChanges=worker.apply)
    assert ctl.ok("import", "-", stdin=large_rules()) == "revision 9: 20000 changed\n"
    assert len(worker.sets) == 2 and all(len(each) == 20000 for each in worker.sets.values())


def test_a_message_of_changes_that_was_lost_is_not_added_twice(fake, pb):
    worker = Worker(pb, 0)
    losses = iter([True, False, True])

    def lose(request, context):
        answer = worker.stage(request, context)
        if next(losses, False):
            context.abort(grpc.StatusCode.UNAVAILABLE, "lost")
        return answer
    ctl = fake(StageChanges=lose, ApplyChanges=worker.apply)
    assert ctl.ok("import", "-", stdin=large_rules()) == "revision 9: 20000 changed\n"


def test_a_change_that_is_sent_again_carries_its_id_again(fake, pb):
    losses = iter([True, True, False, True, False])

    def apply(_request, context):
        if next(losses, False):
            context.abort(grpc.StatusCode.UNAVAILABLE, "lost")
        return pb.ApplyChangesResponse(revision=9, changed=1, was_made_before=True)
    ctl = fake(ApplyChanges=apply, Rollback=apply)
    assert ctl.ok("group", "set", "vip", "Vip") == "revision 9: 1 changed\n"
    assert ctl.ok("rollback", "3") == "revision 9: 1 changed\n"
    ids = [each.change_set_id for each in ctl.service.named("ApplyChanges")]
    others = [each.change_set_id for each in ctl.service.named("Rollback")]
    assert (len(ids), len(set(ids)), len(others), len(set(others))) == (3, 1, 2, 1)
    assert ids[0] and others[0] and ids[0] != others[0]


def test_staged_messages_are_small(fake, pb):
    worker = Worker(pb, 0)
    ctl = fake(StageChanges=worker.stage, ApplyChanges=worker.apply)
    ctl.ok("import", "-", stdin=large_rules())
    staged = ctl.service.named("StageChanges")
    assert len(staged) > 1 and all(each.ByteSize() <= 2 * 1024 * 1024 for each in staged)


def test_members_of_a_huge_group_come_in_several_changes(fake, pb):
    worker = Worker(pb, 0)
    ctl = fake(StageChanges=worker.stage, ApplyChanges=worker.apply)
    ctl.ok("group", "add", "huge", "1-1000000")
    changes = [change for each in worker.sets.values() for change in each]
    assert [each.add_members.group for each in changes] == ["huge"] * len(changes) and len(changes) > 1
    assert [i for each in changes for i in each.add_members.customer_ids] == list(range(1, 1000001))


def test_a_forgotten_set_is_not_taken_for_moved_rules(fake, pb):
    worker = Worker(pb, 1)
    ctl = fake(StageChanges=worker.stage, ApplyChanges=worker.apply,
               GetStatus=lambda *_: pb.GetStatusResponse(revision=8, latest=8))
    assert ctl.run("import", "--expect", "8", "-", stdin=large_rules()).returncode == 0


def test_moved_rules_are_not_taken_for_a_forgotten_set(fake, pb):
    worker = Worker(pb, 1)
    ctl = fake(StageChanges=worker.stage, ApplyChanges=worker.apply,
               GetStatus=lambda *_: pb.GetStatusResponse(revision=9, latest=9))
    assert ctl.run("import", "--expect", "8", "-", stdin=large_rules()).returncode == 4
    assert len(worker.sets) == 1


def test_a_preview_and_a_lint_stage_again(fake, pb):
    text = rule_file('rule a "A"\n    lane sale\n    percent 1')
    worker = Worker(pb, 1)
    ctl = fake(StageChanges=worker.stage, Preview=worker.preview, Lint=worker.lint)
    ctl.file("products.csv", PRODUCTS)
    assert ctl.json("preview", "-", "--products", "products.csv", stdin=text)["quotes"] == 3
    worker.forgets = 1
    ctl.json("lint", "-", stdin=text)
    assert len(worker.sets) == 4


# ---- Chunks ----

def many_products(ctl, count):
    return ctl.file("many.csv", "id,slug,price,categories\n" + "".join(f"{i},p-{i},5,\n" for i in range(1, count + 1)))


def test_a_preview_begins_again_when_the_rules_move(fake, pb):
    revisions = iter([1, 2, 2, 2, 2, 2])
    worker = Worker(pb, 0)
    ctl = fake(StageChanges=worker.stage, Preview=lambda request, _: pb.PreviewResponse(
        revision=next(revisions), quotes=len(request.products), sum_before=len(request.products)))
    document = ctl.json("preview", "-", "--products", many_products(ctl, 500), stdin=rule_file())
    assert (document["revision"], document["quotes"]) == (2, 500)
    sent = [[each.id for each in request.products] for request in ctl.service.named("Preview")]
    assert sum(sent[2:], []) == list(range(1, 501))


def test_a_preview_asks_for_fewer_products_when_the_answer_has_no_room(fake, pb):
    def preview(request, _context):
        count = len(request.products)
        prices = [pb.ChangedPrice(product_id=each.id, before=2, after=1) for each in request.products[:60]]
        return pb.PreviewResponse(revision=1, quotes=count, changed=count, prices=prices)
    ctl = fake(StageChanges=Worker(pb, 0).stage, Preview=preview)
    document = ctl.json("preview", "-", "--products", many_products(ctl, 300), stdin=rule_file())
    assert document["quotes"] == 300
    assert [each["product_id"] for each in document["prices"]] == list(range(1, 301))


def test_a_refusal_that_fewer_products_do_not_mend_is_told(fake, pb):
    def refuse(_request, context):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "never")
    ctl = fake(Preview=refuse)
    done = ctl.run("preview", "-", "--products", many_products(ctl, 300), stdin=rule_file())
    assert (done.returncode, done.stderr) == (2, "discountctl preview: never\n")


# ---- Others ----

def test_an_older_service_is_named(fake):
    done = fake().run("status")
    assert done.returncode == 5 and "older" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_revision_that_is_not_yet_in_use_everywhere_is_told(fake, pb):
    def apply(_request, context):
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "revision 7 was made and is not yet in use everywhere")
    done = fake(ApplyChanges=apply).run("rule", "remove", "x")
    assert (done.returncode, done.stderr) == (
        7, "discountctl rule remove: revision 7 was made and is not yet in use everywhere\n")


@pytest.mark.parametrize("command", [["rule", "remove", "x"], ["rollback", "1"]])
def test_a_change_that_is_not_answered_in_time_may_still_be_made(fake, pb, command):
    finish = threading.Event()

    def slow(_request, _context):
        finish.wait(60)
        return pb.ApplyChangesResponse(revision=42)
    ctl = fake(ApplyChanges=slow, Rollback=slow, GetStatus=lambda *_: pb.GetStatusResponse(revision=41, latest=41))
    done = ctl.run("--timeout", "1", *command)
    finish.set()
    assert done.returncode == 7 and len(done.stderr.splitlines()) == 1
    assert "may still be, as a revision after 41" in done.stderr and "history" in done.stderr
    assert "cannot be reached" not in done.stderr


def test_a_change_that_was_made_and_not_answered_is_looked_up(fake, pb):
    """It is asked for by its id, and the truth is told."""
    finish = threading.Event()

    def slow(request, _context):
        if request.validate_only:
            return pb.ApplyChangesResponse(revision=42, changed=3, was_made_before=True)
        finish.wait(60)
        return pb.ApplyChangesResponse()
    ctl = fake(ApplyChanges=slow, GetStatus=lambda *_: pb.GetStatusResponse(revision=41, latest=41))
    done = ctl.run("--timeout", "1", "rule", "remove", "x")
    finish.set()
    assert (done.returncode, done.stdout, done.stderr) == (0, "revision 42: 3 changed\n", "")
    first, last = ctl.service.named("ApplyChanges")[0], ctl.service.named("ApplyChanges")[-1]
    assert first.change_set_id == last.change_set_id != "" and not last.changes


def test_a_change_whose_connection_breaks_may_have_been_made(fake, pb):
    def vanish(_request, context):
        context.abort(grpc.StatusCode.UNAVAILABLE, "gone")
    ctl = fake(ApplyChanges=vanish, GetStatus=lambda *_: pb.GetStatusResponse(revision=41, latest=41))
    done = ctl.run("group", "remove", "vip")
    assert done.returncode == 7 and "broke off: gone; the change may have been made" in done.stderr
    assert "after 41" in done.stderr


def test_a_question_that_is_not_answered_in_time_is_no_change(fake, pb):
    finish = threading.Event()
    ctl = fake(ApplyChanges=lambda *_: (finish.wait(60), pb.ApplyChangesResponse())[1])
    done = ctl.run("--timeout", "1", "import", "-", "--dry-run", stdin=rule_file())
    finish.set()
    assert done.returncode in (1, 5) and "no answer" in done.stderr and "may" not in done.stderr


def test_numbers_of_64_bits_are_exact_in_json(fake, pb):
    ctl = fake(GetStatus=lambda *_: pb.GetStatusResponse(revision=9007199254740993, latest=9223372036854775807))
    assert (ctl.json("status")["revision"], ctl.json("status")["latest"]) == (9007199254740993, 9223372036854775807)
