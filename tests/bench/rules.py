# SPDX-License-Identifier: MIT
"""
The figures of the rules: what many of them, and changes of them, cost. A server with few rules has the ten that are for what is
asked; one with many has the same ten, and the others are for other customers, groups, categories and products, a quarter each.
"""
import functools
import itertools
import statistics
import threading
import time

import admin
import measure
from admin import Admin, set_group, set_product, set_rule
from figures import Figure, Result, in_turns
from harness import wire
from harness.discount import Discountd
from harness.process import run
from oracle import Rule
from stage import BENCH, PAGE

# What rpc_load asks for: products 1 … 50, each in one of ten categories, as customers 1 … 4 in turn.
LOAD = {"categories": 10, "customers": 4}

# The shop around it.
PRODUCTS, GROUPS, CATEGORIES, CUSTOMERS = 20000, 200, 400, 50000
CENTURY = 4102444800

TEN = [
    Rule("everybody", value=100),
    Rule("customer-1", value=500, customer=1),
    Rule("customer-2", kind="amount", value=100, customer=2, products=["p-2"]),
    Rule("customer-3", kind="price", customer=3, prices={f"p-{i}": 900 for i in range(1, 21)}),
    Rule("vip", value=300, group="vip", categories=["category-1"]),
    Rule("staff", value=1000, group="staff", cap=200),
    Rule("sale", lane="sale", value=500, categories=["category-0"], cap=500),
    Rule("less", lane="sale", kind="amount", value=50, categories=["category-3"], excluded_products=["p-4"]),
    Rule("one", lane="sale", kind="price", value=900, products=["p-7"], priority=5),
    Rule("century", lane="sale", value=200, minimum=2000, ends=CENTURY),
]


def other_rule(i):
    """Rule number i of those that are for something else."""
    about = PAGE + 1 + i * 7 % (PRODUCTS - PAGE)
    rule = Rule(f"other-{i:06}", lane=("contract", "sale")[i % 2], priority=i % 3, kind=("percent", "amount", "price")[i % 3])
    rule.value = 100 + i * 13 % 4000
    rule.ends = 0 if i % 4 else CENTURY + i
    if i % 4 == 0:
        rule.customer, rule.products = 10 + i * 11 % CUSTOMERS, [f"p-{about}"]
    elif i % 4 == 1:
        rule.group, rule.products = f"group-{i % GROUPS}", [f"p-{about}"]
    elif i % 4 == 2:
        rule.categories = [f"other-{i % CATEGORIES}"]
    else:
        rule.products = [f"p-{about}"]
    return rule


def shop_changes(rules):
    """All of a shop with so many rules, change by change."""
    yield admin.messages.Change(clear_all=True)
    yield from (set_product(f"p-{i}", i) for i in range(1, PRODUCTS + 1))
    yield from itertools.chain(set_group("vip", {1, 2}), set_group("staff", {4}))
    for i in range(GROUPS):
        yield from set_group(f"group-{i}", {10 + (i * 97 + k * 31) % CUSTOMERS for k in range(100)})
    yield from (set_rule(each) for each in TEN)
    yield from (set_rule(other_rule(i)) for i in range(rules - len(TEN)))


class RuleServer:
    """A discountd with so many rules, and an administrator's channel to it."""

    def __init__(self, stage, rules):
        directory = stage.workshop.new("rules")
        self.keys = stage.keys
        self.discountd = Discountd(directory, stage.keys, DISCOUNT_WORKERS=2)
        self.discountd.wait_for_log("worker-ready", times=2)
        self.admin = stage.administrator(self.discountd)
        token, changes = "", shop_changes(rules)
        while some := list(itertools.islice(changes, 10000)):
            token = self.admin.StageChanges(token=token, changes=some).token
        answer = self.admin.ApplyChanges(token=token, message="the shop", seconds=120)
        if answer.faults or answer.changed < rules:
            raise measure.MeasureError(f"the rules were not made: {answer}")
        self.changes = 0

    def load(self, seconds, outstanding=1):
        """What rpc_load says of calls with a page of products."""
        return measure.rpc(self.discountd.port, self.keys, "batch", PAGE, outstanding, seconds, **LOAD)

    def change_one(self):
        """Changes one rule that is for what is asked; the revision, and the milliseconds until it was acknowledged."""
        self.changes += 1
        changes = [set_rule(Rule("one", lane="sale", kind="price", value=1 + self.changes % 900, products=["p-7"], priority=5))]
        began = time.perf_counter()
        answer = self.admin.ApplyChanges(changes=changes, message="one rule")
        took = time.perf_counter() - began
        if answer.faults or answer.changed != 1:
            raise measure.MeasureError(f"a rule was not changed: {answer}")
        return answer.revision, took * 1000

    def stop(self):
        self.admin.channel.close()
        self.discountd.stop()


def with_rules(stage, rules):
    """The server with so many rules; it is made once."""
    name = f"{rules} rules"
    if name not in stage.others:
        stage.others[name] = RuleServer(stage, rules)
    return stage.others[name]


# ---- Figures ----

def many_against_few(outstanding):
    """Latency of a quote of 50 products with 100,000 rules ÷ with 10."""
    def look(stage, pace):
        many, few = with_rules(stage, 100000), with_rules(stage, 10)
        ours, theirs = in_turns(pace.rounds, lambda: many.load(pace.seconds, outstanding),
                                lambda: few.load(pace.seconds, outstanding))
        return Result([a["p50_us"] / b["p50_us"] for a, b in zip(ours, theirs)], "p50 {:.0f} / {:.0f} µs".format(
            *(statistics.median(each["p50_us"] for each in results) for results in (ours, theirs))))
    return look


