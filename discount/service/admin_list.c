/* SPDX-License-Identifier: MIT */
/* Lists of what there is: rules, groups, members, products. A page token is the key that the page ended with. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/number.h"
#include "discount/wire/wire.h"

#define MEMBERS_DEFAULT 100000
#define MEMBERS_MAX 500000

/* What a list is read for. */
struct listing_request {
    const char *after; /* the key to go on behind; NULL: from the start */
    const char *last;  /* the key that the page ends with */
    struct rule_filter filter;
    int32_t customer_id; /* of groups; 0: all */
    const char *slug;    /* of products; NULL: all */
};

/* Where the page begins. False: the call is refused. */
static bool read_token(struct rpc_call *call, const char *token, size_t max, struct listing_request *listing)
{
    listing->after = token[0] != '\0' ? token : NULL;
    if (listing->after == NULL || rule_is_key(token, max))
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "page_token is %s; the next_page_token of the page before is allowed, or none", LOG_QUOTED(token));
    return false;
}

static char *next_token(const struct admin_page *page, const struct listing_request *listing)
{
    return page->has_more && listing->last != NULL ? (char *)listing->last : (char *)protobuf_c_empty_string;
}

/* Reads the page. False: the call is refused. */
static bool read_page(struct admin_service *service, struct rpc_call *call, struct admin_page *page, admin_read_f *read,
                      struct listing_request *listing, int64_t *revision)
{
    char reason[ADMIN_REASON_SIZE] = "", what[RULE_SLUG_MAX + 32] = "";
    enum store_status status = admin_page_read(service, page, read, listing, revision, reason);

    if (status != STORE_OK) {
        admin_refuse_store(call, status, reason);
        return false;
    }
    if (listing->last != NULL)
        snprintf(what, sizeof what, "rule %s", listing->last);
    return admin_page_fits(call, page, what);
}

/* ---- Rules ---- */

static bool read_lane_filter(struct rpc_call *call, int lane, struct rule_filter *filter)
{
    filter->has_lane = lane != ECOMMERCE__LANE__LANE_UNSPECIFIED;
    filter->lane = lane == ECOMMERCE__LANE__LANE_SALE ? RULE_LANE_SALE : RULE_LANE_CONTRACT;
    if (lane >= ECOMMERCE__LANE__LANE_UNSPECIFIED && lane <= ECOMMERCE__LANE__LANE_SALE)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "lane is %d; LANE_CONTRACT (1) and LANE_SALE (2) are allowed, or none",
                 lane);
    return false;
}

static bool read_kind_filter(struct rpc_call *call, int kind, struct rule_filter *filter)
{
    filter->has_kind = kind != ECOMMERCE__KIND__KIND_UNSPECIFIED;
    filter->kind = (enum rule_kind)(filter->has_kind ? kind - ECOMMERCE__KIND__KIND_PERCENT : 0);
    if (kind >= ECOMMERCE__KIND__KIND_UNSPECIFIED && kind <= ECOMMERCE__KIND__KIND_PRICE)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "kind is %d; KIND_PERCENT (1), KIND_AMOUNT (2) and KIND_PRICE (3) are allowed, or none", kind);
    return false;
}

static bool check_text(struct rpc_call *call, const char *text)
{
    if (rule_is_label(text))
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "text is no part of a label: up to %d characters on one line are allowed",
                 RULE_LABEL_MAX);
    return false;
}

