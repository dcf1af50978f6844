/* SPDX-License-Identifier: MIT */
/*
 * Rules that another rule of their lane makes needless.
 *
 * Every rule stands in lists, one for each target that it includes, or one for "every product": the rules of one lane,
 * kind, audience and target, the strongest first. A rule that shadows another stands in one of four lists: for
 * everybody or for the same audience, with every product or with a target that the other rule includes.
 */
#include "discount/lint/internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/search.h"

#define ALTERNATIVES_MAX 16 /* targets of a rule whose lists are compared by length */

/* ---- One rule against another ---- */

/* Whether rule a wins against b where both come to the same price. */
static bool lint_wins_ties(const struct rule *a, const struct rule *b)
{
    return a->priority != b->priority ? a->priority > b->priority : strcmp(a->key, b->key) < 0;
}

static bool is_for_all_of(const struct rule *a, const struct rule *b)
{
    if (a->audience == RULE_EVERYBODY)
        return true;
    if (a->audience != b->audience)
        return false;
    return a->audience == RULE_CUSTOMER ? a->customer_id == b->customer_id : strcmp(a->group, b->group) == 0;
}

static bool holds_whenever(const struct rule *a, const struct rule *b, int64_t now)
{
    int64_t b_starts_at = b->starts_at > now ? b->starts_at : now;

    return a->starts_at <= b_starts_at && (a->ends_at == 0 || (b->ends_at != 0 && a->ends_at >= b->ends_at));
}

static bool includes_all_of(const struct rule *a, const struct rule *b)
{
    if (a->product_count == 0 && a->category_count == 0)
        return true;
    if (b->product_count == 0 && b->category_count == 0)
        return false;
    for (size_t i = 0; i < b->product_count; i++) {
        if (rule_find_product(a->products, a->product_count, b->products[i].id) == NULL)
            return false;
    }
    for (size_t i = 0; i < b->category_count; i++) {
        if (!rule_has_category(a->categories, a->category_count, b->categories[i]))
            return false;
    }
    return true;
}

static bool excludes_only_of(const struct rule *a, const struct rule *b)
{
    bool names_products_only = b->product_count > 0 && b->category_count == 0;

    for (size_t i = 0; i < a->excluded_product_count; i++) {
        int32_t id = a->excluded_products[i].id;
        if (rule_find_product(b->excluded_products, b->excluded_product_count, id) == NULL &&
            !(names_products_only && rule_find_product(b->products, b->product_count, id) == NULL))
            return false;
    }
    for (size_t i = 0; i < a->excluded_category_count; i++) {
        if (!rule_has_category(b->excluded_categories, b->excluded_category_count, a->excluded_categories[i]))
            return false;
    }
    return true;
}

/* What a price rule asks for a product that it is for. */
static int64_t price_of(const struct rule *rule, int32_t product_id)
{
    if (!rule->is_price_list)
        return rule->value;
    const struct rule_product *product = rule_find_product(rule->products, rule->product_count, product_id);
    return product != NULL ? product->price : INT64_MAX;
}

/* Whether price rule a asks no more than b for everything that b is for. */
static bool asks_no_more(const struct rule *a, const struct rule *b)
{
    if (!a->is_price_list && !b->is_price_list)
        return a->value <= b->value;
    if (a->is_price_list && b->product_count == 0)
        return false;
    for (size_t i = 0; i < b->product_count; i++) {
        if (price_of(a, b->products[i].id) > price_of(b, b->products[i].id))
            return false;
    }
    return true;
}

/* Whether a comes to the same price as b or a lower one, from whatever price. */
static bool comes_no_higher(const struct rule *a, const struct rule *b)
{
    switch (a->kind) {
    case RULE_PERCENT:
        return a->value >= b->value && (a->cap == 0 || (b->cap != 0 && a->cap >= b->cap));
    case RULE_AMOUNT:
        return a->value >= b->value;
    case RULE_PRICE:
        return asks_no_more(a, b);
    case RULE_KINDS:
        break;
    }
    return false;
}

struct shadowing {
    struct lint_rules *rules;
    int64_t now;
    bool ties_matter[RULE_LANES]; /* the winner of a tie may decide about later lanes */
    struct shadow_entry *entries; /* by list, then by rank */
    size_t entry_count;
    size_t *ranked; /* rules, by rank */
};

