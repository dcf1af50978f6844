# SPDX-License-Identifier: MIT
"""
What a customer pays and why, read literally from the description of the prices, slowly: every rule is looked at for every
question, amounts are fractions until they are rounded, and nothing is looked up. It shares no code and no idea with the C
programs, which are held to it.
"""
import math
from dataclasses import dataclass, field
from fractions import Fraction

LANES = ("contract", "sale")
ROUNDINGS = ("down", "half-up", "half-even")

# Why a rule did not make the price: the first of these that holds.
LOSSES = ("disabled", "audience", "target", "excluded", "window-ahead", "window-over", "minimum", "exclusive", "not-lower",
          "out-priced", "priority", "key")


@dataclass
class Rule:
    """A rule as a shop describes it. Percentages in hundredths of a percent, instants in seconds since 1970."""

    key: str
    label: str = "A rule"
    enabled: bool = True
    lane: str = "contract"
    priority: int = 0
    exclusive: bool = False
    kind: str = "percent"
    value: int = 0
    prices: dict = None  # of a price list: product slug → price
    customer: int = None
    group: str = None
    products: list = field(default_factory=list)
    categories: list = field(default_factory=list)
    excluded_products: list = field(default_factory=list)
    excluded_categories: list = field(default_factory=list)
    minimum: int = 0
    cap: int = 0
    starts: int = 0
    ends: int = 0


@dataclass
class Shop:
    """Everything that a shop describes."""

    products: dict = field(default_factory=dict)  # slug → (id, floor)
    groups: dict = field(default_factory=dict)  # key → set of customers
    rules: dict = field(default_factory=dict)  # key → Rule
    rounding: str = "down"


@dataclass
class Question:
    """Who asks for which product, and when. `only_group` is somebody in that group and nobody in particular."""

    customer: int
    product_id: int
    price: int
    categories: list
    now: int
    only_group: str = None


@dataclass
class Loser:
    key: str
    loss: str
    price: int = 0
    limit: int = 0


@dataclass
class Lane:
    """What happened in one lane."""

    before: int
    after: int
    winner: Rule = None
    skipped: bool = False
    exact: Fraction = None  # what the winner comes to, before rounding and cap
    rounded: int = 0  # … and after both
    capped: bool = False
    held_at_floor: bool = False
    held_at_zero: bool = False
    losers: list = field(default_factory=list)

    @property
    def held(self):
        return self.held_at_floor or self.held_at_zero


@dataclass
class Quote:
    list_price: int
    price: int
    lanes: list

    @property
    def winners(self):
        return [lane for lane in self.lanes if lane.winner]

    @property
    def discounted(self):
        return self.price < self.list_price

    @property
    def percent(self):
        """The percentage of the one percent rule that alone made the price, or -1."""
        if len(self.winners) != 1:
            return -1
        [lane] = self.winners
        is_alone = lane.winner.kind == "percent" and not lane.capped and not lane.held
        return lane.winner.value if is_alone else -1


def round_price(exact, rounding):
    """A fraction of a price as a whole one."""
    below = math.floor(exact)
    rest = exact - below
    if rounding == "down" or rest < Fraction(1, 2):
        return below
    if rest > Fraction(1, 2) or rounding == "half-up":
        return below + 1
    return below if below % 2 == 0 else below + 1


def price_after_percent(price, percent, rounding):
    return round_price(Fraction(price) * (10000 - percent) / 10000, rounding)


# ---- Whether a rule applies ----

def is_audience(shop, rule, question):
    if rule.group is not None:
        if question.only_group is not None:
            return rule.group == question.only_group
        return question.customer >= 1 and question.customer in shop.groups[rule.group]
    if rule.customer is not None:
        return question.only_group is None and question.customer == rule.customer
    return True


def slug_of(shop, product_id):
    """The name that rules know the product by; None: no rule can name it."""
    for slug, (number, _) in shop.products.items():
        if number == product_id:
            return slug
    return None


def is_target(shop, rule, question):
    slug = slug_of(shop, question.product_id)
    if rule.prices is not None:
        return slug in rule.prices
    if not rule.products and not rule.categories:
        return True
    return slug in rule.products or any(each in rule.categories for each in question.categories)


def is_excluded(shop, rule, question):
    return slug_of(shop, question.product_id) in rule.excluded_products or \
        any(each in rule.excluded_categories for each in question.categories)


