# SPDX-License-Identifier: MIT
"""What a refusal says to clients that know gRPC's richer error model: google.rpc.Status with a google.rpc.BadRequest."""
import importlib
import subprocess
import sys

import grpc
import pytest

from harness import fake_admin, wire
from harness.wire import Client

ADMIN = "/ecommerce.DiscountAdmin/"
# The wire format of google.rpc.Status, google.protobuf.Any and google.rpc.BadRequest.
RICHER = """syntax = "proto3";
package richer;
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
message BadRequest { message FieldViolation { string field = 1; string description = 2; } repeated FieldViolation field_violations = 1; }
"""


@pytest.fixture(scope="module")
def richer(workshop):
    directory = workshop.new("richer")
    (directory / "richer.proto").write_text(RICHER)
    subprocess.run(["protoc", f"--proto_path={directory}", f"--python_out={directory}", "richer.proto"], check=True)
    sys.path.insert(0, str(directory))
    return importlib.import_module("richer_pb2")


@pytest.fixture(scope="module")
def pb(workshop):
    return fake_admin.generate(workshop.new("admin-proto"))


@pytest.fixture(scope="module")
def admin(discountd, keys):
    with Client(discountd.port, keys, "admin") as made:
        yield made


@pytest.fixture
def call(admin, richer):
    """Makes a call and gives its code, its message, and what its details say, as (field, description)."""
    def make(method, request):
        unary = admin.channel.unary_unary(method, type(request).SerializeToString)
        try:
            _, ended = unary.with_call(request, timeout=30)
        except grpc.RpcError as error:
            ended = error
        packed = dict(ended.trailing_metadata()).get("grpc-status-details-bin")
        if packed is None:
            return ended.code(), ended.details(), None, []
        status = richer.Status.FromString(packed)
        bad_request = richer.BadRequest()
        [detail] = status.details
        assert detail.type_url == "type.googleapis.com/google.rpc.BadRequest"
        bad_request.ParseFromString(detail.value)
        return ended.code(), ended.details(), status, [(each.field, each.description) for each in bad_request.field_violations]
    return make


def refused_requests(pb):
    """A request of each method that takes one, with the field that is wrong."""
    return [
        ("ListRules", pb.ListRulesRequest(lane=9), "lane"),
        ("ListRules", pb.ListRulesRequest(kind=9), "kind"),
        ("ListRules", pb.ListRulesRequest(customer_id=-1), "customer_id"),
        ("ListRules", pb.ListRulesRequest(key="NO KEY"), "key"),
        ("ListRules", pb.ListRulesRequest(text="a\nb"), "text"),
        ("ListRules", pb.ListRulesRequest(active_at=-1), "active_at"),
        ("ListRules", pb.ListRulesRequest(page_token="?"), "page_token"),
        ("ListRules", pb.ListRulesRequest(page_size=-1), "page_size"),
        ("ListMembers", pb.ListMembersRequest(group="?"), "group"),
        ("ListProducts", pb.ListProductsRequest(slug="?"), "slug"),
        ("ListRevisions", pb.ListRevisionsRequest(page_token="?"), "page_token"),
        ("CompareRevisions", pb.CompareRevisionsRequest(), "revision"),
        ("Explain", pb.ExplainRequest(), "product"),
        ("Preview", pb.PreviewRequest(at=-1), "at"),
        ("Lint", pb.LintRequest(max_findings=-1), "max_findings"),
    ]


def test_a_refusal_names_the_field(call, pb):
    for method, request, field in refused_requests(pb):
        code, message, status, violations = call(ADMIN + method, request)
        assert code == grpc.StatusCode.INVALID_ARGUMENT, (method, code, message)
        assert (status.code, status.message) == (code.value[0], message)
        assert violations == [(field, message)] or (method == "CompareRevisions" and violations[0][1] == message)
        assert violations[0][0] in request.DESCRIPTOR.fields_by_name


def test_a_price_of_no_product_is_refused_by_name(call, messages):
    code, message, status, violations = call(wire.ONE, messages.DiscountRequest())
    assert (code, status.code, violations) == (grpc.StatusCode.INVALID_ARGUMENT, 3, [("product", message)])


def wrong_rule(pb, key):
    return pb.Change(set_rule=pb.Rule(key=key, label="much", lane=1, kind=1, percent=10001))


def test_faults_of_a_change_set_are_violations_of_its_fields(call, pb, admin):
    request = pb.ApplyChangesRequest(changes=[pb.Change(set_group=pb.Group(key="fine")), wrong_rule(pb, "much")], validate_only=True)
    [fault] = admin.call(ADMIN + "ApplyChanges", request, pb.ApplyChangesResponse).faults
    code, _, status, violations = call(ADMIN + "ApplyChanges", request)
    assert (code, status.code) == (grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT.value[0])
    assert violations == [(f"changes[1].{fault.field}", f"{fault.subject}: {fault.message}")]


def test_of_a_thousand_faults_as_many_are_violations_as_metadata_holds(call, pb):
    request = pb.ApplyChangesRequest(changes=[wrong_rule(pb, f"much-{i}") for i in range(1000)], validate_only=True)
    code, _, _, violations = call(ADMIN + "ApplyChanges", request)
    assert code == grpc.StatusCode.OK and 10 < len(violations) < 1000
    assert violations[0][0].startswith("changes[0].")


def test_what_is_right_has_no_details(call, pb):
    assert call(ADMIN + "ListRules", pb.ListRulesRequest())[2:] == (None, [])
