/* SPDX-License-Identifier: MIT */
/* Lists of what there is: rules, groups, members, products. A page token is the key that the page ended with. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <string.h>

#include "common/log.h"
#include "discount/wire/wire.h"

#define MEMBERS_DEFAULT 100000
#define MEMBERS_MAX 500000

/* What a list is read for. */
struct listing_request {
    const char *after; /* the key to go on behind; NULL: from the start */
    const char *last;  /* the key of the last that was added */
    struct rule_filter filter;
    int32_t customer_id; /* of groups; 0: all */
    const char *slug;    /* of products; NULL: all */
    int32_t id;          /* 0: all */
    bool is_declared;    /* only products that are */
};

/* Where the page begins. False: the call is refused. */
static bool read_token(struct rpc_call *call, const char *token, size_t max, struct listing_request *listing)
{
    listing->after = token[0] != '\0' ? token : NULL;
    return listing->after == NULL || rule_is_key(token, max) || admin_page_refuse(call, token);
}

/* Slugs of the shop may be of any script. */
static bool read_product_token(struct rpc_call *call, const char *token, struct listing_request *listing)
{
    listing->after = token[0] != '\0' ? token : NULL;
    return strlen(token) <= SHOP_SLUG_MAX || admin_page_refuse(call, token);
}

static char *next_token(const struct admin_page *page, const struct listing_request *listing)
{
    return page->has_more ? (char *)listing->last : (char *)protobuf_c_empty_string;
}

/* The key behind which the store goes on. */
static const char *place_of(const struct admin_page *page, const struct listing_request *listing)
{
    return page->count > 0 ? listing->last : listing->after;
}

/* Adds the message of the thing with this key. */
static bool add(struct admin_page *page, struct listing_request *listing, void *message, const char *key)
{
    bool is_added = admin_page_add(page, message);

    if (is_added)
        listing->last = key;
    return is_added;
}

/* Reads the page. False: the call is refused. */
static bool read_page(struct admin_service *service, struct rpc_call *call, struct admin_page *page,
                      admin_fetch_f *fetch, struct listing_request *listing, int64_t *revision)
{
    return admin_page_read(service->store, call, page, fetch, listing, revision) &&
           admin_page_fits(call, page, arena_print(page->arena, "rule %s", listing->last));
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

static enum store_status fetch_rules(struct store *store, struct admin_page *page, void *data, size_t want,
                                     size_t *count)
{
    struct listing_request *listing = data;
    struct rule *rules = NULL;
    enum store_status status =
        store->methods->list_rules(store, &listing->filter, place_of(page, listing), want, page->arena, &rules, count);

    for (size_t i = 0; status == STORE_OK && i < *count; i++) {
        if (!add(page, listing, wire_write_rule(&rules[i], page->arena), rules[i].key))
            break;
    }
    return status;
}

ADMIN_METHOD(list_rules, ListRulesRequest, ListRulesResponse)
{
    Ecommerce__ListRulesResponse response = ECOMMERCE__LIST_RULES_RESPONSE__INIT;
    struct listing_request listing = {0};
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, RULE_KEY_MAX, &listing) ||
        !read_filter(closure_data, request, &listing.filter) ||
        !read_page(admin_service_of(base), closure_data, &page, fetch_rules, &listing, &response.revision))
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

static enum store_status fetch_groups(struct store *store, struct admin_page *page, void *data, size_t want,
                                      size_t *count)
{
    struct listing_request *listing = data;
    struct group *groups = NULL;
    enum store_status status = store->methods->list_groups(store, listing->customer_id, place_of(page, listing), want,
                                                           page->arena, &groups, count);

    for (size_t i = 0; status == STORE_OK && i < *count; i++) {
        if (!add(page, listing, admin_write_group(&groups[i], page->arena), groups[i].key))
            break;
    }
    return status;
}

ADMIN_METHOD(list_groups, ListGroupsRequest, ListGroupsResponse)
{
    Ecommerce__ListGroupsResponse response = ECOMMERCE__LIST_GROUPS_RESPONSE__INIT;
    struct listing_request listing = {.customer_id = request->customer_id};
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !read_token(closure_data, request->page_token, RULE_KEY_MAX, &listing) ||
        !admin_check_range(closure_data, "customer_id", request->customer_id, 1, INT32_MAX) ||
        !read_page(admin_service_of(base), closure_data, &page, fetch_groups, &listing, &response.revision))
        return;
    response.n_groups = page.count;
    response.groups = (Ecommerce__Group **)page.items;
    response.next_page_token = next_token(&page, &listing);
    closure(&response, closure_data);
}

