/* SPDX-License-Identifier: MIT */
/* Building the index of a snapshot: count the rules of each pair, give each pair its run, fill the runs, sort them. */
#include "discount/ruleset/index.h"

#include <assert.h>
#include <stdlib.h>

#include "common/memory.h"
#include "common/search.h"

#include "discount/ruleset/snapshot.h"

#define MARKS_FOR_PAIR 16 /* bits, so that few absent pairs are marked by chance */

/* What is done with each pair of a rule. */
typedef void pair_f(struct index *index, const struct compiled_rule *compiled, uint32_t rule, uint64_t pair,
                    uint64_t target, int32_t strength);

uint64_t index_audience(const struct snapshot *snapshot, const struct compiled_rule *compiled)
{
    switch ((enum rule_audience)compiled->audience) {
    case RULE_CUSTOMER:
        return atom_of_customer(compiled->customer_id);
    case RULE_GROUP:
        return atom_of_group(snapshot_text(snapshot, compiled->group));
    default:
        return ATOM_EVERYBODY;
    }
}

static void visit_pairs(struct index *index, const struct snapshot *snapshot, uint32_t rule, pair_f *visit)
{
    const struct compiled_rule *compiled = &snapshot->rules[rule];
    const uint32_t *products = compiled_products(snapshot, compiled), *prices = compiled_prices(snapshot, compiled);
    const uint32_t *categories = compiled_categories(snapshot, compiled);
    uint64_t audience = index_audience(snapshot, compiled);

    if (compiled_is_for_all(compiled))
        visit(index, compiled, rule, atom_pair(audience, ATOM_ALL), ATOM_ALL, compiled->value);
    for (uint32_t i = 0; i < compiled->product_count; i++) {
        uint64_t target = atom_of_product((int32_t)products[i]);
        int32_t strength = compiled->is_price_list ? (int32_t)prices[i] : compiled->value;
        visit(index, compiled, rule, atom_pair(audience, target), target, strength);
    }
    for (uint32_t i = 0; i < compiled->category_count; i++) {
        uint64_t target = atom_of_category(snapshot_text(snapshot, categories[i]));
        visit(index, compiled, rule, atom_pair(audience, target), target, compiled->value);
    }
}

/* The slot of a pair, or the empty slot for it. */
static struct index_slot *find_slot(struct index *index, uint64_t pair)
{
    size_t place = (size_t)((pair >> 32) * index->slot_count >> 32);

    while (index->slots[place].count != 0 && index->slots[place].hash != (uint32_t)pair)
        place = place + 1 == index->slot_count ? 0 : place + 1;
    return &index->slots[place];
}

static void mark(struct index *index, uint64_t hash)
{
    bit_set(index->marks, (size_t)(hash & index->mark_mask));
}

static void count_pair(struct index *index, const struct compiled_rule *compiled, uint32_t rule, uint64_t pair,
                       uint64_t target, int32_t strength)
{
    struct index_slot *slot = find_slot(index, pair);

    (void)compiled;
    (void)rule;
    (void)strength;
    slot->hash = (uint32_t)pair;
    slot->count++;
    mark(index, pair);
    mark(index, target);
}

/* `first` counts down from the end of the run: after the last rule it is the beginning. */
static void fill_pair(struct index *index, const struct compiled_rule *compiled, uint32_t rule, uint64_t pair,
                      uint64_t target, int32_t strength)
{
    (void)target;
    index->entries[--find_slot(index, pair)->first] = (struct index_entry){
        .tag = entry_group_of(compiled->lane, compiled->kind) * INDEX_RULES_MAX + rule,
        .strength = strength,
    };
}

static int compare_entries(const void *left, const void *right, void *data)
{
    const struct index_entry *a = left, *b = right;
    const struct compiled_rule *rules = data;

    if (entry_group(*a) != entry_group(*b))
        return entry_group(*a) < entry_group(*b) ? -1 : 1;
    if (a->strength != b->strength) {
        bool is_lower = a->strength < b->strength;
        return is_lower == (entry_kind(*a) == RULE_PRICE) ? -1 : 1; /* a low price is a strong one */
    }
    int32_t a_priority = rules[entry_rule(*a)].priority, b_priority = rules[entry_rule(*b)].priority;
    if (a_priority != b_priority)
        return a_priority > b_priority ? -1 : 1;
    return (a->tag > b->tag) - (a->tag < b->tag); /* rules lie by key */
}

static bool is_indexed(const struct compiled_rule *compiled, int64_t since)
{
    return compiled->is_enabled && (compiled->ends_at == 0 || compiled->ends_at > since);
}

static void visit_rules(struct index *index, const struct snapshot *snapshot, int64_t since, pair_f *visit)
{
    for (uint32_t rule = 0; rule < snapshot->rule_count; rule++) {
        if (is_indexed(&snapshot->rules[rule], since))
            visit_pairs(index, snapshot, rule, visit);
    }
}

static size_t count_pairs(struct index *index, const struct snapshot *snapshot, int64_t since)
{
    size_t count = 0;

    for (uint32_t rule = 0; rule < snapshot->rule_count; rule++) {
        const struct compiled_rule *compiled = &snapshot->rules[rule];
        if (!is_indexed(compiled, since))
            continue;
        count += compiled_is_for_all(compiled) ? 1 : compiled->product_count + (size_t)compiled->category_count;
    }
    assert(count < UINT32_MAX);
    if (count > 0) {
        index->slot_count = count + count / 2 + 1;
        index->slots = memory_get_zeroed(index->slot_count, sizeof *index->slots);
        index->entries = memory_get(count * sizeof *index->entries);
        size_t marks = 64;
        while (marks < count * MARKS_FOR_PAIR)
            marks *= 2;
        index->mark_mask = marks - 1;
        index->marks = memory_get_zeroed(marks / 8, 1);
    }
    return count;
}

void index_build(struct index *index, const struct snapshot *snapshot, int64_t since)
{
    *index = (struct index){0};
    if (count_pairs(index, snapshot, since) == 0)
        return;
    visit_rules(index, snapshot, since, count_pair);
    for (uint32_t rule = 0; rule < snapshot->rule_count; rule++) {
        if (is_indexed(&snapshot->rules[rule], since))
            mark(index, index_audience(snapshot, &snapshot->rules[rule]));
    }
    uint32_t end = 0;
    for (size_t i = 0; i < index->slot_count; i++)
        index->slots[i].first = end += index->slots[i].count;
    visit_rules(index, snapshot, since, fill_pair);
    for (size_t i = 0; i < index->slot_count; i++) {
        const struct index_slot *slot = &index->slots[i];
        if (slot->count > 1)
            qsort_r(index->entries + slot->first, slot->count, sizeof *index->entries, compare_entries,
                    snapshot->rules);
    }
}

size_t index_run_skip(const struct index_run *run, size_t from)
{
    const struct index_entry *later = run->entries + from + 1;
    uint32_t last_tag = run->entries[from].tag | (INDEX_RULES_MAX - 1); /* the highest of the same lane and kind */
    size_t skipped;

    SEARCH_FIRST(skipped, run->count - from - 1, later[middle].tag <= last_tag);
    return from + 1 + skipped;
}

void index_release(struct index *index)
{
    free(index->entries);
    free(index->slots);
    free(index->marks);
    *index = (struct index){0};
}
