/* SPDX-License-Identifier: MIT */
/* Why a price is what it is: all rules, one after the other, as evaluate.h tells it. */
#include "discount/pricing/explain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/pricing/resolve.h"

/* A rule, and what has become of it so far. */
struct seen {
    const char *key, *label;
    int64_t exact, rounded; /* what it makes of the price, and that after rounding and cap */
    int64_t result;         /* … and held at the floor or at zero */
    int64_t limit;
    int32_t priority, percent; /* percent -1: another kind, or capped */
    enum rule_lane lane;
    enum rule_kind kind;
    int64_t value, cap;
    enum loss loss; /* LOSS_NONE: it competes */
    bool is_exclusive, is_capped;
};

struct case_file {
    const struct ruleset *ruleset;
    const struct product *product;
    int32_t customer_id;
    const char **groups;
    size_t group_count;
    int64_t now;
    struct seen *seen;
    size_t seen_count;
};

/* ---- Does the rule apply? ---- */

static bool is_for_customer(const struct case_file *file, const struct rule *rule)
{
    if (rule->audience == RULE_CUSTOMER)
        return file->customer_id > 0 && rule->customer_id == file->customer_id;
    if (rule->audience == RULE_EVERYBODY)
        return true;
    for (size_t i = 0; i < file->group_count; i++) {
        if (strcmp(file->groups[i], rule->group) == 0)
            return true;
    }
    return false;
}

/* Whether the product or one of its categories is among the named ones; *price is the price named with the product. */
static bool is_named(const struct product *product, const struct rule_product *products, size_t product_count,
                     const char *const *categories, size_t category_count, int64_t *price)
{
    for (size_t i = 0; i < product_count; i++) {
        if (products[i].id == product->id) {
            *price = products[i].price;
            return true;
        }
    }
    for (size_t i = 0; i < product->category_count && i < EVALUATE_CATEGORIES_MAX; i++) {
        for (size_t j = 0; j < category_count; j++) {
            if (strcmp(product->categories[i], categories[j]) == 0)
                return true;
        }
    }
    return false;
}

static enum loss find_target_loss(const struct product *product, const struct rule *rule, int64_t *value)
{
    int64_t price = 0;
    bool is_for_all = rule->product_count == 0 && rule->category_count == 0;

    if (!is_for_all &&
        !is_named(product, rule->products, rule->product_count, rule->categories, rule->category_count, &price))
        return LOSS_TARGET;
    *value = rule->is_price_list ? price : rule->value;
    if (is_named(product, rule->excluded_products, rule->excluded_product_count, rule->excluded_categories,
                 rule->excluded_category_count, &price))
        return LOSS_EXCLUDED;
    return LOSS_NONE;
}

static enum loss find_loss(const struct case_file *file, const struct rule *rule, struct seen *seen)
{
    if (!rule->is_enabled)
        return LOSS_DISABLED;
    if (!is_for_customer(file, rule))
        return LOSS_AUDIENCE;
    enum loss loss = find_target_loss(file->product, rule, &seen->value);
    if (loss != LOSS_NONE)
        return loss;
    if (rule->starts_at != 0 && file->now < rule->starts_at) {
        seen->limit = rule->starts_at;
        return LOSS_WINDOW_AHEAD;
    }
    if (rule->ends_at != 0 && file->now >= rule->ends_at) {
        seen->limit = rule->ends_at;
        return LOSS_WINDOW_OVER;
    }
    if (file->product->price < rule->minimum) {
        seen->limit = rule->minimum;
        return LOSS_MINIMUM;
    }
    return LOSS_NONE;
}

static void see_rules(struct case_file *file)
{
    struct ruleset_view *view = ruleset_view_new();
    uint64_t place = 0;
    struct rule rule;

    file->seen = memory_get(ruleset_rule_count(file->ruleset) * sizeof *file->seen);
    while (ruleset_next_rule(file->ruleset, view, &place, &rule)) {
        struct seen seen = {
            .key = rule.key,
            .label = rule.label,
            .priority = rule.priority,
            .lane = rule.lane,
            .kind = rule.kind,
            .value = rule.value,
            .cap = rule.cap,
            .is_exclusive = rule.is_exclusive,
        };
        seen.loss = find_loss(file, &rule, &seen);
        assert(file->seen_count < ruleset_rule_count(file->ruleset));
        file->seen[file->seen_count++] = seen;
    }
    ruleset_view_free(view);
}

