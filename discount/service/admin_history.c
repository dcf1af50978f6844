/* SPDX-License-Identifier: MIT */
/* The revisions, and what differs between two of them. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>

#include "discount/wire/wire.h"

static char *next_token(const struct admin_page *page, int64_t place)
{
    return page->has_more ? arena_print(page->arena, "%" PRId64, place) : (char *)protobuf_c_empty_string;
}

/* ---- Revisions ---- */

static Ecommerce__Revision *write_revision(const struct revision *revision, struct arena *arena)
{
    Ecommerce__Revision *message = arena_get(arena, sizeof *message);

    ecommerce__revision__init(message);
    message->revision = revision->number;
    message->made_at = revision->made_at;
    message->author = (char *)revision->author;
    message->message = (char *)revision->message;
    message->changed = revision->changed > INT32_MAX ? INT32_MAX : (int32_t)revision->changed;
    return message;
}

/* Below *before, which becomes the last one that was added. */
static enum store_status fetch_revisions(struct store *store, struct admin_page *page, void *data, size_t want,
                                         size_t *count)
{
    struct revision *revisions = NULL;
    int64_t *before = data;
    enum store_status status = store->methods->list_revisions(store, *before, want, page->arena, &revisions, count);

    for (size_t i = 0; status == STORE_OK && i < *count; i++) {
        if (!admin_page_add(page, write_revision(&revisions[i], page->arena)))
            break;
        *before = revisions[i].number;
    }
    return status;
}

/* Revisions never change, and new ones come before the first page: no page needs to be read again. */
ADMIN_METHOD(list_revisions, ListRevisionsRequest, ListRevisionsResponse)
{
    Ecommerce__ListRevisionsResponse response = ECOMMERCE__LIST_REVISIONS_RESPONSE__INIT;
    struct store *store = admin_service_of(base)->store;
    struct admin_page page;
    int64_t before;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !admin_page_number(closure_data, request->page_token, INT64_MAX, &before))
        return;
    enum store_status status = admin_page_fill(store, &page, fetch_revisions, &before);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, store);
        return;
    }
    response.n_revisions = page.count;
    response.revisions = (Ecommerce__Revision **)page.items;
    response.next_page_token = next_token(&page, before);
    closure(&response, closure_data);
}

/* ---- Differences ---- */

static Ecommerce__Rule *write_rule(const struct rule *rule, struct arena *arena)
{
    return rule != NULL ? wire_write_rule(rule, arena) : NULL;
}

static Ecommerce__Group *write_group(const struct group *group, struct arena *arena)
{
    return group != NULL ? admin_write_group(group, arena) : NULL;
}

static Ecommerce__KnownProduct *write_product(const struct known_product *product, struct arena *arena)
{
    return product != NULL ? admin_write_product(product, arena) : NULL;
}

static const char *const kind_names[] = {
    [SUBJECT_RULE] = "rule", [SUBJECT_GROUP] = "group", [SUBJECT_MEMBER] = "member", [SUBJECT_PRODUCT] = "product"};

static Ecommerce__Difference *write_difference(const struct difference *difference, struct arena *arena)
{
    Ecommerce__Difference *message = arena_get(arena, sizeof *message);

    ecommerce__difference__init(message);
    message->kind = (char *)kind_names[difference->kind];
    message->key = (char *)difference->key;
    message->rule_before = write_rule(difference->rule_before, arena);
    message->rule_after = write_rule(difference->rule_after, arena);
    message->group_before = write_group(difference->group_before, arena);
    message->group_after = write_group(difference->group_after, arena);
    message->product_before = write_product(difference->product_before, arena);
    message->product_after = write_product(difference->product_after, arena);
    message->member_before = difference->member_before;
    message->member_after = difference->member_after;
    return message;
}

struct compared_span {
    int64_t from, to;
    int64_t place; /* the number of the first difference that was not added */
};

static enum store_status fetch_differences(struct store *store, struct admin_page *page, void *data, size_t want,
                                           size_t *count)
{
    struct difference *differences = NULL;
    struct compared_span *span = data;
    enum store_status status = store->methods->compare(store, span->from, span->to, (size_t)span->place, want,
                                                       page->arena, &differences, count);

    for (size_t i = 0; status == STORE_OK && i < *count; i++) {
        if (!admin_page_add(page, write_difference(&differences[i], page->arena)))
            break;
        span->place++;
    }
    return status;
}

static bool check_revision(struct rpc_call *call, const char *field, int64_t revision)
{
    if (revision >= 1)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "%s is %" PRId64 "; 1 and above are allowed", field, revision);
    return false;
}

ADMIN_METHOD(compare_revisions, CompareRevisionsRequest, CompareRevisionsResponse)
{
    Ecommerce__CompareRevisionsResponse response = ECOMMERCE__COMPARE_REVISIONS_RESPONSE__INIT;
    struct compared_span span = {.from = request->from, .to = request->to};
    struct store *store = admin_service_of(base)->store;
    const char *what = "";
    struct admin_page page;

    if (!check_revision(closure_data, "from", request->from) || !check_revision(closure_data, "to", request->to) ||
        !admin_page_begin(closure_data, request->page_size, &page) ||
        !admin_page_number(closure_data, request->page_token, INT64_MAX, &span.place))
        return;
    enum store_status status = admin_page_fill(store, &page, fetch_differences, &span);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, store);
        return;
    }
    if (page.count > 0) {
        const Ecommerce__Difference *first = page.items[0];
        what = arena_print(page.arena, "the difference of %s %s", first->kind, first->key);
    }
    if (!admin_page_fits(closure_data, &page, what))
        return;
    response.n_differences = page.count;
    response.differences = (Ecommerce__Difference **)page.items;
    response.next_page_token = next_token(&page, span.place);
    closure(&response, closure_data);
}