/* ---- Products ---- */

static Ecommerce__InShop *write_in_shop(const struct known_product *product, struct arena *arena)
{
    Ecommerce__InShop *message = arena_get(arena, sizeof *message);

    ecommerce__in_shop__init(message);
    message->price_in_cents = product->price;
    for (const char *text = product->categories; text[0] != '\0'; text += strspn(text, ",")) {
        size_t length = strcspn(text, ",");
        message->categories =
            arena_grow(arena, message->categories, message->n_categories, sizeof *message->categories);
        message->categories[message->n_categories++] = arena_copy(arena, text, length);
        text += length;
    }
    return message;
}

Ecommerce__KnownProduct *admin_write_product(const struct known_product *product, struct arena *arena)
{
    Ecommerce__KnownProduct *message = arena_get(arena, sizeof *message);

    ecommerce__known_product__init(message);
    message->id = product->id;
    message->slug = (char *)product->slug;
    message->floor = product->floor;
    if (product->is_in_shop)
        message->in_shop = write_in_shop(product, arena);
    return message;
}

static enum store_status fetch_products(struct store *store, struct admin_page *page, void *data, size_t want,
                                        size_t *count)
{
    struct listing_request *listing = data;
    struct known_product *products = NULL;
    const struct product_filter filter = {
        .slug = listing->slug, .id = listing->id, .is_declared = listing->is_declared};
    enum store_status status =
        store->methods->list_products(store, &filter, place_of(page, listing), want, page->arena, &products, count);

    for (size_t i = 0; status == STORE_OK && i < *count; i++) {
        if (!add(page, listing, admin_write_product(&products[i], page->arena), products[i].slug))
            break;
    }
    return status;
}

ADMIN_METHOD(list_products, ListProductsRequest, ListProductsResponse)
{
    Ecommerce__ListProductsResponse response = ECOMMERCE__LIST_PRODUCTS_RESPONSE__INIT;
    struct listing_request listing = {
        .slug = given(request->slug), .id = request->id, .is_declared = request->declared};
    struct admin_service *service = admin_service_of(base);
    struct shop_state shop;
    struct admin_page page;

    if (!admin_page_begin(closure_data, request->page_size, &page) ||
        !admin_check_range(closure_data, "id", request->id, 1, INT32_MAX) ||
        !read_product_token(closure_data, request->page_token, &listing) ||
        !admin_check_key(closure_data, "slug", request->slug, RULE_SLUG_MAX) ||
        !read_page(service, closure_data, &page, fetch_products, &listing, &response.revision))
        return;
    if (service->store->methods->shop(service->store, &shop) == STORE_OK)
        response.told_at = shop.told_at;
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
    bool is_unknown; /* there is no such group */
};

/* All at once: there is no page of messages to fill. */
static enum store_status fetch_members(struct store *store, struct admin_page *page, void *data, size_t want,
                                       size_t *count)
{
    struct member_request *members = data;

    (void)want;
    *count = 0;
    enum store_status status =
        store->methods->list_members(store, members->group, (int32_t)members->after, members->limit + 1, page->arena,
                                     &members->ids, &members->count);
    members->is_unknown = status == STORE_NOT_FOUND;
    return members->is_unknown ? STORE_OK : status;
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
    return admin_page_number(call, request->page_token, INT32_MAX, &members->after);
}

ADMIN_METHOD(list_members, ListMembersRequest, ListMembersResponse)
{
    Ecommerce__ListMembersResponse response = ECOMMERCE__LIST_MEMBERS_RESPONSE__INIT;
    struct admin_page page = {.arena = rpc_call_arena(closure_data)};
    struct member_request members;

    if (!read_member_request(closure_data, request, &members) ||
        !admin_page_read(admin_service_of(base)->store, closure_data, &page, fetch_members, &members,
                         &response.revision))
        return;
    if (members.is_unknown) {
        admin_refuse(closure_data, RPC_NOT_FOUND, "there is no group %s", request->group);
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