def load_under_change(server, seconds):
    """load(), while another thread changes a rule every second, the first after half a second."""
    is_over, failures = threading.Event(), []

    def change():
        pause = 0.5
        while not is_over.wait(pause):
            pause = 1
            try:
                server.change_one()
            except Exception as error:  # whatever it is: there is no figure then
                failures.append(error)
                return
    thread = threading.Thread(target=change)
    thread.start()
    try:
        result = server.load(seconds)
    finally:
        is_over.set()
        thread.join()
    if failures:
        raise measure.MeasureError(f"a change failed: {failures[0]}")
    return result


def changing_against_quiet(stage, pace):
    """p99 of quotes while a rule changes every second ÷ quiet, 10,000 rules."""
    server = with_rules(stage, 10000)
    seconds = 3 * pace.seconds
    ours, theirs = in_turns(pace.rounds, lambda: load_under_change(server, seconds), lambda: server.load(seconds))
    return Result([a["p99_us"] / b["p99_us"] for a, b in zip(ours, theirs)], "p99 {:.0f} / {:.0f} µs".format(
        *(statistics.median(each["p99_us"] for each in results) for results in (ours, theirs))))


def count_stale(stage, pace):
    """Answers of an older revision than the last acknowledged one, in 1,000 rounds over eight connections."""
    server = with_rules(stage, 10)
    rounds = 1000 if pace.rounds > 2 else 100
    clients = [wire.Client(server.discountd.port, server.keys) for _ in range(8)]
    stale, waits = 0, []
    request = wire.many(wire.ask(1, *[1000] * 10))
    for i in range(rounds):
        revision, took = server.change_one()
        answer = clients[i % len(clients)].many(request)
        price = answer.answers[0].quotes[6].value_in_cents
        stale += answer.revision < revision or price != 1 + server.changes % 900
        waits.append(took)
    for client in clients:
        client.channel.close()
    return Result([stale], f"of {rounds}; a change takes {statistics.median(waits):.1f} ms", " stale")


def acknowledgement(stage, pace):
    """Until a one-rule change is acknowledged, 100,000 rules ÷ 10."""
    many, few = with_rules(stage, 100000), with_rules(stage, 10)

    def change_some(server):
        return statistics.median(server.change_one()[1] for _ in range(pace.spawns))
    ours, theirs = in_turns(pace.rounds, lambda: change_some(many), lambda: change_some(few))
    return Result([a / b for a, b in zip(ours, theirs)],
                  f"{statistics.median(ours):.1f} / {statistics.median(theirs):.1f} ms")


@functools.cache
def evaluate_once():
    done = run([BENCH / "evaluate"], seconds=120)
    if done.returncode != 0:
        raise measure.MeasureError(f"evaluate: {done.stdout}{done.stderr}")
    return {key: float(value) for key, value in (pair.split("=") for pair in done.stdout.split())}


def evaluation(_stage, _pace):
    """Resolving and pricing 50 products in process, 1,000 rules."""
    told = evaluate_once()
    return Result([told["quote_mixed_1000_ns"] / 1000], "10 rules {:.1f} µs, 100,000 others {:.1f} µs".format(
        told["quote_10_ns"] / 1000, told["quote_100000_ns"] / 1000), " µs")


def preview(stage, pace):
    """Milliseconds to tell what a sale would do to 2,000 products, 25,000 rules, for everybody and four customers."""
    server = with_rules(stage, 25000)
    products = [wire.messages.Product(id=i, slug=f"p-{i}", price_in_cents=1000 + i * 37, categories=[f"category-{i % 10}"])
                for i in range(1, 2001)]
    changes = [set_rule(Rule("new-sale", lane="sale", value=1500))]
    values = []
    for _ in range(pace.rounds):
        began = time.perf_counter()
        answer = server.admin.Preview(changes=changes, products=products, customer_ids=[1, 2, 3, 4], everybody=True)
        values.append((time.perf_counter() - began) * 1000)
        if answer.faults or answer.quotes != 10000 or answer.lower < 9000:
            raise measure.MeasureError(f"a preview says something else: {answer.quotes} quotes, {answer.lower} lower")
    return Result(values, "10,000 quotes", " ms")


def memory_of_worker(stage, pace):
    """The larger worker, after quotes and changes."""
    server = with_rules(stage, 100000)
    server.load(pace.seconds)
    for _ in range(20):
        server.change_one()
    sizes = [measure.pss_mib(pid) for pid in server.discountd.workers()]
    if len(sizes) != 2:
        raise measure.MeasureError(f"{len(sizes)} workers instead of 2")
    told = evaluate_once()
    return Result([max(sizes)], "both {}; the rules alone {:.1f} MiB".format(
        ", ".join(f"{size:.1f}" for size in sizes), told["ruleset_bytes"] / 2**20), " MiB")


RULE_FIGURES = [
    Figure("quote of 50, 100,000 rules ÷ 10 rules, latency, 1 outstanding", ("<=", 1.3), many_against_few(1)),
    Figure("quote of 50, 100,000 rules ÷ 10 rules, latency, 16 outstanding", None, many_against_few(16)),
    Figure("p99 while a rule changes every second ÷ quiet, 10,000 rules", ("<=", 1.5), changing_against_quiet),
    Figure("stale answers after an acknowledged change", ("<=", 0), count_stale),
    Figure("acknowledgement of a one-rule change, 100,000 rules ÷ 10 rules", ("<=", 10), acknowledgement),
    Figure("evaluation in process, 50 products, 1,000 rules", ("<=", 50), evaluation),
    Figure("preview of a sale, 2,000 products, 25,000 rules", ("<=", 5000), preview),
    Figure("memory (PSS) of a worker, 100,000 rules", ("<=", 64), memory_of_worker),
]