static const char *given(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static bool read_filter(struct rpc_call *call, const Ecommerce__ListRulesRequest *request, struct rule_filter *filter)
{
    filter->customer_id = request->customer_id;
    filter->key = given(request->key);
    filter->group = given(request->group);
    filter->product = given(request->product);
    filter->category = given(request->category);
    filter->text = given(request->text);
    filter->active_at = request->active_at;
    return read_lane_filter(call, (int)request->lane, filter) && read_kind_filter(call, (int)request->kind, filter) &&
           admin_check_range(call, "customer_id", request->customer_id, 1, INT32_MAX) &&
           admin_check_key(call, "key", request->key, RULE_KEY_MAX) &&
           admin_check_key(call, "group", request->group, RULE_KEY_MAX) &&
           admin_check_key(call, "product", request->product, RULE_SLUG_MAX) &&
           admin_check_key(call, "category", request->category, RULE_KEY_MAX) &&
           admin_check_instant(call, "active_at", request->active_at) && check_text(call, request->text);
}

static enum store_status read_rules(struct admin_service *service, struct admin_page *page, void *data, char *reason)
{
    struct listing_request *listing = data;
    struct rule *rules;
    size_t want, count;

    listing->last = listing->after;
    do {
        want = admin_page_want(page);
        enum store_status status = store_list_rules(service->store, &listing->filter, listing->last, want, page->arena,
                                                    &rules, &count, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (!admin_page_add(page, wire_write_rule(&rules[i], page->arena)))
                return STORE_OK;
            listing->last = rules[i].key;
        }
    } while (count == want);
    return STORE_OK;
}

ADMIN_METHOD(list_rules, ListRulesRequest, ListRulesResponse)
{
    Ecommerce__ListRulesResponse response = ECOMMERCE__LIST_RULES_RESPONSE__INIT;
    struct listing_request listing = {0};
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, RULE_KEY_MAX, &listing) ||
        !read_filter(closure_data, request, &listing.filter) ||
        !read_page(admin_service_of(base), closure_data, &page, read_rules, &listing, &response.revision))
        return;
    response.n_rules = page.count;
    response.rules = (Ecommerce__Rule **)page.items;
    response.next_page_token = next_token(&page, &listing);
    closure(&response, closure_data);
}

/* ---- Groups ---- */

Ecommerce__Group *admin_write_group(const struct group *group, struct arena *arena)
{
    Ecommerce__Group *message = arena_get(arena, sizeof *message);

    ecommerce__group__init(message);
    message->key = (char *)group->key;
    message->label = (char *)group->label;
    message->member_count = group->member_count;
    return message;
}

static enum store_status read_groups(struct admin_service *service, struct admin_page *page, void *data, char *reason)
{
    struct listing_request *listing = data;
    struct group *groups;
    size_t want, count;

    listing->last = listing->after;
    do {
        want = admin_page_want(page);
        enum store_status status = store_list_groups(service->store, listing->customer_id, listing->last, want,
                                                     page->arena, &groups, &count, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (!admin_page_add(page, admin_write_group(&groups[i], page->arena)))
                return STORE_OK;
            listing->last = groups[i].key;
        }
    } while (count == want);
    return STORE_OK;
}

ADMIN_METHOD(list_groups, ListGroupsRequest, ListGroupsResponse)
{
    Ecommerce__ListGroupsResponse response = ECOMMERCE__LIST_GROUPS_RESPONSE__INIT;
    struct listing_request listing = {.customer_id = request->customer_id};
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, RULE_KEY_MAX, &listing) ||
        !admin_check_range(closure_data, "customer_id", request->customer_id, 1, INT32_MAX) ||
        !read_page(admin_service_of(base), closure_data, &page, read_groups, &listing, &response.revision))
        return;
    response.n_groups = page.count;
    response.groups = (Ecommerce__Group **)page.items;
    response.next_page_token = next_token(&page, &listing);
    closure(&response, closure_data);
}

/* ---- Products ---- */

Ecommerce__KnownProduct *admin_write_product(const struct known_product *product, struct arena *arena)
{
    Ecommerce__KnownProduct *message = arena_get(arena, sizeof *message);

    ecommerce__known_product__init(message);
    message->id = product->id;
    message->slug = (char *)product->slug;
    message->floor = product->floor;
    return message;
}

