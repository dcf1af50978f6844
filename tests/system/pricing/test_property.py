# SPDX-License-Identifier: MIT
"""
The pricing code against oracle.py: thousands of shops made by chance, and customers, products and instants to ask about. Each
round has a seed of its own, which a failure tells; PRICING_SEED=… makes one round of it alone, PRICING_ROUNDS=… more of them.
"""
import os
import random

import oracle
import pytest
import shopfile
from harness.paths import is_sanitized
from oracle import Question, Rule, Shop
from probe import PriceProbe
from shops import Maker, questions

ROUNDS = int(os.environ.get("PRICING_ROUNDS", 60 if is_sanitized() else 300))
SEED = os.environ.get("PRICING_SEED")


def seeds(name, rounds):
    return [SEED] if SEED else [f"{name}-{i}" for i in range(rounds)]


class Round:
    """A shop of one seed, in the probe."""

    def __init__(self, probe, seed):
        self.probe, self.seed = probe, seed
        self.rng = random.Random(seed)
        self.maker = Maker(self.rng)
        # Few rules, so that each matters; at times many, so that whatever is looked up has depth.
        rules = self.rng.choice([0, 1, 2, 3, 5, 8, 8, 12, 12, 20, 20, 30, 150])
        self.shop = self.maker.shop(800 if self.maker.is_crowded else rules)
        # Rules that were over when a ruleset was made are gone from its index: then nobody asks about earlier.
        self.since = self.rng.choice([0, 0, 0, 1700000000, 1700000001])

    def load(self, blocks=None):
        self.probe.tell("rounding", self.shop.rounding)
        self.probe.tell("now", self.since)
        self.probe.load(shopfile.rule_file(blocks) if blocks else shopfile.shop_file(self.shop))

    def say(self, what):
        return f"seed {self.seed}: {what}\n{shopfile.shop_file(self.shop)}"

    def pages(self, count, length=6):
        """(page, customer, group, now), each shown and quoted: with the answer."""
        asked = []
        for _ in range(count):
            page = self.maker.page(self.shop, length)
            customer, group = self.maker.who(self.shop)
            now = self.maker.instant(self.since)
            self.probe.show(page)
            self.probe.tell("quote", f"@{group}" if group else customer, now)
            asked.append((page, customer, group, now))
        self.probe.send()
        return [(*each, self.probe.receive()) for each in asked]

    def check_quotes(self, count):
        """The probe's quotes are the oracle's."""
        for page, customer, group, now, answer in self.pages(count):
            for question, is_ in zip(questions(page, customer, group, now), answer, strict=True):
                should = quote_fields(oracle.quote(self.shop, question))
                assert is_ == should, self.say(f"{question}\nis     {is_}\nshould {should}")


def quote_fields(quote):
    """A quote of the oracle as the probe prints one."""
    return {
        "price": quote.price, "discounted": quote.discounted, "percent": quote.percent if quote.discounted else -1,
        "held": any(lane.held for lane in quote.lanes),
        "steps": [[lane.winner.key if lane.winner else None, lane.before, lane.after, lane.held] for lane in quote.lanes],
    }


def lane_fields(shop, lane, question):
    """A lane of the oracle as the probe explains one."""
    fields = {"skipped": lane.skipped, "before": lane.before, "after": lane.after,
              "floor": oracle.floor_of(shop, question.product_id), "winner": lane.winner.key if lane.winner else None}
    if lane.winner:
        fields |= {"exact": lane.exact * 10000, "rounded": lane.rounded, "capped": lane.capped,
                   "at_floor": lane.held_at_floor, "at_zero": lane.held_at_zero}
    losses = [each.loss for each in lane.losers]
    return fields | {"losers": [[each.key, each.loss, each.price, each.limit] for each in lane.losers],
                     "counts": {loss: losses.count(loss) for loss in set(losses)}}


def patch(each):
    """Changes the shop by chance, and the ruleset with it."""
    each.shop, touched, removals = each.maker.change(each.shop)
    blocks = []
    for kind, key in dict.fromkeys(touched):
        if kind == "product":
            blocks.append(shopfile.product_block(key, *each.shop.products[key]))
        elif kind == "group" and key in each.shop.groups:
            blocks.append(shopfile.group_block(key, each.shop.groups[key]))
        elif kind == "rule" and key in each.shop.rules:
            blocks.append(shopfile.rule_block(each.shop.rules[key]))
    each.probe.patch(shopfile.rule_file(blocks), removals)
    return f"patched: {blocks} removed: {removals}"


