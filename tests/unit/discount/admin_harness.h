/* SPDX-License-Identifier: MIT */
/* The DiscountAdmin service over real RPC, with a real database, rulebook and rollout; and how tests ask it. */
#ifndef TESTS_UNIT_DISCOUNT_ADMIN_HARNESS_H
#define TESTS_UNIT_DISCOUNT_ADMIN_HARNESS_H

#include "tests/unit/discount/service_harness.h"

#include "common/memory.h"
#include "discount/service/admin.h"

static struct admin_service service;
static struct arena arena; /* of requests and answers */

static inline int start_service(void **state)
{
    char reason[512];

    (void)state;
    open_rules(3);
    if (!admin_service_init(&service, database, rulebook, rollout, reason, sizeof reason))
        fail_msg("%s", reason);
    serve(&service.base.base);
    start_client("admin");
    return 0;
}

static inline int end_service(void **state)
{
    (void)state;
    serve_no_more();
    admin_service_release(&service);
    close_rules();
    arena_release(&arena);
    return 0;
}

/* ---- Calls ---- */

struct reply {
    struct outcome outcome;
    const ProtobufCMessageDescriptor *type;
    void *answer; /* in the arena; NULL: the call failed */
};

static inline void *get_piece(void *data, size_t size)
{
    return arena_get(data, size);
}

static inline void keep_piece(void *data, void *piece)
{
    (void)data;
    (void)piece;
}

static inline void on_answer(const ProtobufCMessage *message, void *data)
{
    ProtobufCAllocator allocator = {get_piece, keep_piece, &arena};
    struct reply *reply = data;

    outcome_note(&reply->outcome);
    if (message == NULL)
        return;
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_get(&arena, size);
    protobuf_c_message_pack(message, bytes);
    reply->answer = protobuf_c_message_unpack(reply->type, &allocator, size, bytes);
}

static inline struct reply call_until(const char *method, const void *request, int64_t deadline_ns)
{
    const ProtobufCServiceDescriptor *type = &ecommerce__discount_admin__descriptor;
    const ProtobufCMethodDescriptor *found = protobuf_c_service_descriptor_get_method_by_name(type, method);
    struct rpc_stub stub;

    assert_non_null(found);
    struct reply reply = {.outcome.client = client, .type = found->output};
    rpc_stub_init(&stub, client, type);
    stub.deadline_ns = deadline_ns;
    stub.base.invoke(&stub.base, (unsigned)(found - type->methods), request, on_answer, &reply);
    poll_until(client, &reply.outcome.calls, 1);
    return reply;
}

static inline struct reply call(const char *method, const void *request)
{
    return call_until(method, request, clock_now_ns() + PATIENCE_NS);
}

/* A call that must succeed. */
static inline void *ask(const char *method, const void *request)
{
    struct reply reply = call(method, request);

    if (reply.outcome.code != RPC_OK)
        fail_msg("%s: %s: %s", method, rpc_code_name(reply.outcome.code), reply.outcome.message);
    return reply.answer;
}

