/* SPDX-License-Identifier: MIT */
/*
 * A frozen ruleset. Rules lie sorted by customer, then the highest percentage, then the lower key; a rule that can
 * never win is left out.
 *
 *   customers:   1          7     9
 *   first:       |          |     |
 *   rules:       30% ─ 20%  10%   50% ─ 5%      "─" is `next`: within a customer percentages and keys fall
 */
#include "discount/pricing/ruleset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/pricing/price.h"

struct ruleset {
    int64_t revision;
    int32_t *customers;        /* ascending */
    const struct rule **first; /* of the customer at the same place */
    size_t customer_count;
    struct rule *rules;
    char *keys; /* the text that the rules' keys point into */
};

static int compare_rules(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;

    if (a->customer_id != b->customer_id)
        return a->customer_id < b->customer_id ? -1 : 1;
    if (a->percent != b->percent)
        return a->percent > b->percent ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* Copies rules and keys in any order. */
static void copy_rules(struct ruleset *ruleset, const struct rule *rules, size_t count)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        room += strlen(rules[i].key) + 1;

    ruleset->keys = memory_get(room + 1);
    ruleset->rules = memory_get_zeroed(count + 1, sizeof *rules);
    char *key = ruleset->keys;
    for (size_t i = 0; i < count; i++) {
        assert(rules[i].percent >= 0 && rules[i].percent <= PRICE_PERCENT_MAX);
        size_t size = strlen(rules[i].key) + 1;
        memcpy(key, rules[i].key, size);
        ruleset->rules[i] = (struct rule){
            .key = key,
            .customer_id = rules[i].customer_id,
            .percent = rules[i].percent,
        };
        key += size;
    }
}

/* Of two rules of one customer, the later one never costs less. So it has to have the lower key to win anything. */
static bool can_win(const struct rule *rule, const struct rule *before)
{
    if (rule->percent == 0)
        return false;
    return before == NULL || before->customer_id != rule->customer_id || strcmp(rule->key, before->key) < 0;
}

/* Closes the gaps that rules which cannot win leave. Returns how many stay. */
static size_t keep_winners(struct rule *rules, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (can_win(&rules[i], kept > 0 ? &rules[kept - 1] : NULL))
            rules[kept++] = rules[i];
    }
    return kept;
}

static void index_customers(struct ruleset *ruleset, size_t count)
{
    ruleset->customers = memory_get_zeroed(count + 1, sizeof *ruleset->customers);
    ruleset->first = memory_get_zeroed(count + 1, sizeof *ruleset->first);
    for (size_t i = 0; i < count; i++) {
        struct rule *rule = &ruleset->rules[i];
        if (i > 0 && rule[-1].customer_id == rule->customer_id) {
            rule[-1].next = rule;
            continue;
        }
        ruleset->customers[ruleset->customer_count] = rule->customer_id;
        ruleset->first[ruleset->customer_count++] = rule;
    }
}

struct ruleset *ruleset_new(int64_t revision, const struct rule *rules, size_t count)
{
    struct ruleset *ruleset = memory_get_zeroed(1, sizeof *ruleset);

    ruleset->revision = revision;
    copy_rules(ruleset, rules, count);
    qsort(ruleset->rules, count, sizeof *ruleset->rules, compare_rules);
    index_customers(ruleset, keep_winners(ruleset->rules, count));
    return ruleset;
}

void ruleset_free(struct ruleset *ruleset)
{
    if (ruleset == NULL)
        return;
    free(ruleset->customers);
    free(ruleset->first);
    free(ruleset->rules);
    free(ruleset->keys);
    free(ruleset);
}

int64_t ruleset_revision(const struct ruleset *ruleset)
{
    return ruleset->revision;
}

const struct rule *ruleset_find(const struct ruleset *ruleset, int32_t customer_id)
{
    size_t low = 0, high = ruleset->customer_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ruleset->customers[middle] < customer_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ruleset->customer_count || ruleset->customers[low] != customer_id)
        return NULL;
    return ruleset->first[low];
}

bool rule_quote(const struct rule *rule, int32_t price_cents, struct quote *quote)
{
    *quote = (struct quote){0};
    if (rule == NULL || rule->percent == 0 || price_cents <= 0)
        return false;

    quote->value_cents = price_after_percent(price_cents, rule->percent);
    while (rule->next != NULL && price_after_percent(price_cents, rule->next->percent) == quote->value_cents)
        rule = rule->next;
    quote->percent = rule->percent;
    return true;
}
