/* SPDX-License-Identifier: MIT */
/* What the files that lint share and nobody else includes. */
#ifndef DISCOUNT_LINT_INTERNAL_H
#define DISCOUNT_LINT_INTERNAL_H

#include "discount/lint/lint.h"
#include "discount/pricing/product_index.h"

#define LINT_NONE SIZE_MAX

/* What keeps a rule from winning. */
enum lint_obstacle {
    LINT_NOT_LOWER, /* nothing else wins its lane */
    LINT_OUTDONE,   /* another rule wins it */
    LINT_EXCLUSIVE, /* an exclusive rule won the lane before */
};

/* A rule to lint. */
struct lint_rule {
    struct rule rule; /* its products sorted by id, its categories by name */
    bool is_past;     /* its window is over */
    bool is_unheard;  /* its group has no members */
    size_t original;  /* the first of the rules that say the same, this one included; enabled ones first, then by key */
    size_t shadowed_by;   /* a rule; LINT_NONE: none */
    bool is_explained;    /* a finding says already why it does not win */
    bool has_won;         /* some price */
    bool never_wins;      /* and then … */
    unsigned obstacles;   /* … for these reasons, a bit for each lint_obstacle */
    size_t obstacle_rule; /* one of the rules in its way; LINT_NONE: there is none */
};

/* Whether the rule may ever win. */
static inline bool lint_is_alive(const struct lint_rule *rule)
{
    return rule->rule.is_enabled && !rule->is_past && !rule->is_unheard;
}

struct lint_rules { /* by key */
    struct lint_rule *list;
    size_t count;
    struct arena arena; /* of their arrays, and of what is worked with */
};

/* Sets `original` of all. */
void lint_find_originals(struct lint_rules *rules);

/* Sets `shadowed_by` of all; `original` must be set. */
void lint_find_shadows(struct lint_rules *rules, int64_t now);

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
const struct product_index *lint_products_index(const struct lint_products *products);

/* The targets of a rule among the given products. */
struct lint_survey {
    bool has_target;
    bool is_reached;     /* the list price of some target is its minimum or higher */
    int64_t most;        /* the highest list price of a target, unless is_reached */
    size_t listed;       /* a price list: targets … */
    size_t dear;         /* … whose price there is not below the list price */
    size_t dear_product; /* one of these */
};
struct lint_survey lint_products_survey(const struct lint_products *products, const struct rule *rule);

/* A given product that the rule alone takes below the product's floor, the rule's result and the floor; NULL: none. */
const struct product *lint_products_under_floor(const struct lint_products *products, const struct rule *rule,
                                                enum price_rounding rounding, int64_t *result, int32_t *floor);

/* Sets never_wins of the rules that are alive and not explained. */
void lint_try_rules(const struct ruleset *ruleset, const struct lint_question *question, struct lint_rules *rules,
                    const struct product_index *index, struct lint *lint);

#endif
