/* SPDX-License-Identifier: MIT */
/* Whom a change may give another price: one customer stands for all whose prices the same rules make. */
#include "discount/preview/preview.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "discount/preview/internal.h"
#include "discount/pricing/resolve.h"

#define SIDES 2 /* before and after */

/* A customer whom the change may concern and for whom no single group can stand. */
struct member {
    const uint32_t *groups; /* places in concern.groups: before the change, UINT32_MAX, after it */
    size_t group_count;     /* the UINT32_MAX included */
    int32_t customer_id;
    bool has_own; /* rules of their own that may make a price */
};

struct audience_search {
    const struct ruleset *rulesets[SIDES];
    size_t product_count;
    size_t max_quotes;
    struct concern concern;
    struct member *members;
    size_t member_count;
    struct arena groups;  /* of the members */
    struct arena scratch; /* of one customer */
    struct arena *arena;
    struct preview_audiences *audiences;
    bool is_too_much;
};

/* ---- The audiences ---- */

static void add_audience(struct audience_search *search, const struct preview_audience *audience)
{
    struct preview_audiences *audiences = search->audiences;
    size_t quotes = audience->products != NULL ? audience->product_count : search->product_count;

    if (quotes > search->max_quotes - audiences->quotes) {
        search->is_too_much = true;
        return;
    }
    audiences->quotes += quotes;
    audiences->list = memory_grow(audiences->list, audiences->count, 1, sizeof *audiences->list);
    audiences->list[audiences->count++] = *audience;
}

/* Adds an audience for these products, if there are some. */
static void add_for_products(struct audience_search *search, struct preview_audience audience, const product_set *set)
{
    uint32_t *products;
    size_t count = 0;

    for (size_t i = 0; i < search->product_count; i++)
        count += product_set_has(set, i);
    if (count == 0 || search->is_too_much)
        return;
    products = arena_get(search->arena, count * sizeof *products);
    for (size_t i = 0; i < search->product_count; i++) {
        if (product_set_has(set, i))
            products[audience.product_count++] = (uint32_t)i;
    }
    audience.products = products;
    add_audience(search, &audience);
}

/* Nobody in particular first, then groups by key, then customers. */
static int compare_audiences(const void *left, const void *right)
{
    const struct preview_audience *a = left, *b = right;

    if (a->group != NULL && b->group != NULL)
        return strcmp(a->group, b->group);
    if (a->customer_id != b->customer_id)
        return a->customer_id < b->customer_id ? -1 : 1;
    if (a->group != NULL || b->group != NULL)
        return a->group != NULL ? 1 : -1;
    return 0;
}

static void finish_audiences(struct audience_search *search)
{
    struct preview_audiences *audiences = search->audiences;
    struct preview_audience *made = arena_get(search->arena, (audiences->count + 1) * sizeof *made);

    qsort(audiences->list, audiences->count, sizeof *audiences->list, compare_audiences);
    memcpy(made, audiences->list, audiences->count * sizeof *made);
    free(audiences->list);
    audiences->list = made;
}

/* ---- Groups ---- */

static product_set *new_set(struct audience_search *search, const product_set *from)
{
    size_t size = search->concern.words * sizeof *from;
    product_set *set = arena_get(&search->scratch, size);

    if (from != NULL)
        memcpy(set, from, size);
    else
        memset(set, 0, size);
    return set;
}

static void add_groups(struct audience_search *search)
{
    const struct concern *concern = &search->concern;

    for (size_t i = 0; i < concern->group_count; i++) {
        const struct concerned_group *group = &concern->groups[i];
        product_set *set = new_set(search, group->products);
        for (size_t k = 0; k < concern->words; k++)
            set[k] &= concern->general[k] | group->changed[k];
        add_for_products(search, (struct preview_audience){.group = group->key}, set);
        arena_reset(&search->scratch);
    }
}

/* Writes the places of a customer's groups that have rules; they ascend. Returns how many. */
static size_t find_groups(struct audience_search *search, size_t side, int32_t customer_id, uint32_t *groups)
{
    size_t count, found = 0;
    const char **keys = ruleset_groups_of(search->rulesets[side], &search->scratch, customer_id, &count);

    for (size_t i = 0; i < count; i++) {
        size_t place = concern_find_group(&search->concern, keys[i]);
        if (place < search->concern.group_count)
            groups[found++] = (uint32_t)place;
    }
    return found;
}

/* ---- Customers who are in groups ---- */