static bool dominates(const struct shadowing *shadowing, const struct rule *a, const struct rule *b)
{
    return a->lane == b->lane && a->kind == b->kind && a->minimum <= b->minimum &&
           holds_whenever(a, b, shadowing->now) && comes_no_higher(a, b) &&
           (!shadowing->ties_matter[b->lane] || lint_wins_ties(a, b)) && is_for_all_of(a, b) && includes_all_of(a, b) &&
           excludes_only_of(a, b);
}

static bool shadows(const struct shadowing *shadowing, const struct rule *a, const struct rule *b)
{
    return dominates(shadowing, a, b) && (lint_wins_ties(a, b) || !dominates(shadowing, b, a));
}

/* ---- The lists ---- */

struct shadow_entry {
    uint64_t list;
    size_t rank;
};

/* How much a rule takes off: a rule that dominates another has no lower strength. */
static int64_t strength(const struct rule *rule)
{
    if (rule->kind != RULE_PRICE)
        return rule->value;
    int64_t least = rule->is_price_list ? INT64_MAX : rule->value;
    for (size_t i = 0; rule->is_price_list && i < rule->product_count; i++)
        least = rule->products[i].price < least ? rule->products[i].price : least;
    return -least;
}

struct ranked {
    int64_t strength;
    const struct rule *rule;
    size_t number;
};

/* The strongest first; of those that are equal, the one that applies most widely. */
static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->strength != b->strength)
        return a->strength > b->strength ? -1 : 1;
    if (a->rule->minimum != b->rule->minimum)
        return a->rule->minimum < b->rule->minimum ? -1 : 1;
    if (a->rule->ends_at != b->rule->ends_at) /* unsigned, so that 0 ("for ever") less one is the latest */
        return (uint64_t)a->rule->ends_at - 1 > (uint64_t)b->rule->ends_at - 1 ? -1 : 1;
    if (a->rule->starts_at != b->rule->starts_at)
        return a->rule->starts_at < b->rule->starts_at ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static size_t rank_rules(struct shadowing *shadowing)
{
    struct lint_rules *rules = shadowing->rules;
    struct ranked *ranked = arena_get(&rules->arena, (rules->count + 1) * sizeof *ranked);
    size_t count = 0;

    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->list[i].rule;
        if (lint_is_alive(&rules->list[i]))
            ranked[count++] = (struct ranked){strength(rule), rule, i};
    }
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    shadowing->ranked = arena_get(&rules->arena, (count + 1) * sizeof *shadowing->ranked);
    for (size_t i = 0; i < count; i++)
        shadowing->ranked[i] = ranked[i].number;
    return count;
}

static uint64_t list_of_audience(const struct rule *rule, bool of_everybody)
{
    uint64_t list = lint_mix(lint_mix(1, (uint64_t)rule->lane), (uint64_t)rule->kind);

    if (of_everybody || rule->audience == RULE_EVERYBODY)
        return lint_mix(list, 0);
    if (rule->audience == RULE_CUSTOMER)
        return lint_mix(lint_mix(list, 1), (uint64_t)rule->customer_id);
    return lint_mix_text(lint_mix(list, 2), rule->group);
}

static uint64_t list_of_everything(uint64_t audience)
{
    return lint_mix(audience, 3);
}

static size_t target_count(const struct rule *rule)
{
    return rule->product_count + rule->category_count;
}

/* The list of target number `index` of those that the rule includes. */
static uint64_t list_of_target(uint64_t audience, const struct rule *rule, size_t index)
{
    if (index < rule->product_count)
        return lint_mix(lint_mix(audience, 4), (uint64_t)rule->products[index].id);
    return lint_mix_text(lint_mix(audience, 5), rule->categories[index - rule->product_count]);
}