@pytest.fixture
def probe():
    with PriceProbe() as made:
        yield made


def test_every_price_is_what_the_description_says(probe):
    for seed in seeds("price", ROUNDS):
        each = Round(probe, seed)
        each.load()
        each.check_quotes(6)


def test_many_rules_price_as_few_do(probe):
    for seed in seeds("many", 3):
        each = Round(probe, seed)
        for _ in range(2000):
            each.maker.add_rule(each.shop)
        each.load()
        each.check_quotes(8)
        for _ in range(3):
            patch(each)
            each.check_quotes(2)


def test_no_price_is_below_zero_or_above_the_list_price(probe):
    for seed in seeds("bounds", ROUNDS // 2):
        each = Round(probe, seed)
        each.load()
        for page, *_, answer in each.pages(10):
            for (_, price, _), quote in zip(page, answer, strict=True):
                low, high = min(0, price), price
                assert low <= quote["price"] <= high, each.say(quote)
                assert quote["discounted"] == (quote["price"] < price), each.say(quote)
                assert price > 0 or quote["price"] == price, each.say(quote)


def test_explain_agrees_with_the_quote_and_tells_every_reason(probe):
    told = set()
    for seed in seeds("explain", ROUNDS):
        each = Round(probe, seed)
        each.load()
        page = each.maker.page(each.shop, 3)
        customer, _ = each.maker.who(each.shop)
        now = each.maker.instant(each.since)
        probe.show(page)
        probe.tell("quote", customer, now)
        for i in range(len(page)):
            probe.tell("explain", customer, i, now, 10000)
        probe.send()
        quotes = probe.receive()
        for question, quote in zip(questions(page, customer, None, now), quotes, strict=True):
            answer = probe.receive()
            assert answer["quote"] == quote, each.say(f"{question}\nexplained {answer}\nquoted {quote}")
            assert answer["groups"] == oracle.groups_of(each.shop, customer), each.say(question)
            if question.price <= 0:  # nothing is evaluated
                assert not any(lane["winner"] for lane in answer["lanes"]), each.say(answer)
                continue
            for lane, is_ in zip(oracle.quote(each.shop, question).lanes, answer["lanes"], strict=True):
                should = lane_fields(each.shop, lane, question)
                assert is_ == should, each.say(f"{question}\nis     {is_}\nshould {should}")
                told |= set(is_["counts"])
    assert SEED or told == set(oracle.LOSSES)


def test_explain_lists_as_many_losers_as_asked_and_counts_all(probe):
    for seed in seeds("losers", ROUNDS // 10):
        each = Round(probe, seed)
        each.load()
        page = [(number, 1000, ["a"]) for number, _ in list(each.shop.products.values())[:1]]
        customer, now = 1, each.maker.instant(each.since)
        most = each.rng.randint(0, 6)
        probe.show(page)
        answer = probe.ask("explain", customer, 0, now, most)
        lanes = oracle.quote(each.shop, questions(page, customer, None, now)[0]).lanes
        left = sum(len(lane["losers"]) for lane in answer["lanes"])
        assert left == min(most, sum(len(lane.losers) for lane in lanes)), each.say(answer)
        for lane, is_ in zip(lanes, answer["lanes"], strict=True):
            # Those that are listed are the first ones.
            assert [key for key, *_ in is_["losers"]] == [loser.key for loser in lane.losers[:len(is_["losers"])]], each.say(is_)
            assert sum(is_["counts"].values()) == len(lane.losers), each.say(is_)


def test_the_order_of_the_file_never_matters(probe):
    for seed in seeds("order", ROUNDS // 3):
        each = Round(probe, seed)
        blocks = shopfile.blocks_of(each.shop)
        each.load()
        state = probe.ask("state", each.since)
        before = each.pages(5)
        each.rng.shuffle(blocks)
        each.load(blocks)
        assert probe.ask("state", each.since) == state, each.say(blocks)
        for page, customer, group, now, answer in before:
            probe.show(page)
            assert probe.ask("quote", f"@{group}" if group else customer, now) == answer, each.say(blocks)


def test_the_lines_of_a_rule_may_stand_in_any_order(probe):
    for seed in seeds("lines", ROUNDS // 5):
        each = Round(probe, seed)
        each.load([*shopfile.blocks_of(Shop(products=each.shop.products, groups=each.shop.groups)),
                   *(shopfile.rule_block(rule, each.rng.shuffle) for rule in each.shop.rules.values())])
        each.check_quotes(3)


def test_a_patched_set_prices_as_one_built_whole(probe):
    for seed in seeds("patch", ROUNDS // 3):
        each = Round(probe, seed)
        each.load()
        for _ in range(each.rng.choice((1, 2, 3, 8))):
            said = patch(each)
            state = probe.ask("state", each.since)
            assert state["rules"] == sorted(each.shop.rules), each.say(said)
            assert state["groups"] == len(each.shop.groups), each.say(said)
            assert state["next"] == oracle.next_change(each.shop, each.since), each.say(said)
            each.check_quotes(3)
        answers = each.pages(6)
        each.load()
        for page, customer, group, now, answer in answers:
            probe.show(page)
            assert probe.ask("quote", f"@{group}" if group else customer, now) == answer, each.say("built whole")


def test_a_patched_set_is_explained_as_one_built_whole(probe):
    for seed in seeds("patch-explain", ROUNDS // 5):
        each = Round(probe, seed)
        each.load()
        said = [patch(each) for _ in range(3)]
        page = each.maker.page(each.shop, 3)
        customer, now = each.rng.choice(each.maker.customers), each.maker.instant(each.since)
        probe.show(page)
        answers = [probe.ask("explain", customer, i, now, 10000) for i in range(len(page))]
        each.load()
        assert [probe.ask("explain", customer, i, now, 10000) for i in range(len(page))] == answers, each.say(said)


def test_the_next_change_is_when_a_window_of_an_enabled_rule_begins_or_ends(probe):
    for seed in seeds("next", ROUNDS // 5):
        each = Round(probe, seed)
        each.load()
        for _ in range(4):
            now = each.maker.instant(each.since)
            assert probe.ask("state", now)["next"] == oracle.next_change(each.shop, now), each.say(now)


def test_the_first_64_categories_of_a_product_count(probe):
    shop = Shop(products={"thing": (1, 0)}, rules={
        "first": Rule("first", kind="amount", value=1, categories=["c0"]),
        "last": Rule("last", kind="amount", value=2, categories=["c63"]),
        "behind": Rule("behind", kind="amount", value=4, categories=["c64"])})
    probe.tell("rounding", "down")
    probe.load(shopfile.shop_file(shop))
    names = [f"c{i}" for i in range(70)]
    probe.show([(1, 100, names), (1, 100, names[::-1]), (1, 100, names[:63])])
    assert [quote["price"] for quote in probe.ask("quote", 1, 100)] == [98, 96, 99]


def test_a_question_of_the_oracle_has_an_answer_known_beforehand():
    """The oracle by itself, on a shop that a person can calculate."""
    shop = Shop(products={"phone": (7, 500), "pen": (8, 0)}, groups={"vip": {1, 2}}, rules={
        "vip": Rule("vip", kind="percent", value=1000, group="vip"),
        "pens": Rule("pens", kind="amount", value=30, lane="sale", products=["pen"]),
        "weekend": Rule("weekend", kind="percent", value=5000, cap=300, lane="sale", categories=["phones"], starts=1000,
                        ends=2000)})

    def price(customer, product, amount, categories, now):
        return oracle.quote(shop, Question(customer, product, amount, categories, now)).price
    assert price(1, 8, 999, [], 0) == 899 - 30  # 899.1 cut
    assert price(3, 8, 999, [], 0) == 969
    assert price(3, 8, 20, [], 0) == 0
    assert price(3, 7, 1000, ["phones"], 999) == 1000
    assert price(3, 7, 1000, ["phones"], 1000) == 700  # capped
    assert price(1, 7, 600, ["phones"], 1999) == 500  # 270, held at the floor
    assert price(1, 7, 600, ["phones"], 2000) == 540


