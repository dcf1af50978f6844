# SPDX-License-Identifier: MIT
"""DiscountAdmin as an independent client sees it: change sets, faults, history, lists, explanations, previews, oddities."""
import random
import time

import admin
import grpc
import oracle
import pytest
from admin import changes_between, rule_message, set_group, set_product, set_rule
from harness import wire
from harness.discount import Discountd
from harness.wire import code_of
from oracle import Question, Rule, Shop
from shops import Maker


@pytest.fixture(scope="module")
def server(workshop, keys):
    directory = workshop.new("admin")
    made = Discountd(directory, keys)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def boss(server, keys):
    with admin.Admin(server.port, keys) as made:
        yield made


@pytest.fixture(scope="module")
def catalog(server, keys):
    with wire.Client(server.port, keys) as made:
        yield made


@pytest.fixture
def shop(boss):
    """A small shop, alone in the database."""
    made = Shop(products={"phone": (1, 500), "pen": (2, 0), "tv": (3, 0)}, groups={"vip": {1, 2}, "nobody": set()}, rules={
        each.key: each for each in (
            Rule("vip", label="Very important", value=1000, group="vip"),
            Rule("half-phones", lane="sale", value=5000, categories=["phones"], cap=300),
            Rule("pens", lane="sale", kind="amount", value=30, products=["pen"], priority=5),
            Rule("deal", kind="price", prices={"tv": 900, "pen": 10}, customer=7),
            Rule("off", kind="price", value=1, enabled=False))})
    boss.set_shop(made)
    return made


def product(number, price, *categories, slug=""):
    return wire.messages.Product(id=number, price_in_cents=price, categories=categories, slug=slug)


def ask_prices(catalog, customer, products):
    """(revision, [DiscountValue]) of one call."""
    request = wire.messages.ApplyDiscountsRequest(asks=[wire.messages.DiscountAsk(
        customer=wire.messages.Customer(id=customer), products=products, explain=True)])
    answer = catalog.many(request)
    assert answer.answers[0].code == 0, answer
    return answer.revision, list(answer.answers[0].quotes)


def check_value(value, quote):
    """A DiscountValue says what the oracle's quote says."""
    if not quote.discounted:
        assert (value.pct, value.value_in_cents) == (0, 0), (value, quote)
    else:
        assert value.value_in_cents == quote.price, (value, quote)
        share = quote.percent / 10000 if quote.percent >= 0 else (quote.list_price - quote.price) / quote.list_price
        assert value.pct == pytest.approx(share, rel=1e-6), (value, quote)
    assert [(each.key, each.lane, each.price_before, each.price_after) for each in value.applied] == \
        [(lane.winner.key, lane.winner.lane, lane.before, lane.after) for lane in quote.winners], (value, quote)


def quote_of(shop, customer, each, now=None, group=None):
    now = now or int(time.time())
    return oracle.quote(shop, Question(customer, each.id, each.price_in_cents, list(each.categories), now, group))


# ---- Who may call ----

def test_the_catalogs_certificate_may_call_no_method_of_the_administrator(server, connect):
    catalog = connect(server, "catalog")
    assert len(admin.methods()) == 13
    for name, request_type, _ in admin.methods():
        for request in (request_type(), b"\xff\xff"):  # before anything of it is read
            assert code_of(lambda: catalog.call(admin.SERVICE + name, request)) == grpc.StatusCode.PERMISSION_DENIED, name


def test_the_administrator_may_call_every_method(boss, shop):
    for name, request_type, _ in admin.methods():
        assert code_of(lambda: boss.call(admin.SERVICE + name, request_type())) != grpc.StatusCode.PERMISSION_DENIED, name
    assert code_of(lambda: boss.call(admin.SERVICE + "NoSuchMethod", b"")) in (
        grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.PERMISSION_DENIED)


# ---- Change sets ----

