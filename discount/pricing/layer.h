/* SPDX-License-Identifier: MIT */
/*
 * Inside of a ruleset: layers. A layer is a frozen set of rules, groups, members and floors. A ruleset has a base
 * layer, which it may share with others, and perhaps a patch layer of its own, which hides part of the base.
 *
 * Strings are offsets into one pool, targets places in another: a rule of two targets costs some 150 bytes in all.
 */
#ifndef DISCOUNT_PRICING_LAYER_H
#define DISCOUNT_PRICING_LAYER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discount/pricing/index.h"
#include "discount/pricing/price.h"
#include "discount/pricing/rule.h"
#include "discount/pricing/slugs.h"

/* One rule. Its targets lie at `targets`: products ascending, their prices (a price list), categories by name,
 * excluded products, excluded categories. */
struct record {
    int64_t starts_at, ends_at;
    uint32_t key, label, group, zone; /* offsets of text; 0 is "" */
    uint32_t targets;
    uint32_t product_count, category_count, excluded_product_count, excluded_category_count;
    int32_t value, minimum, cap, priority, customer_id;
    uint8_t lane, kind, audience;
    bool is_enabled : 1, is_exclusive : 1, is_price_list : 1, is_dropped : 1; /* dropped: only while building */
};

struct group_record {
    uint32_t key, label;
    uint32_t member_count;
    bool is_removed; /* in a patch: the group of the base is gone */
};

/* Open addressing; product 0 is an empty place. */
struct floor {
    int32_t product_id;
    int32_t floor;
};

struct layer {
    atomic_size_t users;
    char *text;
    uint32_t *targets;

    struct record *records; /* by key */
    uint32_t record_count;
    struct index index; /* of those that can still win */

    /* When the windows of enabled rules begin and end, ascending, and whose they are. */
    int64_t *instants;
    uint32_t *instant_records;
    size_t instant_count;

    struct group_record *groups; /* by key */
    uint32_t group_count;
    /* customers[i], ascending, are in member_groups[member_starts[i] … member_starts[i + 1]), places in `groups`,
     * ascending. In a patch these are all groups of a customer, whatever the base says. */
    int32_t *customers;
    uint32_t *member_starts;
    uint32_t *member_groups;
    size_t customer_count;

    struct floor *floors;
    size_t floor_room; /* a power of two, or 0 */
    size_t floor_count;

    struct slugs slugs;
};

#define LAYERS 2 /* of a ruleset: the base and the patch */

struct ruleset {
    atomic_size_t users;
    int64_t revision;
    enum price_rounding rounding;
    struct layer *layers[LAYERS]; /* the second may be NULL */
    /* What the patch hides of the base, a bit for each; NULL: nothing. A group that is hidden has no members but those
     * of the patch. */
    uint8_t *hidden_records;
    uint8_t *hidden_groups;
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

static inline const char *layer_text(const struct layer *layer, uint32_t offset)
{
    return layer->text + offset;
}

/* Where the parts of a rule's targets begin. */
static inline const uint32_t *record_products(const struct layer *layer, const struct record *record)
{
    return layer->targets + record->targets;
}

static inline const uint32_t *record_prices(const struct layer *layer, const struct record *record)
{
    return record_products(layer, record) + record->product_count;
}

static inline const uint32_t *record_categories(const struct layer *layer, const struct record *record)
{
    return record_prices(layer, record) + (record->is_price_list ? record->product_count : 0);
}

static inline const uint32_t *record_excluded_products(const struct layer *layer, const struct record *record)
{
    return record_categories(layer, record) + record->category_count;
}

static inline const uint32_t *record_excluded_categories(const struct layer *layer, const struct record *record)
{
    return record_excluded_products(layer, record) + record->excluded_product_count;
}

static inline bool record_is_for_all(const struct record *record)
{
    return record->product_count == 0 && record->category_count == 0;
}

/* Whether rule number `place` of a layer counts in this ruleset. */
static inline bool ruleset_hides(const struct ruleset *ruleset, size_t layer, size_t place)
{
    return layer == 0 && bit_is_set(ruleset->hidden_records, place);
}

/* The place of an id in `count` ascending ones; `count`: it is not there. */
size_t find_id(const uint32_t *ids, size_t count, int32_t id);

/* The place of the rule or group of this key; the count of them: there is none. */
size_t layer_find_record(const struct layer *layer, const char *key);
size_t layer_find_group(const struct layer *layer, const char *key);
/* The groups of a customer, as places in layer->groups. False: the layer does not know the customer. */
bool layer_find_customer(const struct layer *layer, int32_t customer_id, const uint32_t **groups, size_t *count);
/* False: the layer says nothing of this product's floor. */
bool layer_find_floor(const struct layer *layer, int32_t product_id, int32_t *floor);

/* One user less; the last one frees it. NULL is allowed. */
void layer_release(struct layer *layer);

/* What a rule makes of a price that enters its lane, before clamps: its price to pay, or what its percentage, cut at
 * its cap, or its amount leaves. */
static inline int64_t price_by_rule(enum rule_kind kind, int64_t value, int64_t cap, int32_t price,
                                    enum price_rounding rounding)
{
    switch (kind) {
    case RULE_PERCENT: {
        int64_t left = price_after_percent(price, (int32_t)value, rounding);
        return cap > 0 && price - left > cap ? price - cap : left;
    }
    case RULE_AMOUNT:
        return price - value;
    default:
        return value;
    }
}

#endif