static int compare_entries(const void *left, const void *right)
{
    const struct shadow_entry *a = left, *b = right;

    if (a->list != b->list)
        return a->list < b->list ? -1 : 1;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static void make_lists(struct shadowing *shadowing, size_t ranked_count)
{
    struct lint_rules *rules = shadowing->rules;
    size_t room = 1, count = 0;

    for (size_t i = 0; i < ranked_count; i++)
        room += target_count(&rules->list[shadowing->ranked[i]].rule) + 1;
    struct shadow_entry *entries = arena_get(&rules->arena, room * sizeof *entries);
    for (size_t i = 0; i < ranked_count; i++) {
        const struct rule *rule = &rules->list[shadowing->ranked[i]].rule;
        uint64_t audience = list_of_audience(rule, false);
        if (target_count(rule) == 0)
            entries[count++] = (struct shadow_entry){list_of_everything(audience), i};
        for (size_t k = 0; k < target_count(rule); k++)
            entries[count++] = (struct shadow_entry){list_of_target(audience, rule, k), i};
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    shadowing->entries = entries;
    shadowing->entry_count = count;
}

/* The first entry that is not before (list, rank 0). */
static size_t find_list(const struct shadowing *shadowing, uint64_t list)
{
    size_t low;

    SEARCH_FIRST(low, shadowing->entry_count, shadowing->entries[middle].list < list);
    return low;
}

/* ---- Searching the lists ---- */

static bool find_in_list(const struct shadowing *shadowing, uint64_t list, struct lint_rule *rule)
{
    const struct lint_rules *rules = shadowing->rules;
    int64_t least = strength(&rule->rule);
    size_t place = find_list(shadowing, list);

    for (size_t i = 0; i < LINT_RIVALS && place + i < shadowing->entry_count; i++) {
        const struct shadow_entry *entry = &shadowing->entries[place + i];
        size_t number = shadowing->ranked[entry->rank];
        const struct lint_rule *rival = &rules->list[number];
        if (entry->list != list || strength(&rival->rule) < least)
            return false;
        if (rival->original == rule->original || !shadows(shadowing, &rival->rule, &rule->rule))
            continue;
        rule->shadowed_by = number;
        return true;
    }
    return false;
}

/* A rule that includes all targets of this one includes each of them. So one target's list of rules has every
 * candidate, and the shortest list is the fastest to search. */
static uint64_t find_shortest_list(const struct shadowing *shadowing, uint64_t audience, const struct rule *rule)
{
    uint64_t shortest = list_of_target(audience, rule, 0);
    size_t shortest_length = SIZE_MAX;

    for (size_t i = 0; i < target_count(rule) && i < ALTERNATIVES_MAX; i++) {
        uint64_t list = list_of_target(audience, rule, i);
        size_t length = find_list(shadowing, list + 1) - find_list(shadowing, list);
        if (length < shortest_length) {
            shortest_length = length;
            shortest = list;
        }
    }
    return shortest;
}

static bool find_in_audience(const struct shadowing *shadowing, uint64_t audience, struct lint_rule *rule)
{
    if (find_in_list(shadowing, list_of_everything(audience), rule))
        return true;
    return target_count(&rule->rule) > 0 &&
           find_in_list(shadowing, find_shortest_list(shadowing, audience, &rule->rule), rule);
}

static void find_shadow(const struct shadowing *shadowing, struct lint_rule *rule)
{
    if (find_in_audience(shadowing, list_of_audience(&rule->rule, true), rule))
        return;
    if (rule->rule.audience != RULE_EVERYBODY)
        (void)find_in_audience(shadowing, list_of_audience(&rule->rule, false), rule);
}

/* Any two rules may come to one price, at a floor or at zero. Whether the winner is exclusive decides about the sale
 * lane, which is the last one; where all rules are exclusive, or none is, it does not matter which wins. */
static void find_exclusive(struct shadowing *shadowing)
{
    bool has_exclusive = false, has_other = false;

    for (size_t i = 0; i < shadowing->rules->count; i++) {
        const struct lint_rule *rule = &shadowing->rules->list[i];
        if (rule->rule.lane != RULE_LANE_CONTRACT || !lint_is_alive(rule))
            continue;
        has_exclusive |= rule->rule.is_exclusive;
        has_other |= !rule->rule.is_exclusive;
    }
    shadowing->ties_matter[RULE_LANE_CONTRACT] = has_exclusive && has_other;
}

void lint_find_shadows(struct lint_rules *rules, int64_t now)
{
    struct shadowing shadowing = {.rules = rules, .now = now};

    find_exclusive(&shadowing);
    make_lists(&shadowing, rank_rules(&shadowing));
    for (size_t i = 0; i < rules->count; i++) {
        rules->list[i].shadowed_by = LINT_NONE;
        if (lint_is_alive(&rules->list[i]))
            find_shadow(&shadowing, &rules->list[i]);
    }
}
