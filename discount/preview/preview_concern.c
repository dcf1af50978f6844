/* SPDX-License-Identifier: MIT */
/* What a change concerns, found by comparing both rulesets, rule by rule, and the floors of the products. */
#include "discount/preview/internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/search.h"
#include "discount/pricing/product_index.h"

#define GROUP_WORDS_MAX ((size_t)1 << 20) /* of the sets of all groups: 16 MiB */

struct ruleset_comparison {
    const struct product *products;
    const struct product_index *index;
    int64_t now;
    struct concern *concern;
};

/* A rule whose products are looked through. */
struct looking {
    const struct ruleset_comparison *comparison;
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
    concern->customers = memory_grow(concern->customers, concern->customer_count, 1, sizeof *concern->customers);
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

struct marking {
    const struct looking *looking;
    product_set *sets[2]; /* NULL: none */
};

static bool mark_product(void *data, size_t product)
{
    const struct marking *marking = data;
    const struct looking *looking = marking->looking;

    for (size_t i = 0; i < 2 && may_price(looking->rule, &looking->comparison->products[product]); i++) {
        if (marking->sets[i] != NULL)
            product_set_add(marking->sets[i], product);
    }
    return false;
}

static void mark_products(const struct looking *looking, product_set *set, product_set *other)
{
    struct marking marking = {looking, {set, other}};

    (void)product_index_each(looking->comparison->index, looking->rule, mark_product, &marking);
}

static void note_rule(const struct ruleset_comparison *comparison, const struct rule *rule, bool is_changed)
{
    struct concern *concern = comparison->concern;
    struct looking looking = {comparison, rule, is_changed};
    bool is_for_all = rule->product_count == 0 && rule->category_count == 0 && rule->excluded_product_count == 0 &&
                      rule->excluded_category_count == 0;

    if (!rule->is_enabled || (rule->starts_at != 0 && comparison->now < rule->starts_at) ||
        (rule->ends_at != 0 && comparison->now >= rule->ends_at))
        return;
    if (rule->audience == RULE_GROUP) {
        struct concerned_group *group = &concern->groups[concern_find_group(concern, rule->group)];
        mark_products(&looking, group->products, is_changed ? group->changed : NULL);
    } else if (rule->audience == RULE_EVERYBODY) {
        if (is_changed)
            mark_products(&looking, concern->general, NULL);
    } else if (!is_for_all) {
        (void)product_index_each(comparison->index, rule, look_for_all, &looking);
    } else if (product_index_each(comparison->index, rule, look_for_one, &looking)) {
        (void)add_customer(&looking, CONCERN_ALL);
    }
}

/* ---- Both rulesets ---- */

struct rule_cursor {
    const struct ruleset *ruleset;
    struct ruleset_view *view;
    uint64_t place;
    struct rule rule;
    bool has_rule;
};

static void reader_next(struct rule_cursor *reader)
{
    reader->has_rule = ruleset_next_rule(reader->ruleset, reader->view, &reader->place, &reader->rule);
}

static void reader_begin(struct rule_cursor *reader, const struct ruleset *ruleset)
{
    *reader = (struct rule_cursor){.ruleset = ruleset, .view = ruleset_view_new()};
    reader_next(reader);
}

/* The rules of both by key, side by side. */
static void compare_rules(const struct ruleset_comparison *comparison, const struct ruleset *before,
                          const struct ruleset *after)
{
    struct rule_cursor sides[2], *left = &sides[0], *right = &sides[1];

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

static int compare_customers(const void *left, const void *right)
{
    const struct concerned_customer *a = left, *b = right;

    if (a->customer_id != b->customer_id)
        return a->customer_id < b->customer_id ? -1 : 1;
    return (a->product > b->product) - (a->product < b->product);
}

/* ---- The groups that have rules ---- */

static int compare_groups(const void *left, const void *right)
{
    const struct concerned_group *a = left, *b = right;

    return strcmp(a->key, b->key);
}

static size_t add_groups(const struct ruleset *ruleset, struct concerned_group *groups)
{
    struct rule_cursor reader;
    size_t count = 0;

    for (reader_begin(&reader, ruleset); reader.has_rule; reader_next(&reader)) {
        if (reader.rule.audience == RULE_GROUP && reader.rule.is_enabled)
            groups[count++].key = reader.rule.group;
    }
    ruleset_view_free(reader.view);
    return count;
}

static product_set *new_set(const struct concern *concern, struct arena *arena)
{
    product_set *set = arena_get(arena, concern->words * sizeof *set);

    memset(set, 0, concern->words * sizeof *set);
    return set;
}

static void find_groups(const struct ruleset *before, const struct ruleset *after, struct arena *arena,
                        struct concern *concern)
{
    size_t room = ruleset_rule_count(before) + ruleset_rule_count(after) + 1;
    struct concerned_group *groups = memory_get_zeroed(room, sizeof *groups);
    size_t count = add_groups(before, groups);

    count += add_groups(after, groups + count);
    qsort(groups, count, sizeof *groups, compare_groups);
    for (size_t i = 0; i < count && !concern->is_too_much; i++) {
        concern->is_too_much = concern->group_count * concern->words > GROUP_WORDS_MAX;
        if (concern->group_count > 0 && strcmp(groups[concern->group_count - 1].key, groups[i].key) == 0)
            continue;
        groups[concern->group_count++] =
            (struct concerned_group){groups[i].key, new_set(concern, arena), new_set(concern, arena)};
    }
    concern->groups = groups;
}

/* ---- All of it ---- */

void concern_find(const struct ruleset *before, const struct ruleset *after, int64_t now,
                  const struct product *products, size_t product_count, struct arena *arena, struct concern *concern)
{
    struct arena own = {0};
    struct ruleset_comparison comparison = {products, product_index_new(products, product_count, &own), now, concern};

    concern->words = product_count / PRODUCT_SET_BITS + 1;
    concern->general = new_set(concern, arena);
    find_groups(before, after, arena, concern);
    compare_rules(&comparison, before, after);
    for (size_t i = 0; i < product_count; i++) {
        if (ruleset_floor(before, products[i].id) != ruleset_floor(after, products[i].id))
            product_set_add(concern->general, i);
    }
    if (concern->customer_count > 0)
        qsort(concern->customers, concern->customer_count, sizeof *concern->customers, compare_customers);
    arena_release(&own);
}

void concern_release(struct concern *concern)
{
    free(concern->groups);
    free(concern->customers);
}

/* ---- Look-ups ---- */

size_t concern_find_group(const struct concern *concern, const char *key)
{
    size_t place;

    SEARCH_FIRST(place, concern->group_count, strcmp(concern->groups[middle].key, key) < 0);
    bool is_there = place < concern->group_count && strcmp(concern->groups[place].key, key) == 0;
    return is_there ? place : concern->group_count;
}

const struct concerned_customer *concern_find_customer(const struct concern *concern, int32_t customer_id,
                                                       size_t *count)
{
    size_t low;

    SEARCH_FIRST(low, concern->customer_count, concern->customers[middle].customer_id < customer_id);
    for (*count = 0; low + *count < concern->customer_count; ++*count) {
        if (concern->customers[low + *count].customer_id != customer_id)
            break;
    }
    return concern->customers + low;
}
