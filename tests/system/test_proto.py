# SPDX-License-Identifier: MIT
"""
Today's contract against the stored one, ecommerce.contract.txt: a line for each field and method. Lines may be added,
with field numbers from 10 up in messages that the stored contract has; none may change or go. After an addition, write
the file anew and look at the difference:

    cd tests/system && python3 -m harness.descriptor > ecommerce.contract.txt
"""
import subprocess
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from harness.descriptor import describe
from harness.paths import ROOT

STORED = Path(__file__).with_name("ecommerce.contract.txt").read_text().splitlines()
FIRST_FREE_NUMBER = 10


def test_nothing_of_the_stored_contract_has_changed():
    assert [line for line in STORED if line not in describe()] == []


def test_what_was_added_is_stored():
    assert [line for line in describe() if line not in STORED] == []


# Fields that are settled, said once more by hand: those of the published demo, then those of ApplyDiscounts.
SETTLED = {
    "Customer.id": 1, "Customer.first_name": 2, "Customer.last_name": 3,
    "Product.id": 1, "Product.slug": 2, "Product.description": 3, "Product.price_in_cents": 4, "Product.discount_value": 5,
    "DiscountValue.pct": 1, "DiscountValue.value_in_cents": 2,
    "DiscountRequest.customer": 1, "DiscountRequest.product": 2, "DiscountResponse.product": 1,
    "DiscountAsk.customer": 1, "DiscountAsk.products": 2, "DiscountAsk.same_products": 3,
    "DiscountAnswer.code": 1, "DiscountAnswer.message": 2, "DiscountAnswer.quotes": 3,
    "ApplyDiscountsRequest.asks": 1, "ApplyDiscountsResponse.answers": 1, "ApplyDiscountsResponse.revision": 2,
}


def numbers():
    """The field numbers of today by `message.field`."""
    fields = [line.split()[1:3] for line in describe() if line.startswith("field ")]
    return {name.removeprefix("ecommerce."): int(number) for name, number in fields}


def test_settled_fields_have_their_numbers():
    assert {name: numbers().get(name) for name in SETTLED} == SETTLED


def test_new_fields_of_settled_messages_have_numbers_from_ten_up():
    settled = {name.split(".")[0] for name in SETTLED}
    for name, number in numbers().items():
        assert name in SETTLED or name.split(".")[0] not in settled or number >= FIRST_FREE_NUMBER, name


def names_of(node, path=()):
    """(path, name) of every service, method, message, field, enum and value below a descriptor, as source info has paths."""
    for field, items in node.ListFields():
        if field.name in ("service", "method", "message_type", "field", "enum_type", "value", "oneof_decl", "nested_type"):
            for index, item in enumerate(items):
                yield (*path, field.number, index), item.name
                yield from names_of(item, (*path, field.number, index))


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "proto").glob("*.proto")))
def test_everything_in_a_proto_file_has_a_comment(name, tmp_path):
    out = tmp_path / "set"
    subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", "--include_source_info", f"--descriptor_set_out={out}", name], check=True)
    [file] = FileDescriptorSet.FromString(out.read_bytes()).file
    told = {tuple(each.path) for each in file.source_code_info.location if each.leading_comments.strip()}
    names = dict(names_of(file))
    assert len(names) > 20 and [name for path, name in names.items() if path not in told] == []
    assert file.options.go_package
