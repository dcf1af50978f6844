/* SPDX-License-Identifier: MIT */
/*
 * Why a price is what it is: every rule of a ruleset and what became of it, lane by lane. It follows the text of
 * evaluate.h over all rules, without the index. explain() and evaluate() always agree; a test compares them.
 */
#ifndef DISCOUNT_PRICING_EXPLAIN_H
#define DISCOUNT_PRICING_EXPLAIN_H

#include "discount/pricing/evaluate.h"

/* Why a rule did not win its lane. Of several reasons the first in this order is told. */
enum loss {
    LOSS_NONE, /* it won */
    LOSS_DISABLED,
    LOSS_AUDIENCE,
    LOSS_TARGET,
    LOSS_EXCLUDED,
    LOSS_WINDOW_AHEAD,
    LOSS_WINDOW_OVER,
    LOSS_MINIMUM,
    LOSS_EXCLUSIVE,  /* an exclusive rule won an earlier lane */
    LOSS_NOT_LOWER,  /* it would not lower the price, or the price is at the floor or at zero */
    LOSS_OUT_PRICED, /* another rule comes to a lower price */
    LOSS_PRIORITY,   /* another rule comes to the same price, with a higher priority */
    LOSS_KEY,        /* … with the same priority and a lower key */
    LOSSES,
};

struct loser {
    const char *key;
    const char *label;
    enum loss loss;
    int64_t price; /* from LOSS_NOT_LOWER on: the rule's result, held at the floor or at zero; before: 0 */
    int64_t
        limit; /* LOSS_WINDOW_*: the instant; LOSS_MINIMUM: the minimum; LOSS_PRIORITY: the winner's priority; else 0 */
};

struct lane_explanation {
    bool is_skipped; /* an exclusive rule had won before */
    int32_t price_before;
    bool has_winner;
    const char *winner;      /* its key */
    int64_t exact_numerator; /* the winner's result before rounding and cap, times 10000 */
    int64_t rounded;         /* after rounding and cap, before the clamps; may be below zero */
    bool is_capped;
    bool is_held_at_floor, is_held_at_zero;
    int32_t floor;
    int32_t price_after;
    struct loser *losers; /* the latest in enum loss first, then by key */
    size_t loser_count;
    size_t counts[LOSSES]; /* all losers, by loss */
};

struct explanation {
    struct quote quote; /* as evaluate() has it */
    struct lane_explanation lanes[RULE_LANES];
    const char **groups; /* that the customer is in, by key */
    size_t group_count;
};

/* Explains one quote; at most max_losers losers are listed, over all lanes. *explanation points into the arena and the
 * ruleset. */
void explain(const struct ruleset *ruleset, int32_t customer_id, const struct product *product, int64_t now,
             size_t max_losers, struct arena *arena, struct explanation *explanation);

#endif
