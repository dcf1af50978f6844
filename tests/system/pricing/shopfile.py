# SPDX-License-Identifier: MIT
"""A shop of oracle.py as a rule file."""
import datetime


def percent_text(percent):
    """Hundredths of a percent as people write percentages: 1250 is 12.5."""
    whole, rest = divmod(percent, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def instant_text(instant):
    return datetime.datetime.fromtimestamp(instant, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def product_block(slug, number, floor):
    return f"product {number} {slug}\n" + (f"    floor {floor}\n" if floor else "")


def group_block(key, members, label="A group"):
    text = f'group {key} "{label}"\n'
    members = sorted(members)
    for i in range(0, len(members), 20):
        text += "    members " + " ".join(map(str, members[i:i + 20])) + "\n"
    return text


def rule_lines(rule):
    yield f"lane {rule.lane}"
    if rule.prices is not None:
        yield from (f"price {slug} {price}" for slug, price in rule.prices.items())
    else:
        yield f"{rule.kind} " + (percent_text(rule.value) if rule.kind == "percent" else str(rule.value))
    if rule.customer is not None:
        yield f"audience customer {rule.customer}"
    if rule.group is not None:
        yield f"audience group {rule.group}"
    yield from (f"include product {each}" for each in rule.products)
    yield from (f"include category {each}" for each in rule.categories)
    yield from (f"exclude product {each}" for each in rule.excluded_products)
    yield from (f"exclude category {each}" for each in rule.excluded_categories)
    for word, value in (("priority", rule.priority), ("minimum", rule.minimum), ("cap", rule.cap)):
        if value:
            yield f"{word} {value}"
    if rule.starts:
        yield f"starts {instant_text(rule.starts)}"
    if rule.ends:
        yield f"ends {instant_text(rule.ends)}"
    if rule.exclusive:
        yield "exclusive"
    if not rule.enabled:
        yield "disabled"


def rule_block(rule, shuffle=None):
    lines = list(rule_lines(rule))
    if shuffle:
        shuffle(lines)
    return f'rule {rule.key} "{rule.label}"\n' + "".join(f"    {line}\n" for line in lines)


def rule_file(blocks):
    return "discount-rules 1\n\n" + "\n".join(blocks) + "\nend\n"


def blocks_of(shop):
    return [*(product_block(slug, *each) for slug, each in shop.products.items()),
            *(group_block(key, members) for key, members in shop.groups.items()),
            *(rule_block(rule) for rule in shop.rules.values())]


def shop_file(shop):
    return rule_file(blocks_of(shop))
