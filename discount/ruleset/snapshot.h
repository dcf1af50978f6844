/* SPDX-License-Identifier: MIT */
/*
 * Inside of a ruleset: snapshots. A snapshot is a frozen set of rules, groups, members and floors. A ruleset has a base
 * snapshot, which it may share with others, and perhaps an overlay snapshot of its own, which hides part of the base.
 *
 * Strings are offsets into one pool, targets places in another: a rule of two targets costs some 150 bytes in all.
 */
#ifndef DISCOUNT_RULESET_SNAPSHOT_H
#define DISCOUNT_RULESET_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discount/ruleset/index.h"
#include "discount/rule/price.h"
#include "discount/rule/rule.h"
#include "discount/ruleset/slugs.h"

/* One rule. Its targets lie at `targets`: products ascending, their prices (a price list), categories by name,
 * excluded products, excluded categories. */
#define COMPILED_TYPE_TEXT uint32_t /* offset of text; 0 is "" */
#define COMPILED_TYPE_GROUP uint32_t
#define COMPILED_TYPE_VALUE int32_t
#define COMPILED_TYPE_CUSTOMER int32_t
#define COMPILED_TYPE_MONEY int32_t
#define COMPILED_TYPE_NUMBER int32_t
#define COMPILED_TYPE_LANE uint8_t
#define COMPILED_TYPE_KIND uint8_t
#define COMPILED_TYPE_FLAG bool
#define COMPILED_TYPE_SWITCH bool
#define COMPILED_TYPE_INSTANT int64_t
#define COMPILED_MEMBER(type, member, ...) COMPILED_TYPE_##type member;

struct compiled_rule {
    uint32_t key; /* offset of text */
    uint32_t targets, product_count;
    RULE_FIELDS(COMPILED_MEMBER)
    uint32_t category_count, excluded_product_count, excluded_category_count;
    uint8_t audience;
    bool is_price_list;
    bool is_dropped; /* only while building */
};

struct compiled_group {
    uint32_t key, label;
    uint32_t member_count;
    bool is_removed; /* in an overlay: the group of the base is gone */
};

/* Open addressing; product 0 is an empty place. */
struct floor {
    int32_t product_id;
    int32_t floor;
};

/* Atoms of audiences, one for each rule that is not for everybody, ascending. */
struct atoms {
    uint64_t *items;
    size_t count;
};

struct snapshot {
    atomic_size_t users;
    int64_t revision; /* of the ruleset that it was made for */
    char *text;
    uint32_t *targets;

    struct compiled_rule *rules; /* by key */
    uint32_t rule_count;
    struct index index;     /* of the rules that can still win */
    struct atoms audiences; /* of all rules */

    /* When the windows of enabled rules begin and end, ascending, and whose they are. */
    int64_t *instants;
    uint32_t *instant_rules;
    size_t instant_count;

    struct compiled_group *groups; /* by key */
    uint32_t group_count;
    /* customers[i], ascending, are in member_groups[member_starts[i] … member_starts[i + 1]), places in `groups`,
     * ascending. In an overlay these are all groups of a customer, whatever the base says. */
    int32_t *customers;
    uint32_t *member_starts;
    uint32_t *member_groups;
    size_t customer_count;

    struct floor *floors;
    size_t floor_room; /* a power of two, or 0 */
    size_t floor_count;

    struct slugs slugs;
};

#define SNAPSHOTS 2 /* of a ruleset: the base and the overlay */

struct ruleset {
    atomic_size_t users;
    int64_t revision;
    enum price_rounding rounding;
    struct snapshot *snapshots[SNAPSHOTS]; /* the second may be NULL */
    /* What the overlay hides of the base, a bit for each; NULL: nothing. A group that is hidden has no members but
     * those of the overlay. */
    uint8_t *hidden_rules;
    uint8_t *hidden_groups;
    struct atoms hidden_audiences; /* of the rules that are hidden */
    size_t rule_count, group_count;
};

static inline bool bit_is_set(const uint8_t *bits, size_t place)
{
    return bits != NULL && (bits[place / 8] >> (place % 8) & 1) != 0;
}

static inline void bit_set(uint8_t *bits, size_t place)
{
    bits[place / 8] = (uint8_t)(bits[place / 8] | 1u << (place % 8));
}

static inline const char *snapshot_text(const struct snapshot *snapshot, uint32_t offset)
{
    return snapshot->text + offset;
}

/* Where the parts of a rule's targets begin. */
static inline const uint32_t *compiled_products(const struct snapshot *snapshot, const struct compiled_rule *compiled)
{
    return snapshot->targets + compiled->targets;
}

static inline const uint32_t *compiled_prices(const struct snapshot *snapshot, const struct compiled_rule *compiled)
{
    return compiled_products(snapshot, compiled) + compiled->product_count;
}

static inline const uint32_t *compiled_categories(const struct snapshot *snapshot, const struct compiled_rule *compiled)
{
    return compiled_prices(snapshot, compiled) + (compiled->is_price_list ? compiled->product_count : 0);
}

static inline const uint32_t *compiled_excluded_products(const struct snapshot *snapshot,
                                                         const struct compiled_rule *compiled)
{
    return compiled_categories(snapshot, compiled) + compiled->category_count;
}

static inline const uint32_t *compiled_excluded_categories(const struct snapshot *snapshot,
                                                           const struct compiled_rule *compiled)
{
    return compiled_excluded_products(snapshot, compiled) + compiled->excluded_product_count;
}

static inline bool compiled_is_for_all(const struct compiled_rule *compiled)
{
    return compiled->product_count == 0 && compiled->category_count == 0;
}

/* Whether the overlay hides rule number `place` of a snapshot. */
static inline bool ruleset_hides(const struct ruleset *ruleset, size_t snapshot, size_t place)
{
    return snapshot == 0 && bit_is_set(ruleset->hidden_rules, place);
}

/* The place of an id in `count` ascending ones; `count`: it is not there. */
size_t find_id(const uint32_t *ids, size_t count, int32_t id);

/* The place of the rule or group of this key; the count of them: there is none. */
size_t snapshot_find_rule(const struct snapshot *snapshot, const char *key);
size_t snapshot_find_group(const struct snapshot *snapshot, const char *key);
/* The groups of a customer, as places in snapshot->groups. False: the snapshot does not know the customer. */
bool snapshot_find_customer(const struct snapshot *snapshot, int32_t customer_id, const uint32_t **groups,
                            size_t *count);
/* False: the snapshot says nothing of this product's floor. */
bool snapshot_find_floor(const struct snapshot *snapshot, int32_t product_id, int32_t *floor);

/* Whether any rule, a disabled or past one included, is for this audience. The same in every worker, since it depends
 * on the rules alone. */
bool ruleset_has_audience(const struct ruleset *ruleset, uint64_t atom);

/* One user less; the last one frees it. NULL is allowed. */
void snapshot_release(struct snapshot *snapshot);

#endif