/* The next higher customer who is in some group, before or after; 0: there is none. */
static int32_t next_customer(const struct audience_search *search, int32_t last)
{
    int32_t before = ruleset_next_customer(search->rulesets[0], last);
    int32_t after = ruleset_next_customer(search->rulesets[1], last);

    return before != 0 && (after == 0 || before < after) ? before : after;
}

struct membership_change {
    uint32_t *before, *after;
    size_t before_count, after_count;
};

static struct membership_change find_membership(struct audience_search *search, int32_t customer_id)
{
    size_t room = search->concern.group_count + 1;
    struct membership_change membership = {.before = arena_get(&search->scratch, room * sizeof(uint32_t)),
                                           .after = arena_get(&search->scratch, room * sizeof(uint32_t))};

    membership.before_count = find_groups(search, 0, customer_id, membership.before);
    membership.after_count = find_groups(search, 1, customer_id, membership.after);
    return membership;
}

static bool has_group(const uint32_t *groups, size_t count, uint32_t group)
{
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

/* The products that a customer's groups, before and after, are about. */
struct reach {
    product_set *concerned; /* whose prices the change may concern … */
    product_set *needed;    /* … and which no single group makes, the same before and after */
};

static void add_sets(const struct audience_search *search, product_set *set, const product_set *more)
{
    for (size_t i = 0; i < search->concern.words; i++)
        set[i] |= more[i];
}

/* Marks the products of those of the groups that are not among the others. */
static void mark_moves(const struct audience_search *search, const uint32_t *groups, size_t count,
                       const uint32_t *others, size_t other_count, product_set *moved)
{
    for (size_t i = 0; i < count; i++) {
        if (!has_group(others, other_count, groups[i]))
            add_sets(search, moved, search->concern.groups[groups[i]].products);
    }
}

static struct reach find_reach(struct audience_search *search, const struct membership_change *membership)
{
    const struct concern *concern = &search->concern;
    struct reach reach = {new_set(search, concern->general), new_set(search, NULL)};
    product_set *moved = new_set(search, NULL), *once = new_set(search, NULL);

    mark_moves(search, membership->before, membership->before_count, membership->after, membership->after_count, moved);
    mark_moves(search, membership->after, membership->after_count, membership->before, membership->before_count, moved);
    for (size_t i = 0; i < membership->before_count; i++) {
        const struct concerned_group *group = &concern->groups[membership->before[i]];
        add_sets(search, reach.concerned, group->changed);
        for (size_t k = 0; k < concern->words; k++) {
            reach.needed[k] |= once[k] & group->products[k]; /* by two groups at least */
            once[k] |= group->products[k];
        }
    }
    add_sets(search, reach.concerned, moved);
    add_sets(search, reach.needed, moved);
    for (size_t k = 0; k < concern->words; k++)
        reach.needed[k] &= reach.concerned[k];
    return reach;
}

static bool is_empty(const struct audience_search *search, const product_set *set)
{
    for (size_t i = 0; i < search->concern.words; i++) {
        if (set[i] != 0)
            return false;
    }
    return true;
}

static void add_member(struct audience_search *search, int32_t customer_id, const struct membership_change *membership)
{
    size_t before = membership->before_count, after = membership->after_count, own;
    uint32_t *groups = arena_get(&search->groups, (before + after + 1) * sizeof *groups);

    memcpy(groups, membership->before, before * sizeof *groups);
    groups[before] = UINT32_MAX;
    memcpy(groups + before + 1, membership->after, after * sizeof *groups);
    search->members = memory_grow(search->members, search->member_count, 1, sizeof *search->members);
    (void)concern_find_customer(&search->concern, customer_id, &own);
    search->members[search->member_count++] = (struct member){groups, before + after + 1, customer_id, own > 0};
}

static void find_members(struct audience_search *search)
{
    int32_t customer_id = 0;

    while (search->concern.group_count > 0 && (customer_id = next_customer(search, customer_id)) != 0) {
        struct membership_change membership = find_membership(search, customer_id);
        if (!is_empty(search, find_reach(search, &membership).needed))
            add_member(search, customer_id, &membership);
        arena_reset(&search->scratch);
    }
}

static int compare_groups(const struct member *a, const struct member *b)
{
    if (a->group_count != b->group_count)
        return a->group_count < b->group_count ? -1 : 1;
    return memcmp(a->groups, b->groups, a->group_count * sizeof *a->groups);
}

/* Members of the same groups together, first those without rules of their own. */
static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = compare_groups(a, b);

    if (order != 0)
        return order;
    if (a->has_own != b->has_own)
        return a->has_own ? 1 : -1;
    return (a->customer_id > b->customer_id) - (a->customer_id < b->customer_id);
}