static inline void assert_refused(struct reply reply, enum rpc_code code, const char *part)
{
    if (reply.outcome.code != code)
        fail_msg("%s instead of %s: %s", rpc_code_name(reply.outcome.code), rpc_code_name(code), reply.outcome.message);
    if (strstr(reply.outcome.message, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", reply.outcome.message, part);
}

/* ---- Changes ---- */

static inline Ecommerce__Change *new_change(Ecommerce__Change__ChangeCase change_case)
{
    Ecommerce__Change *change = arena_get(&arena, sizeof *change);

    ecommerce__change__init(change);
    change->change_case = change_case;
    return change;
}

/* So many percent off everything for everybody. */
static inline Ecommerce__Rule *new_rule(const char *key, int32_t percent)
{
    Ecommerce__Rule *rule = arena_get(&arena, sizeof *rule);

    ecommerce__rule__init(rule);
    rule->key = (char *)key;
    rule->label = (char *)"A rule";
    rule->lane = ECOMMERCE__LANE__LANE_SALE;
    rule->kind = ECOMMERCE__KIND__KIND_PERCENT;
    rule->percent = percent;
    return rule;
}

static inline Ecommerce__Change *set_rule(Ecommerce__Rule *rule)
{
    Ecommerce__Change *change = new_change(ECOMMERCE__CHANGE__CHANGE_SET_RULE);

    change->set_rule = rule;
    return change;
}

static inline Ecommerce__Change *set_group(const char *key)
{
    Ecommerce__Change *change = new_change(ECOMMERCE__CHANGE__CHANGE_SET_GROUP);

    change->set_group = arena_get(&arena, sizeof *change->set_group);
    ecommerce__group__init(change->set_group);
    change->set_group->key = (char *)key;
    return change;
}

static inline Ecommerce__Change *add_members(const char *group, int32_t *ids, size_t count)
{
    Ecommerce__Change *change = new_change(ECOMMERCE__CHANGE__CHANGE_ADD_MEMBERS);

    change->add_members = arena_get(&arena, sizeof *change->add_members);
    ecommerce__members__init(change->add_members);
    change->add_members->group = (char *)group;
    change->add_members->customer_ids = ids;
    change->add_members->n_customer_ids = count;
    return change;
}

static inline Ecommerce__Change *set_product(int32_t id, const char *slug, int64_t floor)
{
    Ecommerce__Change *change = new_change(ECOMMERCE__CHANGE__CHANGE_SET_PRODUCT);

    change->set_product = arena_get(&arena, sizeof *change->set_product);
    ecommerce__known_product__init(change->set_product);
    change->set_product->id = id;
    change->set_product->slug = (char *)slug;
    change->set_product->floor = floor;
    return change;
}

static inline Ecommerce__ApplyChangesRequest apply_request(Ecommerce__Change **changes, size_t count)
{
    Ecommerce__ApplyChangesRequest request = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;

    request.changes = changes;
    request.n_changes = count;
    return request;
}

/* Applies changes that must be sound. Returns the revision. */
static inline int64_t apply(Ecommerce__Change **changes, size_t count)
{
    Ecommerce__ApplyChangesRequest request = apply_request(changes, count);
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);

    if (answer->n_faults > 0)
        fail_msg("%s: %s: %s", answer->faults[0]->subject, answer->faults[0]->field, answer->faults[0]->message);
    return answer->revision;
}

static inline int64_t apply_one(Ecommerce__Change *change)
{
    return apply(&change, 1);
}

/* Registers products with long slugs. */
static inline char **make_products(size_t count)
{
    Ecommerce__Change **changes = memory_get(count * sizeof(*changes));
    char **slugs = arena_get(&arena, count * sizeof *slugs);

    for (size_t i = 0; i < count; i++) {
        slugs[i] = arena_print(&arena, "product-%0180zu", i);
        changes[i] = set_product(100 + (int32_t)i, slugs[i], 0);
    }
    apply(changes, count);
    free(changes);
    return slugs;
}

static inline const Ecommerce__GetStatusResponse *get_status(void)
{
    Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;

    return ask("GetStatus", &request);
}

static inline Ecommerce__Product new_product(int32_t id, int32_t price)
{
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;

    product.id = id;
    product.slug = (char *)"a-product";
    product.price_in_cents = price;
    return product;
}

static inline const Ecommerce__ExplainResponse *explain_at(int32_t customer_id, int32_t price, int64_t at)
{
    Ecommerce__ExplainRequest request = ECOMMERCE__EXPLAIN_REQUEST__INIT;
    Ecommerce__Product product = new_product(1, price);

    request.customer_id = customer_id;
    request.product = &product;
    request.at = at;
    return ask("Explain", &request);
}

/* What product 1 costs a customer now. */
static inline int32_t price_for(int32_t customer_id, int32_t price)
{
    return explain_at(customer_id, price, 0)->price;
}

#define ADMIN_TEST(test) cmocka_unit_test_setup_teardown(test, start_service, end_service)

#endif
