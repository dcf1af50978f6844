# SPDX-License-Identifier: MIT
"""
Shops, questions and changes by chance. Values come from few and awkward ones, so that rules meet: the same price, the same
priority, a window that ends in the second that another begins in, a minimum that is just reached.
"""
import copy

from oracle import LANES, ROUNDINGS, Question, Rule, Shop

INT32_MAX = 2**31 - 1
CATEGORIES = ["a", "b", "c", "phones", "tv-and-audio"]
# A start of 1970-01-02 is the first that there can be. Windows begin and end at these, and are asked at and beside them.
INSTANTS = [86400, 1000000000, 1000000001, 1700000000, 1800000000, 253402300799]

SCALES = [(1, 2, 3, 5, 9, 10, 11, 20), (99, 100, 101, 995, 1000, 1001, 14999, 15000, 99999),
          (INT32_MAX, INT32_MAX - 1, 2**30, 2**30 + 1, 10**9, 1)]
PERCENTS = [0, 1, 50, 100, 333, 1000, 1000, 2500, 3333, 5000, 5000, 9999, 10000]


def some(rng, values, most):
    return rng.sample(values, min(len(values), rng.randint(0, most)))


def near(rng, prices):
    """A price, or one beside it: 0 ... INT32_MAX."""
    return min(max(rng.choice(prices) + rng.choice((-1, 0, 0, 1)), 0), INT32_MAX)


