/* SPDX-License-Identifier: MIT */
/* What the files that lint share and nobody else includes. */
#ifndef DISCOUNT_PRICING_LINT_INTERNAL_H
#define DISCOUNT_PRICING_LINT_INTERNAL_H

#include "discount/pricing/lint.h"
#include "discount/pricing/product_index.h"

#define LINT_NONE SIZE_MAX

/* A rule to lint. */
struct lint_rule {
    struct rule rule; /* its products sorted by id, its categories by name */
    bool is_past;     /* its window is over */
    bool is_unheard;  /* its group has no members */
    size_t original;  /* which rule it says the same as, itself where it is the first to; enabled first, then by key */
    size_t shadowed_by; /* a rule; LINT_NONE: none */
};

struct lint_rules { /* by key */
    struct lint_rule *list;
    size_t count;
    struct arena arena; /* of their arrays, and of what is worked with */
};

/* Sets `original` of all. */
void lint_find_originals(struct lint_rules *rules);

/* Sets `shadowed_by` of all; `original` must be set. */
void lint_find_shadows(struct lint_rules *rules, int64_t now);

/* Whether rule a wins against b where both come to the same price. */
bool lint_wins_ties(const struct rule *a, const struct rule *b);

/* For hashes of what rules say. */
static inline uint64_t lint_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

static inline uint64_t lint_mix_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = lint_mix(hash, (unsigned char)*text);
    return lint_mix(hash, 256);
}

/* ---- Products that the caller gave ---- */

struct lint_products;

const struct lint_products *lint_products_new(const struct ruleset *ruleset, const struct product *products,
                                              size_t count, struct arena *arena);
/* Whether one of them is a target of the rule. */
bool lint_products_are_targets(const struct lint_products *products, const struct rule *rule);

/* Which of them the rule alone takes below its floor, and where it comes to; NULL: none. */
const struct product *lint_products_under_floor(const struct lint_products *products, const struct rule *rule,
                                                enum price_rounding rounding, int64_t *result, int32_t *floor);

#endif