def why_not(shop, rule, question, is_over):
    """The first reason that keeps the rule out of its lane, with what decided, or None: it takes part in the comparison."""
    if not rule.enabled:
        return "disabled", 0
    if not is_audience(shop, rule, question):
        return "audience", 0
    if not is_target(shop, rule, question):
        return "target", 0
    if is_excluded(shop, rule, question):
        return "excluded", 0
    if rule.starts != 0 and question.now < rule.starts:
        return "window-ahead", rule.starts
    if rule.ends != 0 and question.now >= rule.ends:
        return "window-over", rule.ends
    if question.price < rule.minimum:
        return "minimum", rule.minimum
    if is_over:
        return "exclusive", 0
    return None


# ---- What it makes of a price ----

def exact_result(shop, rule, price, product_id):
    """What the rule makes of the price, before rounding and cap."""
    if rule.kind == "percent":
        return Fraction(price) * (10000 - rule.value) / 10000
    if rule.kind == "amount":
        return Fraction(price - rule.value)
    return Fraction(rule.prices[slug_of(shop, product_id)] if rule.prices is not None else rule.value)


def result(shop, rule, price, product_id):
    """What it comes to, rounded and capped, and whether the cap had a part in it. It may be below zero."""
    rounded = round_price(exact_result(shop, rule, price, product_id), shop.rounding)
    if rule.kind == "percent" and rule.cap != 0 and price - rounded > rule.cap:
        return price - rule.cap, True
    return rounded, False


def held(shop, comes_to, price, product_id):
    """What a rule comes to at last: at the floor or at zero at the least, which raises nothing."""
    least = floor_of(shop, product_id)  # zero where there is none
    return min(least, price) if comes_to < least else comes_to


def beats(a, b):
    """Whether candidate a (result, rule) wins over candidate b, and by what."""
    if a[0] != b[0]:
        return a[0] < b[0], "out-priced"
    if a[1].priority != b[1].priority:
        return a[1].priority > b[1].priority, "priority"
    return a[1].key < b[1].key, "key"


def run_lane(shop, name, price, question, is_over):
    """One lane, entered with `price`."""
    lane = Lane(before=price, after=price, skipped=is_over)
    candidates = []
    for rule in shop.rules.values():
        if rule.lane != name:
            continue
        reason = why_not(shop, rule, question, is_over)
        if reason is not None:
            lane.losers.append(Loser(rule.key, reason[0], 0, reason[1]))
            continue
        comes_to = held(shop, result(shop, rule, price, question.product_id)[0], price, question.product_id)
        if comes_to < price:
            candidates.append((comes_to, rule))
        else:
            lane.losers.append(Loser(rule.key, "not-lower", comes_to))
    if candidates:
        crown(shop, lane, candidates, question)
    lane.losers.sort(key=lambda each: (-LOSSES.index(each.loss), each.key))
    return lane


def crown(shop, lane, candidates, question):
    """Of those that would lower the price one wins."""
    best = candidates[0]
    for each in candidates[1:]:
        if beats(each, best)[0]:
            best = each
    for each in candidates:
        if each is not best:
            _, by = beats(best, each)
            lane.losers.append(Loser(each[1].key, by, each[0], best[1].priority if by == "priority" else 0))
    lane.winner = best[1]
    lane.exact = exact_result(shop, lane.winner, lane.before, question.product_id)
    lane.rounded, lane.capped = result(shop, lane.winner, lane.before, question.product_id)
    floor = floor_of(shop, question.product_id)
    lane.held_at_floor = floor > 0 and lane.rounded < floor
    lane.held_at_zero = floor == 0 and lane.rounded < 0
    lane.after = best[0]


def floor_of(shop, product_id):
    slug = slug_of(shop, product_id)
    return 0 if slug is None else shop.products[slug][1]


def quote(shop, question):
    """What is paid, lane by lane."""
    price, is_over, lanes = question.price, False, []
    for name in LANES:
        if question.price <= 0:
            lanes.append(Lane(before=price, after=price))
            continue
        lane = run_lane(shop, name, price, question, is_over)
        lanes.append(lane)
        price = lane.after
        is_over = is_over or (lane.winner is not None and lane.winner.exclusive)
    return Quote(question.price, price, lanes)


def groups_of(shop, customer):
    return sorted(key for key, members in shop.groups.items() if customer >= 1 and customer in members)


def next_change(shop, now):
    """When a window of an enabled rule next begins or ends; 0: never."""
    instants = [at for rule in shop.rules.values() if rule.enabled for at in (rule.starts, rule.ends) if at > now]
    return min(instants, default=0)
