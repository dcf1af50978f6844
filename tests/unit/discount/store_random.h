/* SPDX-License-Identifier: MIT */
/* Random change sets for a small shop: a few keys of everything, so that changes meet. */
#ifndef TESTS_STORE_RANDOM_H
#define TESTS_STORE_RANDOM_H

#include "tests/unit/discount/store_harness.h"

#define RANDOM_PRODUCTS 6
#define RANDOM_GROUPS 3
#define RANDOM_RULES 8

static uint64_t random_state = 88172645463325252u;

static inline uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 20) % limit);
}

static inline const char *random_name(const char *prefix, uint32_t limit)
{
    return arena_print(&arena, "%s%u", prefix, 1 + random_below(limit));
}

/* Different products, or none. */
static inline size_t random_products(struct rule_product *products)
{
    size_t count = 0;

    for (int i = 1; i <= RANDOM_PRODUCTS; i++)
        if (random_below(4) == 0)
            products[count++] =
                (struct rule_product){.slug = arena_print(&arena, "p%d", i), .price = random_below(900)};
    return count;
}

static inline struct change random_rule(void)
{
    struct rule rule = {.key = random_name("r", RANDOM_RULES), .label = random_name("Label ", 3)};

    rule.is_enabled = random_below(4) != 0;
    rule.is_exclusive = random_below(5) == 0;
    rule.lane = (enum rule_lane)random_below(RULE_LANES);
    rule.priority = (int32_t)random_below(3);
    rule.kind = (enum rule_kind)random_below(RULE_KINDS);
    rule.value = 1 + random_below(900);
    rule.audience = (enum rule_audience)random_below(3);
    rule.customer_id = rule.audience == RULE_CUSTOMER ? (int32_t)(1 + random_below(5)) : 0;
    rule.group = rule.audience == RULE_GROUP ? random_name("g", RANDOM_GROUPS) : NULL;
    rule.products = arena_get(&arena, RANDOM_PRODUCTS * sizeof *rule.products);
    rule.product_count = random_products(rule.products);
    if (rule.kind == RULE_PRICE && rule.product_count > 0 && random_below(2) == 0) {
        rule.is_price_list = true;
        rule.value = 0;
        return set_rule(rule);
    }
    rule.excluded_products = arena_get(&arena, RANDOM_PRODUCTS * sizeof *rule.products);
    rule.excluded_product_count = random_products(rule.excluded_products);
    rule.categories = arena_get(&arena, sizeof *rule.categories);
    rule.categories[0] = random_name("c", 2);
    rule.category_count = random_below(2);
    return set_rule(rule);
}

/* Taking away more than one customer would mostly be refused: one of them is no member. */
static inline struct change random_members(enum change_kind kind)
{
    int32_t *ids = arena_get(&arena, 3 * sizeof *ids);

    for (int i = 0; i < 3; i++)
        ids[i] = (int32_t)(1 + random_below(6));
    return change_members(kind, random_name("g", RANDOM_GROUPS), ids, kind == CHANGE_ADD_MEMBERS ? 3 : 1);
}

static inline struct change random_change(void)
{
    uint32_t product = 1 + random_below(RANDOM_PRODUCTS);

    switch (random_below(16)) {
    case 0:
        return with_key(CHANGE_REMOVE_RULE, random_name("r", RANDOM_RULES));
    case 1:
        return with_key(random_below(2) ? CHANGE_ENABLE_RULE : CHANGE_DISABLE_RULE, random_name("r", RANDOM_RULES));
    case 2:
        return set_group(random_name("g", RANDOM_GROUPS), random_name("Label ", 3));
    case 3:
        return with_key(random_below(2) ? CHANGE_REMOVE_GROUP : CHANGE_CLEAR_GROUP, random_name("g", RANDOM_GROUPS));
    case 4:
    case 5:
        return random_members(CHANGE_ADD_MEMBERS);
    case 6:
        return random_members(CHANGE_ADD_MEMBERS);
    case 7:
    case 8:
    case 9:
        return random_members(CHANGE_REMOVE_MEMBERS);
    case 10:
        return set_product((int32_t)product, arena_print(&arena, "p%u", product), random_below(3) * 10);
    case 11:
        return random_below(3) == 0 ? with_key(CHANGE_REMOVE_PRODUCT, random_name("p", RANDOM_PRODUCTS))
                                    : set_product((int32_t)product, random_name("p", RANDOM_PRODUCTS), 0);
    case 12:
        if (random_below(12) == 0)
            return with_key(CHANGE_CLEAR_ALL, NULL);
        /* fall through */
    default:
        return random_rule();
    }
}

/* The products, groups and some rules that random changes are about. */
static inline struct store *make_random_shop(void)
{
    struct store *store = make_store(false);

    begin(store);
    for (int i = 1; i <= RANDOM_PRODUCTS; i++)
        apply(store, 0, set_product(i, arena_print(&arena, "p%d", i), 0));
    for (int i = 1; i <= RANDOM_GROUPS; i++)
        apply(store, 0, set_group(arena_print(&arena, "g%d", i), ""));
    for (int i = 0; i < RANDOM_RULES; i++)
        apply(store, 0, random_rule());
    commit(store, NULL);
    return store;
}

/* Makes a random change set, tries to commit it. Whether it was a sound one. */
static inline bool change_at_random(struct store *store, uint32_t most)
{
    int64_t revision;
    size_t changed, count = 1 + random_below(most);

    begin(store);
    for (size_t i = 0; i < count; i++)
        apply(store, i, random_change());
    enum store_status status = store->methods->commit(store, "a", "m", NOW, &revision, &changed);
    if (status != STORE_OK && status != STORE_REFUSED)
        fail_msg("%s", reason);
    return status == STORE_OK;
}

/* Fails when the history is poorer than a test of it needs: rows of some table that never came, changed or went. */
static inline void assert_history_is_rich(void)
{
    static const char *const kinds[] = {"product", "customer_group", "group_member",
                                        "rule",    "rule_product",   "rule_category"};

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        int came = atoi(ask(arena_print(
            &arena, "SELECT count(*) FROM change WHERE kind = '%s' AND before IS NULL AND revision > 2", kinds[i])));
        int went =
            atoi(ask(arena_print(&arena, "SELECT count(*) FROM change WHERE kind = '%s' AND after IS NULL", kinds[i])));
        if (came < 3 || went < 3)
            fail_msg("%s: %d rows came and %d went", kinds[i], came, went);
    }
}

#endif
