# SPDX-License-Identifier: MIT
"""DiscountAdmin by Python's own gRPC, and a shop of oracle.py as its messages."""
import importlib
import subprocess
import sys

from harness import wire
from harness.paths import ROOT

SERVICE = "/ecommerce.DiscountAdmin/"

# The generated messages, once generate() was called.
messages = None


def generate(directory):
    """Generates the message classes; those of the contract must be there already."""
    global messages
    subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={directory}", "discount_admin.proto"],
                   check=True)
    sys.path.insert(0, str(directory))
    messages = importlib.import_module("discount_admin_pb2")


def methods():
    """(name, request type, answer type) of every method, from the proto file."""
    service = messages.DESCRIPTOR.services_by_name["DiscountAdmin"]
    return [(each.name, getattr(messages, each.input_type.name), getattr(messages, each.output_type.name))
            for each in service.methods]


class Admin(wire.Client):
    """A channel with the administrator's certificate. Methods are called by their names: admin.GetStatus()."""

    def __init__(self, port, keys, name="admin", **more):
        super().__init__(port, keys, name, **more)

    def __getattr__(self, name):
        for method, request_type, answer_type in methods():
            if method == name:
                def call(request=None, seconds=20, **fields):
                    return self.call(SERVICE + method, request or request_type(**fields), answer_type, seconds=seconds)
                return call
        raise AttributeError(name)

    def change(self, *changes, **more):
        """Applies changes that must be right; the answer."""
        answer = self.ApplyChanges(changes=changes, **more)
        assert not answer.faults, answer
        return answer

    def set_shop(self, shop):
        """Makes a shop all there is."""
        return self.change(messages.Change(clear_all=True), *changes_of(shop), message="all of a shop")


# ---- A shop as messages ----

def rule_message(rule):
    made = messages.Rule(
        key=rule.key, label=rule.label, disabled=not rule.enabled, lane=messages.Lane.Value(f"LANE_{rule.lane.upper()}"),
        priority=rule.priority, exclusive=rule.exclusive, kind=messages.Kind.Value(f"KIND_{rule.kind.upper()}"),
        customer_id=rule.customer, group=rule.group, include_products=rule.products, include_categories=rule.categories,
        exclude_products=rule.excluded_products, exclude_categories=rule.excluded_categories, minimum=rule.minimum,
        cap=rule.cap, starts_at=rule.starts, ends_at=rule.ends)
    if rule.prices is not None:
        made.prices.extend(messages.ProductPrice(product=slug, price=price) for slug, price in rule.prices.items())
    else:
        setattr(made, rule.kind, rule.value)
    return made


def set_rule(rule):
    return messages.Change(set_rule=rule_message(rule))


def set_product(slug, number, floor=0):
    return messages.Change(set_product=messages.KnownProduct(id=number, slug=slug, floor=floor))


def set_group(key, members):
    """A group with exactly these members."""
    return [messages.Change(set_group=messages.Group(key=key, label="A group")), messages.Change(clear_group=key),
            messages.Change(add_members=messages.Members(group=key, customer_ids=sorted(members)))]


def changes_of(shop):
    return [*(set_product(slug, *each) for slug, each in shop.products.items()),
            *(change for key, members in shop.groups.items() for change in set_group(key, members)),
            *(set_rule(rule) for rule in shop.rules.values())]


def changes_between(after, touched, removals):
    """What Maker.change() did."""
    made = []
    for kind, *names in removals:
        if kind == "rule":
            made.append(messages.Change(remove_rule=names[0]))
        elif kind == "group":
            made.append(messages.Change(remove_group=names[0]))
        else:
            made.append(messages.Change(remove_members=messages.Members(group=names[0], customer_ids=[names[1]])))
    for kind, key in dict.fromkeys(touched):
        if kind == "product":
            made.append(set_product(key, *after.products[key]))
        elif kind == "group" and key in after.groups:
            made += set_group(key, after.groups[key])
        elif kind == "rule" and key in after.rules:
            made.append(set_rule(after.rules[key]))
    return made
