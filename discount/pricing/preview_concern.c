/* SPDX-License-Identifier: MIT */
/* What a change is about: both rulesets, rule by rule, and the floors of the products. */
#include "discount/pricing/preview_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "discount/pricing/product_index.h"

struct comparison {
    const struct product *products;
    const struct product_index *index;
    int64_t now;
    struct concern *concern;
};

/* A rule whose products are looked through. */
struct looking {
    const struct comparison *comparison;
    const struct rule *rule;
    bool is_changed;
};

/* ---- One rule ---- */

/* Whether the rule may make the price of a product that it is for. */
static bool may_price(const struct rule *rule, const struct product *product)
{
    return product->price > 0 && product->price >= rule->minimum;
}

static bool look_for_one(void *data, size_t product)
{
    const struct looking *looking = data;

    return may_price(looking->rule, &looking->comparison->products[product]);
}

static bool add_customer(const struct looking *looking, uint32_t product)
{
    struct concern *concern = looking->comparison->concern;

    if (concern->customer_count == concern->max_customers) {
        concern->is_too_much = true;
        return false;
    }
    if (concern->customer_count == concern->customer_room) {
        concern->customer_room = concern->customer_room == 0 ? 64 : 2 * concern->customer_room;
        concern->customers = memory_resize(concern->customers, concern->customer_room * sizeof *concern->customers);
    }
    concern->customers[concern->customer_count++] =
        (struct concerned_customer){looking->rule->customer_id, product, looking->is_changed};
    return true;
}

static bool look_for_all(void *data, size_t product)
{
    const struct looking *looking = data;

    return may_price(looking->rule, &looking->comparison->products[product]) &&
           !add_customer(looking, (uint32_t)product);
}

static void add_group(struct concern *concern, const char *key, bool is_changed)
{
    if (concern->group_count == concern->group_room) {
        concern->group_room = concern->group_room == 0 ? 64 : 2 * concern->group_room;
        concern->groups = memory_resize(concern->groups, concern->group_room * sizeof *concern->groups);
    }
    concern->groups[concern->group_count++] = (struct concerned_group){key, is_changed};
}

static void note_rule(const struct comparison *comparison, const struct rule *rule, bool is_changed)
{
    struct looking looking = {comparison, rule, is_changed};
    bool is_for_all = rule->product_count == 0 && rule->category_count == 0 && rule->excluded_product_count == 0 &&
                      rule->excluded_category_count == 0;

    if (!rule->is_enabled || (rule->starts_at != 0 && comparison->now < rule->starts_at) ||
        (rule->ends_at != 0 && comparison->now >= rule->ends_at))
        return;
    if (rule->audience == RULE_CUSTOMER && !is_for_all)
        (void)product_index_each(comparison->index, rule, look_for_all, &looking);
    else if (!product_index_each(comparison->index, rule, look_for_one, &looking))
        return;
    else if (rule->audience == RULE_CUSTOMER)
        (void)add_customer(&looking, CONCERN_ALL);
    else if (rule->audience == RULE_GROUP)
        add_group(comparison->concern, rule->group, is_changed);
    else
        comparison->concern->is_general |= is_changed;
}

/* ---- Both rulesets ---- */

struct reader {
    const struct ruleset *ruleset;
    struct ruleset_view *view;
    uint64_t place;
    struct rule rule;
    bool has_rule;
};

static void reader_next(struct reader *reader)
{
    reader->has_rule = ruleset_next_rule(reader->ruleset, reader->view, &reader->place, &reader->rule);
}

static void reader_begin(struct reader *reader, const struct ruleset *ruleset)
{
    *reader = (struct reader){.ruleset = ruleset, .view = ruleset_view_new()};
    reader_next(reader);
}

/* The rules of both by key, side by side. */
static void compare_rules(const struct comparison *comparison, const struct ruleset *before,
                          const struct ruleset *after)
{
    struct reader sides[2], *left = &sides[0], *right = &sides[1];

    reader_begin(left, before);
    reader_begin(right, after);
    while ((left->has_rule || right->has_rule) && !comparison->concern->is_too_much) {
        int order = 0;
        if (!left->has_rule || !right->has_rule)
            order = left->has_rule ? -1 : 1;
        else
            order = strcmp(left->rule.key, right->rule.key);
        bool is_changed = order != 0 || left->rule.is_enabled != right->rule.is_enabled ||
                          !rule_says_the_same(&left->rule, &right->rule);
        if (order <= 0)
            note_rule(comparison, &left->rule, is_changed);
        if (order >= 0 && is_changed)
            note_rule(comparison, &right->rule, is_changed);
        if (order <= 0)
            reader_next(left);
        if (order >= 0)
            reader_next(right);
    }
    ruleset_view_free(left->view);
    ruleset_view_free(right->view);
}

static int compare_groups(const void *left, const void *right)
{
    const struct concerned_group *a = left, *b = right;
    int order = strcmp(a->key, b->key);

    return order != 0 ? order : (int)b->is_changed - (int)a->is_changed;
}

static int compare_customers(const void *left, const void *right)
{
    const struct concerned_customer *a = left, *b = right;

    if (a->customer_id != b->customer_id)
        return a->customer_id < b->customer_id ? -1 : 1;
    return (a->product > b->product) - (a->product < b->product);
}

static void sort_groups(struct concern *concern)
{
    size_t kept = 0;

    if (concern->group_count > 0)
        qsort(concern->groups, concern->group_count, sizeof *concern->groups, compare_groups);
    for (size_t i = 0; i < concern->group_count; i++) {
        if (kept == 0 || strcmp(concern->groups[kept - 1].key, concern->groups[i].key) != 0)
            concern->groups[kept++] = concern->groups[i];
    }
    concern->group_count = kept;
}

void concern_find(const struct ruleset *before, const struct ruleset *after, int64_t now,
                  const struct product *products, size_t product_count, struct concern *concern)
{
    struct arena arena = {0};
    struct comparison comparison = {products, product_index_new(products, product_count, &arena), now, concern};

    compare_rules(&comparison, before, after);
    for (size_t i = 0; i < product_count && !concern->is_general; i++)
        concern->is_general =
            products[i].price > 0 && ruleset_floor(before, products[i].id) != ruleset_floor(after, products[i].id);
    sort_groups(concern);
    if (concern->customer_count > 0)
        qsort(concern->customers, concern->customer_count, sizeof *concern->customers, compare_customers);
    arena_release(&arena);
}

void concern_release(struct concern *concern)
{
    free(concern->groups);
    free(concern->customers);
}

/* ---- Looking it up ---- */

size_t concern_find_group(const struct concern *concern, const char *key)
{
    size_t low = 0, high = concern->group_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(concern->groups[middle].key, key);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return concern->group_count;
}

const struct concerned_customer *concern_find_customer(const struct concern *concern, int32_t customer_id,
                                                       size_t *count)
{
    size_t low = 0, high = concern->customer_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (concern->customers[middle].customer_id < customer_id)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < concern->customer_count; ++*count) {
        if (concern->customers[low + *count].customer_id != customer_id)
            break;
    }
    return concern->customers + low;
}