/* ---- What would it make of the price? ---- */

static void compute_result(struct seen *seen, int32_t price, enum price_rounding rounding)
{
    seen->percent = -1;
    switch (seen->kind) {
    case RULE_PERCENT:
        seen->exact = (int64_t)price * (RULE_PERCENT_MAX - seen->value);
        seen->rounded = price_after_percent(price, (int32_t)seen->value, rounding);
        seen->is_capped = seen->cap > 0 && seen->rounded < price - seen->cap;
        if (seen->is_capped)
            seen->rounded = price - seen->cap;
        else
            seen->percent = (int32_t)seen->value;
        break;
    case RULE_AMOUNT:
        seen->rounded = price - seen->value;
        seen->exact = seen->rounded * RULE_PERCENT_MAX;
        break;
    default:
        seen->rounded = seen->value;
        seen->exact = seen->rounded * RULE_PERCENT_MAX;
    }
}

/* Holds a result at the floor or at zero. A floor above the price that enters the lane holds it at that price. */
static int64_t hold_price(int64_t result, int64_t price, int64_t floor)
{
    if (floor > 0 && result < floor)
        return floor < price ? floor : price;
    return result < 0 ? 0 : result;
}

/* Why `seen` does not win over another rule of the lane; LOSS_NONE: it does. */
static enum loss compare_seen(const struct seen *seen, const struct seen *other)
{
    if (seen->result != other->result)
        return seen->result < other->result ? LOSS_NONE : LOSS_OUT_PRICED;
    if (seen->priority != other->priority)
        return seen->priority > other->priority ? LOSS_NONE : LOSS_PRIORITY;
    return strcmp(seen->key, other->key) < 0 ? LOSS_NONE : LOSS_KEY;
}

/* Notes as lost the lane's rules that do not lower the price. Returns the best of the others, or NULL. */
static struct seen *find_winner(struct case_file *file, enum rule_lane lane, int32_t price)
{
    struct seen *winner = NULL;

    for (size_t i = 0; i < file->seen_count; i++) {
        struct seen *seen = &file->seen[i];
        if (seen->lane != lane || seen->loss != LOSS_NONE)
            continue;
        seen->result = price;
        if (file->product->price > 0) {
            compute_result(seen, price, ruleset_rounding(file->ruleset));
            seen->result = hold_price(seen->rounded, price, ruleset_floor(file->ruleset, file->product->id));
        }
        if (seen->result >= price)
            seen->loss = LOSS_NOT_LOWER;
        else if (winner == NULL || compare_seen(seen, winner) == LOSS_NONE)
            winner = seen;
    }
    return winner;
}

static void tell_losses(struct case_file *file, enum rule_lane lane, const struct seen *winner)
{
    for (size_t i = 0; i < file->seen_count; i++) {
        struct seen *seen = &file->seen[i];
        if (seen->lane != lane || seen->loss != LOSS_NONE || seen == winner)
            continue;
        seen->loss = compare_seen(seen, winner);
        if (seen->loss == LOSS_PRIORITY)
            seen->limit = winner->priority;
    }
}

static void skip_lane(struct case_file *file, enum rule_lane lane)
{
    for (size_t i = 0; i < file->seen_count; i++) {
        if (file->seen[i].lane == lane && file->seen[i].loss == LOSS_NONE)
            file->seen[i].loss = LOSS_EXCLUSIVE;
    }
}

/* ---- What the winner makes of it ---- */

static void explain_winner(const struct seen *winner, struct lane_explanation *lane)
{
    lane->has_winner = true;
    lane->winner = winner->key;
    lane->exact_numerator = winner->exact;
    lane->rounded = winner->rounded;
    lane->is_capped = winner->is_capped;
    lane->is_held_at_floor = lane->floor > 0 && winner->rounded < lane->floor;
    lane->is_held_at_zero = lane->floor == 0 && winner->rounded < 0;
    lane->price_after = (int32_t)winner->result;
}