static enum store_status read_products(struct admin_service *service, struct admin_page *page, void *data, char *reason)
{
    struct listing_request *listing = data;
    struct known_product *products;
    size_t want, count;

    listing->last = listing->after;
    do {
        want = admin_page_want(page);
        enum store_status status = store_list_products(service->store, listing->slug, listing->last, want, page->arena,
                                                       &products, &count, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (!admin_page_add(page, admin_write_product(&products[i], page->arena)))
                return STORE_OK;
            listing->last = products[i].slug;
        }
    } while (count == want);
    return STORE_OK;
}

ADMIN_METHOD(list_products, ListProductsRequest, ListProductsResponse)
{
    Ecommerce__ListProductsResponse response = ECOMMERCE__LIST_PRODUCTS_RESPONSE__INIT;
    struct listing_request listing = {.slug = given(request->slug)};
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, RULE_SLUG_MAX, &listing) ||
        !admin_check_key(closure_data, "slug", request->slug, RULE_SLUG_MAX) ||
        !read_page(admin_service_of(base), closure_data, &page, read_products, &listing, &response.revision))
        return;
    response.n_products = page.count;
    response.products = (Ecommerce__KnownProduct **)page.items;
    response.next_page_token = next_token(&page, &listing);
    closure(&response, closure_data);
}

/* ---- Members ---- */

struct member_request {
    const char *group;
    int64_t after;
    size_t limit;
    int32_t *ids;
    size_t count;
};

static enum store_status read_members(struct admin_service *service, struct admin_page *page, void *data, char *reason)
{
    struct member_request *members = data;

    return store_list_members(service->store, members->group, (int32_t)members->after, members->limit + 1, page->arena,
                              &members->ids, &members->count, reason, ADMIN_REASON_SIZE);
}

static bool read_member_request(struct rpc_call *call, const Ecommerce__ListMembersRequest *request,
                                struct member_request *members)
{
    *members = (struct member_request){.group = request->group, .limit = MEMBERS_DEFAULT};
    if (!rule_is_key(request->group, RULE_KEY_MAX)) {
        admin_refuse(call, RPC_INVALID_ARGUMENT, "group is %s; the key of a group is needed",
                     LOG_QUOTED(request->group));
        return false;
    }
    if (!admin_check_range(call, "page_size", request->page_size, 0, MEMBERS_MAX))
        return false;
    if (request->page_size != 0)
        members->limit = (size_t)request->page_size;
    if (request->page_token[0] == '\0' || number_parse(request->page_token, 1, INT32_MAX, &members->after) == NUMBER_OK)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "page_token is %s; the next_page_token of the page before is allowed, or none",
                 LOG_QUOTED(request->page_token));
    return false;
}

static void refuse_members(struct rpc_call *call, enum store_status status, const char *group, const char *reason)
{
    if (status == STORE_NOT_FOUND)
        admin_refuse(call, RPC_NOT_FOUND, "there is no group %s", group);
    else
        admin_refuse_store(call, status, reason);
}

ADMIN_METHOD(list_members, ListMembersRequest, ListMembersResponse)
{
    Ecommerce__ListMembersResponse response = ECOMMERCE__LIST_MEMBERS_RESPONSE__INIT;
    struct admin_page page = {.arena = rpc_call_arena(closure_data)};
    char reason[ADMIN_REASON_SIZE] = "";
    struct member_request members;

    if (!read_member_request(closure_data, request, &members))
        return;
    enum store_status status =
        admin_page_read(admin_service_of(base), &page, read_members, &members, &response.revision, reason);
    if (status != STORE_OK) {
        refuse_members(closure_data, status, request->group, reason);
        return;
    }
    response.customer_ids = members.ids;
    response.n_customer_ids = members.count;
    if (members.count > members.limit) {
        response.n_customer_ids = members.limit;
        response.next_page_token = arena_print(page.arena, "%" PRId32, members.ids[members.limit - 1]);
    }
    closure(&response, closure_data);
}