def test_what_is_set_is_listed_as_it_was_set(boss, shop):
    listed = boss.ListRules()
    assert [each.key for each in listed.rules] == sorted(shop.rules) and listed.next_page_token == ""
    for each in listed.rules:
        should = rule_message(shop.rules[each.key])
        for message in (each, should):
            message.prices.sort(key=lambda price: price.product)
        assert each == should
    groups = {each.key: (each.label, each.member_count) for each in boss.ListGroups().groups}
    assert groups == {"vip": ("A group", 2), "nobody": ("A group", 0)}
    assert list(boss.ListMembers(group="vip").customer_ids) == [1, 2]
    assert [(each.id, each.slug, each.floor) for each in boss.ListProducts().products] == \
        [(2, "pen", 0), (1, "phone", 500), (3, "tv", 0)]


def test_a_change_set_is_priced_by_from_the_next_call_on(boss, catalog, shop):
    products = [product(1, 1000, "phones"), product(2, 999), product(3, 1000), product(9, 77)]
    for customer in (0, 1, 3, 7):
        _, values = ask_prices(catalog, customer, products)
        for each, value in zip(products, values, strict=True):
            check_value(value, quote_of(shop, customer, each))


def test_changes_of_a_set_are_applied_in_their_order(boss, shop):
    Change = admin.messages.Change
    boss.change(set_rule(Rule("new", value=1)), Change(disable_rule="new"), Change(remove_rule="vip"),
                set_rule(Rule("vip", value=7)), Change(enable_rule="off"), Change(remove_group="nobody"))
    rules = {each.key: each for each in boss.ListRules().rules}
    assert rules["new"].disabled and not rules["off"].disabled
    assert (rules["vip"].percent, rules["vip"].group) == (7, "")
    assert [each.key for each in boss.ListGroups().groups] == ["vip"]


def test_a_change_set_that_changes_nothing_makes_no_revision(boss, shop):
    before = boss.GetStatus().latest
    answer = boss.change(set_rule(shop.rules["vip"]), admin.messages.Change(enable_rule="vip"))
    assert (answer.revision, answer.changed) == (before, 0)
    assert boss.GetStatus().latest == before


def test_a_change_set_may_be_only_checked(boss, shop):
    before = boss.GetStatus().latest
    answer = boss.ApplyChanges(changes=[admin.messages.Change(remove_rule="vip")], validate_only=True)
    assert not answer.faults and boss.GetStatus().latest == before and len(boss.ListRules().rules) == len(shop.rules)
    assert boss.ApplyChanges(changes=[admin.messages.Change(remove_group="vip")], validate_only=True).faults


def test_rules_that_moved_on_are_not_changed(boss, shop):
    seen = boss.GetStatus().latest
    boss.change(admin.messages.Change(disable_rule="vip"), expected_revision=seen)
    late = admin.messages.ApplyChangesRequest(changes=[admin.messages.Change(remove_rule="vip")], expected_revision=seen)
    assert code_of(lambda: boss.ApplyChanges(late)) == grpc.StatusCode.ABORTED
    assert code_of(lambda: boss.Rollback(revision=1, expected_revision=seen)) == grpc.StatusCode.ABORTED
    assert "vip" in [each.key for each in boss.ListRules().rules]


def test_every_fault_of_a_change_set_is_told_and_nothing_is_changed(boss, shop):
    Change = admin.messages.Change
    bad = rule_message(Rule("bad", value=10001, label=""))
    bad.minimum = -1
    changes = [
        set_rule(Rule("good", value=1)),
        Change(set_rule=bad),
        set_rule(Rule("lost", value=1, products=["no-such-product"], group="no-such-group")),
        set_rule(Rule("backwards", value=1, starts=2000000, ends=1000000)),
        Change(remove_rule="no-such-rule"),
        Change(remove_group="vip"),
        set_product("phone", 99),
        set_rule(Rule("No Slug", value=1)),
        Change(set_rule=admin.messages.Rule(key="empty", label="x")),
        Change(set_rule=admin.messages.Rule(key="code", label="x", lane=3, kind=1, percent=1)),
        Change(set_rule=admin.messages.Rule(key="both", label="x", lane=1, kind=1, percent=1, customer_id=1, group="vip")),
        Change(),
    ]
    before = boss.GetStatus().latest
    faults = boss.ApplyChanges(changes=changes).faults
    told = {}
    for fault in faults:
        assert fault.message and "\n" not in fault.message
        told.setdefault(fault.change, []).append(fault)
    assert set(told) == set(range(1, len(changes))), faults
    assert {fault.field for fault in told[1]} == {"percent", "label", "minimum"} and told[1][0].subject == "rule bad"
    assert {fault.field for fault in told[2]} == {"include", "group"} or len(told[2]) == 2
    assert any("no-such-product" in fault.message for fault in told[2])
    assert any("no-such-group" in fault.message for fault in told[2])
    assert any("no-such-rule" in fault.message or "no-such-rule" in fault.subject for fault in told[4])
    assert boss.GetStatus().latest == before and [each.key for each in boss.ListRules().rules] == sorted(shop.rules)


