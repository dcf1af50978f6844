/* SPDX-License-Identifier: MIT */
/* Inside of the evaluation: products and customers, resolved for the snapshots of one ruleset. */
#ifndef DISCOUNT_PRICING_RESOLVE_H
#define DISCOUNT_PRICING_RESOLVE_H

#include "discount/pricing/evaluate.h"
#include "discount/ruleset/snapshot.h"

/* A product and its targets, the product itself and its categories, as far as a snapshot has rules that name them. */
struct listed {
    const struct product *product;
    int32_t least;                      /* no rule takes the price below it: the floor, or zero */
    const uint64_t *targets[SNAPSHOTS]; /* atoms */
    size_t target_counts[SNAPSHOTS];
};

struct listing {
    const struct ruleset *ruleset;
    size_t count;
    struct listed products[];
};

/* An audience that a customer belongs to: everybody, the customer alone, or a group. */
struct audience {
    enum rule_audience kind;
    int32_t customer_id;
    const char *group;
    uint64_t atom;
    struct index_run all; /* the rules for all products */
};

struct shopper {
    const struct ruleset *ruleset;
    /* The customer's audiences that a snapshot has rules for. */
    const struct audience *audiences[SNAPSHOTS];
    size_t audience_counts[SNAPSHOTS];
    uint64_t number; /* see shopper_audience() */
};

/* The keys of a customer's groups, ascending. The keys live as long as the ruleset, the array lives in the arena. */
const char **ruleset_groups_of(const struct ruleset *ruleset, struct arena *arena, int32_t customer_id, size_t *count);

#endif