static const struct seen *explain_lane(struct case_file *file, enum rule_lane number, int32_t price,
                                       struct lane_explanation *lane)
{
    *lane = (struct lane_explanation){.price_before = price, .price_after = price};
    lane->floor = ruleset_floor(file->ruleset, file->product->id);
    const struct seen *winner = find_winner(file, number, price);
    if (winner != NULL) {
        tell_losses(file, number, winner);
        explain_winner(winner, lane);
    }
    return winner;
}

static void note_step(const struct seen *winner, const struct lane_explanation *lane, size_t winners,
                      struct quote *quote)
{
    struct quote_step *step = &quote->steps[winner->lane];

    step->key = winner->key;
    step->label = winner->label;
    step->is_held = lane->is_held_at_floor || lane->is_held_at_zero;
    quote->is_held = quote->is_held || step->is_held;
    quote->percent = winners == 1 && !step->is_held ? winner->percent : -1;
}

static void explain_lanes(struct case_file *file, struct explanation *explanation)
{
    struct quote *quote = &explanation->quote;
    int32_t price = file->product->price;
    size_t winners = 0;
    bool is_over = false;

    *quote = (struct quote){.percent = -1};
    for (int i = 0; i < RULE_LANES; i++) {
        struct lane_explanation *lane = &explanation->lanes[i];
        if (is_over)
            skip_lane(file, (enum rule_lane)i);
        const struct seen *winner = explain_lane(file, (enum rule_lane)i, price, lane);
        lane->is_skipped = is_over;
        if (winner != NULL) {
            note_step(winner, lane, ++winners, quote);
            is_over = winner->is_exclusive;
        }
        quote->steps[i].price_before = lane->price_before;
        quote->steps[i].price_after = price = lane->price_after;
    }
    quote->price = price;
    quote->is_discounted = price < file->product->price;
}

/* ---- The losers ---- */

/* The latest in enum loss first, then by key; of all lanes together, so that the limit keeps the closest losers. */
static int compare_losers(const void *left, const void *right)
{
    const struct seen *a = *(const struct seen *const *)left, *b = *(const struct seen *const *)right;

    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return strcmp(a->key, b->key);
}

static void list_loser(const struct seen *seen, struct lane_explanation *lane)
{
    lane->losers[lane->loser_count++] = (struct loser){
        .key = seen->key,
        .label = seen->label,
        .loss = seen->loss,
        .price = seen->loss >= LOSS_NOT_LOWER ? seen->result : 0,
        .limit = seen->limit,
    };
}

static void list_losers(const struct case_file *file, size_t max, struct arena *arena, struct explanation *explanation)
{
    const struct seen **losers = memory_get(file->seen_count * sizeof(*losers));
    size_t count = 0, lane_counts[RULE_LANES] = {0};

    for (size_t i = 0; i < file->seen_count; i++) {
        const struct seen *seen = &file->seen[i];
        if (seen->loss == LOSS_NONE)
            continue;
        explanation->lanes[seen->lane].counts[seen->loss]++;
        losers[count++] = seen;
    }
    if (count > 0)
        qsort(losers, count, sizeof(*losers), compare_losers);
    count = count < max ? count : max;
    for (size_t i = 0; i < count; i++)
        lane_counts[losers[i]->lane]++;
    for (size_t i = 0; i < RULE_LANES; i++)
        explanation->lanes[i].losers = arena_get(arena, lane_counts[i] * sizeof *explanation->lanes[i].losers);
    for (size_t i = 0; i < count; i++)
        list_loser(losers[i], &explanation->lanes[losers[i]->lane]);
    free(losers);
}

void explain(const struct ruleset *ruleset, int32_t customer_id, const struct product *product, int64_t now,
             size_t max_losers, struct arena *arena, struct explanation *explanation)
{
    struct case_file file = {.ruleset = ruleset, .product = product, .customer_id = customer_id, .now = now};

    *explanation = (struct explanation){0};
    if (customer_id > 0)
        file.groups = ruleset_groups_of(ruleset, arena, customer_id, &file.group_count);
    explanation->groups = file.groups;
    explanation->group_count = file.group_count;
    see_rules(&file);
    explain_lanes(&file, explanation);
    list_losers(&file, max_losers, arena, explanation);
    free(file.seen);
}
