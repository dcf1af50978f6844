/* SPDX-License-Identifier: MIT */
/*
 * Inside of a ruleset: the index of a snapshot, from an audience and a target to the rules that may apply there.
 *
 *   (audience, target) ─hash─> run: contract percent 30 20 10 │ contract price 500 700 │ sale percent 5 …
 *
 * A run is sorted by lane, kind, strength (the strongest first), higher priority, lower key. Audiences and targets are
 * 64-bit hashes here ("atoms"): a run may also hold rules of other pairs, so its reader checks each rule.
 */
#ifndef DISCOUNT_RULESET_INDEX_H
#define DISCOUNT_RULESET_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discount/rule/hash_index.h"
#include "discount/rule/rule.h"

struct snapshot;
struct compiled_rule;

#define INDEX_RULES_MAX ((uint32_t)1 << 28)

struct index_entry {
    uint32_t tag;     /* the lane and kind above, the rule's place in its snapshot below */
    int32_t strength; /* the percentage, the amount, or the price */
};

struct index_slot {
    uint32_t hash; /* the lower half of the pair's */
    uint32_t first;
    uint32_t count; /* 0: the slot is empty */
};

struct index {
    struct index_entry *entries;
    struct index_slot *slots;
    size_t slot_count;
    /* A Bloom filter of one hash: a bit for each atom and pair in the index tells most of the absent ones at once. */
    uint8_t *marks;
    uint64_t mark_mask; /* 0: the index is empty */
};

struct index_run {
    const struct index_entry *entries;
    size_t count;
};

static inline uint32_t entry_rule(struct index_entry entry)
{
    return entry.tag & (INDEX_RULES_MAX - 1);
}

/* The lane and kind of an entry as one number, which grows along a run. */
static inline uint32_t entry_group(struct index_entry entry)
{
    return entry.tag / INDEX_RULES_MAX;
}

static inline uint32_t entry_group_of(uint32_t lane, uint32_t kind)
{
    return lane * 4 + kind;
}

static inline enum rule_lane entry_lane(struct index_entry entry)
{
    return (enum rule_lane)(entry_group(entry) / 4);
}

static inline enum rule_kind entry_kind(struct index_entry entry)
{
    return (enum rule_kind)(entry_group(entry) % 4);
}

/* Atoms of audiences … */
#define ATOM_EVERYBODY UINT64_C(0x5b1d4a2f90c3e687)
static inline uint64_t atom_of_customer(int32_t customer_id)
{
    return hash_mix(UINT64_C(0x1700000000) ^ (uint32_t)customer_id);
}

static inline uint64_t atom_of_group(const char *group)
{
    return hash_mix(hash_text(group) ^ UINT64_C(0x6d2b79f5a1c40000));
}

/* … and of targets. */
#define ATOM_ALL UINT64_C(0x8e3f70ac1956d2b4)
static inline uint64_t atom_of_product(int32_t product_id)
{
    return hash_mix(UINT64_C(0x2900000000) ^ (uint32_t)product_id);
}

static inline uint64_t atom_of_category(const char *category)
{
    return hash_mix(hash_text(category) ^ UINT64_C(0x3c6ef372fe94f82b));
}

static inline uint64_t atom_pair(uint64_t audience, uint64_t target)
{
    return hash_mix(audience * 3 + target);
}

/* False: the index has no rule of this atom or pair. */
static inline bool index_may_have(const struct index *index, uint64_t hash)
{
    uint64_t mark = hash & index->mark_mask;

    return index->mark_mask != 0 && (index->marks[mark / 8] >> (mark % 8) & 1) != 0;
}

/* The rules of a pair; count 0: none. */
static inline struct index_run index_find(const struct index *index, uint64_t pair)
{
    if (!index_may_have(index, pair))
        return (struct index_run){0};
    size_t place = (size_t)((pair >> 32) * index->slot_count >> 32);
    for (;;) {
        const struct index_slot *slot = &index->slots[place];
        if (slot->count == 0)
            return (struct index_run){0};
        if (slot->hash == (uint32_t)pair)
            return (struct index_run){.entries = index->entries + slot->first, .count = slot->count};
        place = place + 1 == index->slot_count ? 0 : place + 1;
    }
}

/* Where the lane or kind behind that of entry `from` begins in a run; run->count: there is none. */
size_t index_run_skip(const struct index_run *run, size_t from);

/* The atom of a rule's audience. */
uint64_t index_audience(const struct snapshot *snapshot, const struct compiled_rule *compiled);

/* Indexes the enabled rules of a snapshot whose windows end after `since`. */
void index_build(struct index *index, const struct snapshot *snapshot, int64_t since);
void index_release(struct index *index);

#endif