/*
 * All of these members have rules of their own. For a product that a member's own rules are not about, the groups make
 * the member's price: each member is compared for such of the products that are left.
 */
static void add_owners(struct audience_search *search, const struct member *members, size_t count, product_set *left)
{
    product_set *own_products = new_set(search, NULL), *asked = new_set(search, NULL);

    for (size_t i = 0; i < count && !is_empty(search, left) && !search->is_too_much; i++) {
        size_t own_count;
        const struct concerned_customer *own =
            concern_find_customer(&search->concern, members[i].customer_id, &own_count);
        if (own[own_count - 1].product == CONCERN_ALL)
            continue;
        memset(own_products, 0, search->concern.words * sizeof *own_products);
        for (size_t k = 0; k < own_count; k++)
            product_set_add(own_products, own[k].product);
        for (size_t k = 0; k < search->concern.words; k++) {
            asked[k] = left[k] & ~own_products[k];
            left[k] &= own_products[k];
        }
        add_for_products(search, (struct preview_audience){.customer_id = members[i].customer_id}, asked);
    }
}

static void add_members(struct audience_search *search)
{
    struct member *members = search->members;
    size_t end;

    if (search->member_count > 0)
        qsort(members, search->member_count, sizeof *members, compare_members);
    for (size_t i = 0; i < search->member_count && !search->is_too_much; i = end) {
        size_t free_count = 0;
        for (end = i; end < search->member_count && compare_groups(&members[i], &members[end]) == 0; end++)
            free_count += !members[end].has_own;
        struct membership_change membership = find_membership(search, members[i].customer_id);
        product_set *needed = find_reach(search, &membership).needed;
        if (free_count > 0)
            add_for_products(search,
                             (struct preview_audience){.customer_id = members[i].customer_id, .alike = free_count - 1},
                             needed);
        else
            add_owners(search, members + i, end - i, needed);
        arena_reset(&search->scratch);
    }
}

/* ---- Customers who have rules of their own ---- */

static void add_owner(struct audience_search *search, const struct concerned_customer *own, size_t count)
{
    struct membership_change membership = find_membership(search, own->customer_id);
    product_set *concerned = find_reach(search, &membership).concerned, *set = new_set(search, NULL);

    for (size_t i = 0; i < count; i++) {
        if (own[i].product != CONCERN_ALL) {
            if (own[i].is_changed || product_set_has(concerned, own[i].product))
                product_set_add(set, own[i].product);
        } else if (own[i].is_changed) {
            memset(set, 0xff, search->concern.words * sizeof *set);
        } else {
            add_sets(search, set, concerned);
        }
    }
    add_for_products(search, (struct preview_audience){.customer_id = own->customer_id}, set);
    arena_reset(&search->scratch);
}

static void add_customers(struct audience_search *search)
{
    const struct concerned_customer *own = search->concern.customers;
    size_t count;

    for (size_t i = 0; i < search->concern.customer_count && !search->is_too_much; i += count) {
        (void)concern_find_customer(&search->concern, own[i].customer_id, &count);
        add_owner(search, own + i, count);
    }
}

bool preview_find_audiences(const struct ruleset *before, const struct ruleset *after, int64_t now,
                            const struct product *products, size_t product_count, size_t max_quotes,
                            struct arena *arena, struct preview_audiences *audiences)
{
    struct audience_search search = {.rulesets = {before, after},
                                     .product_count = product_count,
                                     .max_quotes = max_quotes,
                                     .concern.max_customers = max_quotes,
                                     .arena = arena,
                                     .audiences = audiences};

    *audiences = (struct preview_audiences){0};
    concern_find(before, after, now, products, product_count, arena, &search.concern);
    search.is_too_much = search.concern.is_too_much;
    add_audience(&search, &(struct preview_audience){0});
    add_groups(&search);
    if (!search.is_too_much)
        find_members(&search);
    add_members(&search);
    add_customers(&search);
    finish_audiences(&search);
    concern_release(&search.concern);
    free(search.members);
    arena_release(&search.groups);
    arena_release(&search.scratch);
    return !search.is_too_much;
}