class Maker:
    """Makes shops and what belongs to them; the same seed makes the same."""

    def __init__(self, rng):
        self.rng = rng
        self.prices = rng.choice(SCALES)
        self.customers = list(range(1, rng.choice((2, 4, 9)) + 1)) + [INT32_MAX]
        # At times customers are in dozens of groups, and products in a dozen categories.
        self.is_crowded = rng.random() < 0.01
        self.categories = CATEGORIES + [f"c{i}" for i in range(10)] * self.is_crowded

    def chance(self, share):
        return self.rng.random() < share

    def shop(self, rules):
        rng = self.rng
        shop = Shop(rounding=rng.choice(ROUNDINGS))
        for i, number in enumerate(rng.sample([*range(1, 30), INT32_MAX], rng.randint(1, 9))):
            shop.products[f"p{i}" if self.chance(0.5) else f"product-{number}"] = (number, self.floor())
        for i in range(rng.randint(20, 40) if self.is_crowded else rng.randint(0, 4)):
            shop.groups[f"g{i}"] = self.members()
        for _ in range(rules):
            self.add_rule(shop)
        return shop

    def members(self):
        if self.is_crowded:
            return {each for each in self.customers if self.chance(0.9)}
        return set(some(self.rng, self.customers, 4))

    def floor(self):
        return max(near(self.rng, self.prices), 0) // self.rng.choice((1, 2, 3)) if self.chance(0.3) else 0

    def key(self):
        return self.rng.choice(("", "sale-", "a-", "z9-")) + format(self.rng.getrandbits(24), "x")

    def add_rule(self, shop, key=None):
        rule = self.rule(shop, key or self.key())
        shop.rules[rule.key] = rule

    def rule(self, shop, key):
        rng = self.rng
        rule = Rule(key, lane=rng.choice(LANES), kind=rng.choice(("percent", "percent", "amount", "price")))
        rule.priority = rng.choice((0, 0, 0, 1, 1, -1, 1000000, -1000000))
        rule.enabled = not self.chance(0.08)
        rule.exclusive = self.chance(0.12)
        self.set_audience(shop, rule)
        self.set_window(rule)
        if self.chance(0.2):
            rule.minimum = near(rng, self.prices)
        self.set_value(rule)
        if rule.kind == "price" and self.chance(0.4):
            self.make_price_list(shop, rule)
        else:
            self.set_targets(shop, rule)
        return rule

    def set_audience(self, shop, rule):
        kind = self.rng.choice(("everybody", "customer", "group"))
        if kind == "customer":
            rule.customer = self.rng.choice(self.customers)
        elif kind == "group" and shop.groups:
            rule.group = self.rng.choice(sorted(shop.groups))

    def set_window(self, rule):
        if self.chance(0.3):
            rule.starts, rule.ends = sorted(self.rng.sample(INSTANTS, 2))
            rule.starts *= not self.chance(0.3)
            rule.ends *= not self.chance(0.3)

    def set_value(self, rule):
        rng = self.rng
        if rule.kind == "percent":
            rule.value = rng.choice(PERCENTS) if self.chance(0.8) else rng.randint(0, 10000)
            if self.chance(0.3):
                rule.cap = max(near(rng, self.prices) // rng.choice((1, 2, 10, 100)), 1)
        elif rule.kind == "amount":
            rule.value = max(near(rng, self.prices) // rng.choice((1, 2, 3, 10)), 1)
        else:
            rule.value = near(rng, self.prices) // rng.choice((1, 1, 2, 10))

    def make_price_list(self, shop, rule):
        slugs = self.rng.sample(sorted(shop.products), self.rng.randint(1, len(shop.products)))
        rule.prices = {slug: near(self.rng, self.prices) // self.rng.choice((1, 2)) for slug in slugs}
        rule.value = 0

    def set_targets(self, shop, rule):
        slugs = sorted(shop.products)
        if self.chance(0.5):
            rule.products = some(self.rng, slugs, 3)
            rule.categories = some(self.rng, self.categories, 2)
        if self.chance(0.25):
            rule.excluded_products = some(self.rng, slugs, 2)
            rule.excluded_categories = some(self.rng, self.categories, 2)

    # ---- Questions ----

    def page(self, shop, length):
        """[(id, price, categories)]; among them products that no rule can name, and prices that nothing is taken off."""
        rng = self.rng
        numbers = [number for number, _ in shop.products.values()] + [31, 32]
        return [(rng.choice(numbers), self.list_price(), self.categories_of_product())
                for _ in range(length)]

    def categories_of_product(self):
        return some(self.rng, [*self.categories, "nobody-knows"], 12 if self.is_crowded else 3)

    def list_price(self):
        if self.chance(0.03):
            return self.rng.choice((0, -1, -2**31))
        return max(near(self.rng, self.prices), 1)

    def who(self, shop):
        """(customer, None), or (0, group)."""
        if shop.groups and self.chance(0.15):
            return 0, self.rng.choice([*sorted(shop.groups), "no-such-group"])
        return self.rng.choice([*self.customers, *self.customers, 0, -1, -2**31, 12345]), None

    def instant(self, since=0):
        at = [each + by for each in INSTANTS for by in (-1, 0, 1)]
        return self.rng.choice([each for each in at if each >= since])

    # ---- Changes ----

    def change(self, shop):
        """A changed shop, the blocks that say so, and what `remove` is to be told before them."""
        after = copy.deepcopy(shop)
        touched, removals = [], []
        for _ in range(self.rng.choice((1, 1, 2, 5))):
            kind = self.rng.choice(("set", "set", "again", "remove", "members", "unmember", "floor", "group", "ungroup"))
            getattr(self, f"change_{kind}")(after, touched, removals)
        return after, touched, removals

    def change_set(self, shop, touched, _):
        self.add_rule(shop)
        touched.append(("rule", list(shop.rules)[-1]))

    def change_again(self, shop, touched, _):
        if shop.rules:
            key = self.rng.choice(sorted(shop.rules))
            del shop.rules[key]
            self.add_rule(shop, key)
            touched.append(("rule", key))

    def change_remove(self, shop, touched, removals):
        rules = sorted(set(shop.rules) - {key for _, key in touched})
        if rules:
            key = self.rng.choice(rules)
            del shop.rules[key]
            removals.append(("rule", key))

    def change_members(self, shop, touched, _):
        """The file says all members anew."""
        if shop.groups:
            key = self.rng.choice(sorted(shop.groups))
            shop.groups[key] = self.members()
            if shop.groups[key]:  # a group without a line of members keeps those that it has
                touched.append(("group", key))
            else:
                self.change_empty(shop, touched, key)

    def change_empty(self, shop, touched, key):
        shop.groups[key] = {self.customers[0]}
        touched.append(("group", key))

    def change_unmember(self, shop, touched, removals):
        groups = [key for key in sorted(shop.groups) if shop.groups[key] and ("group", key) not in touched]
        if groups:
            key = self.rng.choice(groups)
            customer = self.rng.choice(sorted(shop.groups[key]))
            shop.groups[key].discard(customer)
            removals.append(("member", key, customer))

    def change_floor(self, shop, touched, _):
        slug = self.rng.choice(sorted(shop.products))
        shop.products[slug] = (shop.products[slug][0], self.floor())
        touched.append(("product", slug))

    def change_group(self, shop, touched, _):
        key = f"g{len(shop.groups) + 50}"
        if key not in shop.groups:
            shop.groups[key] = {self.rng.choice(self.customers)}
            touched.append(("group", key))

    def change_ungroup(self, shop, touched, removals):
        unused = set(shop.groups) - {rule.group for rule in shop.rules.values()} - {key for _, key in touched}
        if unused:
            key = self.rng.choice(sorted(unused))
            del shop.groups[key]
            removals.append(("group", key))


def questions(page, customer, group, now):
    return [Question(customer, number, price, categories, now, group) for number, price, categories in page]
