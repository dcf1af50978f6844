/* SPDX-License-Identifier: MIT */
/* The revisions, and what differs between two of them. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/log.h"
#include "common/number.h"
#include "discount/wire/wire.h"

/* Where a page begins: a number. False: the call is refused. */
static bool read_token(struct rpc_call *call, const char *token, int64_t *place)
{
    *place = 0;
    if (token[0] == '\0' || number_parse(token, 1, INT64_MAX, place) == NUMBER_OK)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "page_token is %s; the next_page_token of the page before is allowed, or none", LOG_QUOTED(token));
    return false;
}

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

/* Adds the revisions below *before, which becomes the last one that was added. */
static enum store_status read_revisions(struct store *store, struct admin_page *page, int64_t *before, char *reason)
{
    struct revision *revisions;
    size_t want, count;

    do {
        want = admin_page_want(page);
        enum store_status status =
            store_list_revisions(store, *before, want, page->arena, &revisions, &count, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (!admin_page_add(page, write_revision(&revisions[i], page->arena)))
                return STORE_OK;
            *before = revisions[i].number;
        }
    } while (count == want);
    return STORE_OK;
}

/* Revisions never change, and new ones come before the first page: no page needs to be read again. */
ADMIN_METHOD(list_revisions, ListRevisionsRequest, ListRevisionsResponse)
{
    Ecommerce__ListRevisionsResponse response = ECOMMERCE__LIST_REVISIONS_RESPONSE__INIT;
    char reason[ADMIN_REASON_SIZE] = "";
    struct admin_page page;
    int64_t before;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, &before))
        return;
    enum store_status status = read_revisions(admin_service_of(base)->store, &page, &before, reason);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, reason);
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

/* Adds the differences from number *place on, which becomes the first one that was not added. */
static enum store_status read_differences(struct store *store, const Ecommerce__CompareRevisionsRequest *request,
                                          struct admin_page *page, int64_t *place, char *reason)
{
    struct difference *differences;
    size_t want, count;

    do {
        want = admin_page_want(page);
        enum store_status status = store_compare(store, request->from, request->to, (size_t)*place, want, page->arena,
                                                 &differences, &count, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (!admin_page_add(page, write_difference(&differences[i], page->arena)))
                return STORE_OK;
            ++*place;
        }
    } while (count == want);
    return STORE_OK;
}

static bool check_revision(struct rpc_call *call, const char *field, int64_t revision)
{
    if (revision >= 1)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "%s is %" PRId64 "; 1 and above are allowed", field, revision);
    return false;
}

/* Refuses a page of one thing that is too large for it. */
static bool fits(struct rpc_call *call, const struct admin_page *page)
{
    char what[RULE_SLUG_MAX + 64] = "";

    if (page->count > 0) {
        const Ecommerce__Difference *first = page->items[0];
        snprintf(what, sizeof what, "the difference of %s %s", first->kind, first->key);
    }
    return admin_page_fits(call, page, what);
}

ADMIN_METHOD(compare_revisions, CompareRevisionsRequest, CompareRevisionsResponse)
{
    Ecommerce__CompareRevisionsResponse response = ECOMMERCE__COMPARE_REVISIONS_RESPONSE__INIT;
    char reason[ADMIN_REASON_SIZE] = "";
    struct admin_page page;
    int64_t place;

    if (!check_revision(closure_data, "from", request->from) || !check_revision(closure_data, "to", request->to) ||
        !admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, &place))
        return;
    enum store_status status = read_differences(admin_service_of(base)->store, request, &page, &place, reason);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, reason);
        return;
    }
    if (!fits(closure_data, &page))
        return;
    response.n_differences = page.count;
    response.differences = (Ecommerce__Difference **)page.items;
    response.next_page_token = next_token(&page, place);
    closure(&response, closure_data);
}