@pytest.mark.parametrize("label", [b"a\nb", b"x" * 201, b"\x7f", b"", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80"])
def test_text_that_is_wrong_inside_is_refused(boss, shop, label):
    """As a fault; where it is no text at all, the message is refused."""
    right = set_rule(Rule("text", label="Q" * len(label), value=1))
    request = admin.messages.ApplyChangesRequest(changes=[right]).SerializeToString()
    wrong = request.replace(b"Q" * len(label), label) if label else admin.messages.ApplyChangesRequest(
        changes=[set_rule(Rule("text", label="", value=1))]).SerializeToString()
    try:
        answer = boss.call(admin.SERVICE + "ApplyChanges", wrong, admin.messages.ApplyChangesResponse)
        assert [each.field for each in answer.faults] == ["label"]
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and label in (b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80")
    assert "text" not in [each.key for each in boss.ListRules().rules]


# ---- Staged change sets ----

def test_a_staged_change_set_is_applied_as_one(boss, shop):
    before = boss.GetStatus().latest
    token = ""
    for part in range(3):
        staged = boss.StageChanges(token=token, changes=[set_rule(Rule(f"staged-{part}-{i}", value=1)) for i in range(10)])
        token = staged.token
        assert staged.count == 10 * (part + 1)
    assert boss.GetStatus().latest == before
    previewed = boss.Preview(token=token, products=[product(1, 10000, slug="phone")], everybody=True)
    assert previewed.changed == 1 and boss.GetStatus().latest == before
    answer = boss.ApplyChanges(token=token, changes=[set_rule(Rule("staged-last", value=1))], message="in parts")
    assert (answer.revision, answer.changed) == (before + 1, 31)
    assert len(boss.ListRules(text="staged").rules) == 31


def test_faults_of_a_staged_set_are_counted_through_all_of_it(boss, shop):
    token = boss.StageChanges(changes=[set_rule(Rule("fine", value=1)), set_rule(Rule("bad", value=20000))]).token
    faults = boss.ApplyChanges(token=token, changes=[set_rule(Rule("worse", value=30000))]).faults
    assert [(each.change, each.subject) for each in faults] == [(1, "rule bad"), (2, "rule worse")]


def test_an_unknown_token_is_told(boss, shop):
    for method in (boss.ApplyChanges, boss.Preview, boss.Lint):
        assert code_of(lambda: method(token="no-such-token")) == grpc.StatusCode.ABORTED
    assert code_of(lambda: boss.StageChanges(token="no-such-token", changes=[])) == grpc.StatusCode.ABORTED


def test_a_change_set_larger_than_a_message_goes_in_parts(boss, shop):
    rules = [Rule(f"many-{i:05}", label="x" * 150, value=1, customer=i + 1) for i in range(30000)]
    token = ""
    for some in range(0, len(rules), 10000):
        token = boss.StageChanges(token=token, changes=[set_rule(each) for each in rules[some:some + 10000]]).token
    assert boss.ApplyChanges(token=token, message="many", seconds=60).changed == 30000
    keys = [key for key in pages_of(boss, "ListRules", "rules", lambda each: each.key, text="many-", page_size=1000)]
    assert keys == [each.key for each in rules]


# ---- Lists ----

def pages_of(boss, method, field, name, **request):
    """Everything of a list, page by page."""
    token, revision = "", None
    while True:
        page = getattr(boss, method)(page_token=token, **request)
        assert revision in (None, getattr(page, "revision", None))
        revision = getattr(page, "revision", None)
        items = getattr(page, field)
        assert len(items) <= request.get("page_size", 100)
        yield from map(name, items)
        token = page.next_page_token
        if not token:
            return


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_pages_together_are_the_whole(boss, shop, size):
    assert list(pages_of(boss, "ListRules", "rules", lambda each: each.key, page_size=size)) == sorted(shop.rules)
    assert list(pages_of(boss, "ListGroups", "groups", lambda each: each.key, page_size=size)) == ["nobody", "vip"]
    assert list(pages_of(boss, "ListProducts", "products", lambda each: each.slug, page_size=size)) == ["pen", "phone", "tv"]
    assert list(pages_of(boss, "ListMembers", "customer_ids", int, group="vip", page_size=size)) == [1, 2]
    numbers = list(pages_of(boss, "ListRevisions", "revisions", lambda each: each.revision, page_size=min(size + 9, 1000)))
    assert numbers == list(range(numbers[0], 0, -1))


@pytest.mark.parametrize("filters, found", [
    ({"lane": 2}, ["half-phones", "pens"]), ({"kind": 3}, ["deal", "off"]), ({"customer_id": 7}, ["deal"]),
    ({"group": "vip"}, ["vip"]), ({"product": "pen"}, ["deal", "pens"]), ({"category": "phones"}, ["half-phones"]),
    ({"text": "IMPORT"}, ["vip"]), ({"text": "pen"}, ["pens"]), ({"key": "vip"}, ["vip"]), ({"key": "no"}, []),
    ({"lane": 2, "product": "pen"}, ["pens"]), ({"active_at": 100}, ["deal", "half-phones", "pens", "vip"])])
def test_rules_are_listed_by_what_they_have(boss, shop, filters, found):
    assert [each.key for each in boss.ListRules(**filters).rules] == found


def test_a_list_of_a_group_that_there_is_not_is_refused(boss, shop):
    assert code_of(lambda: boss.ListMembers(group="no-such-group")) == grpc.StatusCode.NOT_FOUND


# ---- History ----

def test_a_revision_says_who_when_and_why(boss, shop):
    before = int(time.time())
    made = boss.change(admin.messages.Change(disable_rule="vip"), message="Sommerschlußverkauf, 2. Versuch")
    latest = boss.ListRevisions(page_size=1).revisions[0]
    assert (latest.revision, latest.message, latest.changed) == (made.revision, "Sommerschlußverkauf, 2. Versuch", 1)
    assert latest.author.startswith("spiffe://") and latest.author.endswith("/admin")
    assert before <= latest.made_at <= time.time() + 1


def differences(boss, first, last):
    return {(each.kind, each.key): each for each in boss.CompareRevisions(**{"from": first, "to": last}).differences}


def test_what_differs_between_two_revisions_is_told(boss, shop):
    first = boss.GetStatus().latest
    Change = admin.messages.Change
    boss.change(Change(disable_rule="vip"), Change(remove_rule="pens"))
    last = boss.change(set_product("phone", 1, 600), *set_group("vip", {2, 3}), set_rule(Rule("new", value=5))).revision
    told = differences(boss, first, last)
    assert set(told) == {("rule", "vip"), ("rule", "pens"), ("rule", "new"), ("product", "phone"), ("member", "vip/1"),
                         ("member", "vip/3")}
    assert (told["rule", "vip"].rule_before.disabled, told["rule", "vip"].rule_after.disabled) == (False, True)
    assert told["rule", "pens"].HasField("rule_before") and not told["rule", "pens"].HasField("rule_after")
    assert told["rule", "new"].rule_after.percent == 5 and not told["rule", "new"].HasField("rule_before")
    assert told["rule", "pens"].rule_before == rule_message(shop.rules["pens"])
    assert (told["product", "phone"].product_before.floor, told["product", "phone"].product_after.floor) == (500, 600)
    assert (told["member", "vip/1"].member_before, told["member", "vip/1"].member_after) == (True, False)
    # And the other way round.
    back = differences(boss, last, first)
    assert set(back) == set(told) and back["rule", "new"].HasField("rule_before")
    assert differences(boss, last, last) == {}
    assert code_of(lambda: differences(boss, first, last + 1)) == grpc.StatusCode.NOT_FOUND


def test_a_rollback_is_a_new_revision_equal_to_an_old_one(boss, catalog, shop):
    rng = random.Random("rollback")
    maker, past = Maker(rng), []
    current = maker.shop(8)
    products = [product(number, price, *categories) for number, price, categories in maker.page(current, 6) if price > 0]
    boss.set_shop(current)
    for _ in range(8):
        revision = boss.GetStatus().latest
        past.append((revision, current, [ask_prices(catalog, customer, products)[1] for customer in (0, 1, 2)]))
        current, touched, removals = maker.change(current)
        boss.change(*changes_between(current, touched, removals))
    for revision, old, prices in rng.sample(past, len(past)):
        answer = boss.Rollback(revision=revision, message="back")
        assert answer.revision >= boss.GetStatus().latest
        assert differences(boss, revision, answer.revision) == {}
        assert [ask_prices(catalog, customer, products)[1] for customer in (0, 1, 2)] == prices
        assert [each.key for each in boss.ListRules(page_size=1000).rules] == sorted(old.rules)
    assert code_of(lambda: boss.Rollback(revision=10**9)) == grpc.StatusCode.NOT_FOUND
    # Undone itself: back to before the first of the rollbacks.
    assert boss.ListRevisions(page_size=1).revisions[0].message in ("back", "")


# ---- Why ----

def test_explain_says_what_the_quote_says_and_why(boss, catalog):
    for seed in range(60):
        maker = Maker(random.Random(f"wire-{seed}"))
        shop = maker.shop(15)
        shop.rounding = "down"
        boss.set_shop(shop)
        for each in maker.page(shop, 4):
            if each[1] > 0:
                check_explanation(boss, shop, maker, product(each[0], each[1], *each[2]))


def check_explanation(boss, shop, maker, asked):
    customer, now = maker.rng.choice(maker.customers), min(maker.instant(1), 253402300799)
    answer = boss.Explain(customer_id=customer, product=asked, at=now, max_losers=1000)
    should = quote_of(shop, customer, asked, now)
    assert (answer.at, answer.list_price, answer.price, answer.rounding) == (now, asked.price_in_cents, should.price, "down")
    assert answer.revision == boss.GetStatus().latest
    assert list(answer.groups) == oracle.groups_of(shop, customer)
    assert answer.value.value_in_cents == (should.price if should.discounted else 0)
    for lane, is_ in zip(should.lanes, answer.lanes, strict=True):
        assert (is_.price_before, is_.price_after, is_.was_skipped) == (lane.before, lane.after, lane.skipped)
        assert is_.HasField("winner") == (lane.winner is not None)
        if lane.winner:
            assert is_.winner.key == lane.winner.key and is_.winner.label == lane.winner.label
            assert (is_.exact_numerator, is_.rounded) == (lane.exact * 10000, lane.rounded)
            assert (is_.was_capped, is_.was_held_at_floor, is_.was_held_at_zero) == \
                (lane.capped, lane.held_at_floor, lane.held_at_zero)
        losers = [(each.key, admin.messages.Loss.Name(each.loss)[5:].lower().replace("_", "-"), each.price, each.limit)
                  for each in is_.losers]
        assert losers == [(each.key, each.loss, each.price, each.limit) for each in lane.losers]
        assert sum(each.count for each in is_.counts) == len(lane.losers)


def test_explain_without_an_instant_is_about_now(boss, shop):
    before = int(time.time())
    answer = boss.Explain(customer_id=1, product=product(1, 1000, "phones"))
    assert before <= answer.at <= time.time() + 1 and answer.price == 600  # 10 % off, then 300 at the most
    assert [lane.winner.key for lane in answer.lanes] == ["vip", "half-phones"] and answer.lanes[1].was_capped


# ---- What if ----

def prices_of(shop, customer, products, now, group=None):
    return [quote_of(shop, customer, each, now, group) for each in products]


def test_preview_agrees_with_quoting_before_and_after(boss, catalog):
    changed = 0
    for seed in range(50):
        maker = Maker(random.Random(f"preview-{seed}"))
        before = maker.shop(maker.rng.choice((3, 10, 25)))
        before.rounding = "down"
        boss.set_shop(before)
        after, touched, removals = maker.change(before)
        changed += check_preview(boss, catalog, maker, before, after, changes_between(after, touched, removals))
    assert changed > 120


def check_preview(boss, catalog, maker, before, after, changes):
    rng = maker.rng
    numbers = rng.sample([number for number, _ in before.products.values()], len(before.products))
    products = [product(number, max(maker.list_price(), 1), *rng.sample(["a", "b", "phones"], rng.randint(0, 2)),
                        slug=oracle.slug_of(before, number)) for number in [*numbers, 31]]
    products[-1].slug = "nobody-knows-it"
    customers = rng.sample(maker.customers, 2)
    groups = [each for each in sorted(before.groups)[:2] if each in after.groups]
    revision = boss.GetStatus().latest
    live_before = {customer: ask_prices(catalog, customer, products) for customer in (0, *customers)}
    now = int(time.time())
    preview = boss.Preview(changes=changes, at=now, products=products, customer_ids=customers, groups=groups, everybody=True,
                           max_prices=20000)
    assert not preview.faults and preview.revision == revision == boss.GetStatus().latest
    expected, totals = expect_preview(before, after, products, customers, groups, now)
    is_ = {(each.product_id, each.customer_id, each.group): each for each in preview.prices}
    assert len(is_) == len(preview.prices)
    assert {key: (each.list_price, each.before, each.after, list(each.rules_before), list(each.rules_after), each.slug)
            for key, each in is_.items()} == expected
    assert {name: getattr(preview, name) for name in totals} == totals
    check_preview_of_all(boss, maker, before, after, changes, products, now)
    # It changed nothing; and what it foretold comes true.
    assert {customer: ask_prices(catalog, customer, products) for customer in (0, *customers)} == live_before
    boss.change(*changes)
    for customer in (0, *customers):
        _, values = ask_prices(catalog, customer, products)
        for asked, old, value in zip(products, live_before[customer][1], values, strict=True):
            paid = value.value_in_cents if value.applied and value.pct else asked.price_in_cents
            was = old.value_in_cents if old.applied and old.pct else asked.price_in_cents
            told = is_.get((asked.id, customer, ""))
            assert (was, paid) == ((told.before, told.after) if told else (was, was)), (asked, customer)
    return len(is_)


def check_preview_of_all(boss, maker, before, after, changes, products, now):
    """No customer's price changes untold, and what is told of a customer is what they pay."""
    preview = boss.Preview(changes=changes, at=now, products=products, max_prices=20000)
    everybody = [*maker.customers, 12345]
    expected, _ = expect_preview(before, after, products, everybody, [], now)
    told = {(each.product_id, each.before, each.after) for each in preview.prices}
    for (number, customer, _), (_, was, becomes, *_) in expected.items():
        assert (number, was, becomes) in told, (number, customer, was, becomes)
    for each in preview.prices:
        if not each.group:
            assert expected[each.product_id, each.customer_id, ""][1:3] == (each.before, each.after), each


def expect_preview(before, after, products, customers, groups, now):
    """The prices that a preview must list, and its totals."""
    expected = {}
    totals = dict.fromkeys(("quotes", "changed", "lower", "higher", "floors_before", "floors_after", "sum_before", "sum_after"), 0)
    for customer, group in [(0, None), *((each, None) for each in customers), *((0, each) for each in groups)]:
        for asked, old, new in zip(products, prices_of(before, customer, products, now, group),
                                   prices_of(after, customer, products, now, group)):
            totals["quotes"] += 1
            totals["sum_before"] += old.price
            totals["sum_after"] += new.price
            totals["floors_before"] += any(lane.held for lane in old.lanes)
            totals["floors_after"] += any(lane.held for lane in new.lanes)
            totals["lower"] += new.price < old.price
            totals["higher"] += new.price > old.price
            if new.price != old.price:
                totals["changed"] += 1
                expected[asked.id, customer, group or ""] = (
                    asked.price_in_cents, old.price, new.price, [lane.winner.key for lane in old.winners],
                    [lane.winner.key for lane in new.winners], asked.slug)
    return expected, totals


def test_preview_tells_faults_and_lists_as_many_as_asked(boss, shop):
    bad = boss.Preview(changes=[set_rule(Rule("bad", value=20000))], products=[product(1, 100)], everybody=True)
    assert [each.subject for each in bad.faults] == ["rule bad"] and not bad.prices
    products = [product(i, 1000, slug=f"p-{i}") for i in range(1, 51)]
    some = boss.Preview(changes=[set_rule(Rule("all", value=100))], products=products, everybody=True, max_prices=7)
    assert (len(some.prices), some.changed, some.quotes) == (7, 50, 50)


def test_a_preview_of_another_instant_sees_that_instants_rules(boss, shop):
    soon = int(time.time()) + 86400 * 30
    change = set_rule(Rule("soon", lane="sale", value=5000, starts=soon))
    look = {"changes": [change], "products": [product(3, 1000, slug="tv")], "everybody": True}
    assert boss.Preview(**look).changed == 0
    assert boss.Preview(at=soon - 1, **look).changed == 0
    assert [(each.before, each.after) for each in boss.Preview(at=soon, **look).prices] == [(1000, 500)]


# ---- What is odd ----

def findings(boss, **more):
    return {(each.rule, admin.messages.Oddity.Name(each.oddity)[7:].lower()): each for each in boss.Lint(**more).findings}


def test_rules_that_make_no_sense_are_named(boss, shop):
    boss.change(
        set_rule(Rule("weaker", value=500, group="vip")), set_rule(Rule("lonely", value=1, group="nobody")),
        set_rule(Rule("nothing", value=1, products=["pen"], excluded_products=["pen"])),
        set_rule(Rule("past", lane="sale", value=1, ends=1000000000)),
        set_rule(Rule("twice", lane="sale", kind="amount", value=30, products=["pen"], priority=5)))
    found = findings(boss, products=[product(1, 1000, "phones", slug="phone"), product(2, 100, slug="pen")])
    assert ("lonely", "empty_audience") in found and ("nothing", "empty_target") in found and ("past", "window_past") in found
    assert ("weaker", "shadowed") in found and found["weaker", "shadowed"].other_rule == "vip"
    assert ("twice", "duplicate") in found or ("pens", "duplicate") in found
    assert all(each.message for each in found.values())


def test_a_price_under_a_floor_is_named(boss, shop):
    boss.change(set_rule(Rule("deep", lane="sale", kind="price", value=100, products=["phone"])),
                set_rule(Rule("half", lane="sale", value=5001, products=["phone"])))
    found = findings(boss, products=[product(1, 1000, slug="phone")])
    assert found["deep", "under_floor"].product == found["half", "under_floor"].product == "phone"
    assert ("half", "under_floor") not in findings(boss, products=[product(1, 1002, slug="phone")])
    assert ("half", "under_floor") not in findings(boss)  # what it comes to is not known without a price
    assert ("deep", "under_floor") in findings(boss)


def test_lint_of_a_change_set_changes_nothing(boss, shop):
    before = boss.GetStatus().latest
    found = findings(boss, changes=[set_rule(Rule("past", lane="sale", value=1, ends=1000000000))])
    assert ("past", "window_past") in found and boss.GetStatus().latest == before


# ---- How it is ----

def test_the_status_counts_and_names_the_workers(server, boss, shop):
    status = boss.GetStatus()
    assert (status.rules, status.groups, status.products) == (5, 2, 3)
    assert status.revision == status.latest and status.rounding == "down" and status.refused == "" and status.version
    assert sorted(each.pid for each in status.workers) == sorted(server.workers())
    assert {each.prepared for each in status.workers} == {status.latest}
