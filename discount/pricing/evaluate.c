/* SPDX-License-Identifier: MIT */
/* What a customer pays for a product. This is the work of every quote: it allocates nothing. */
#include "discount/pricing/evaluate.h"

#include <assert.h>
#include <string.h>

#include "discount/pricing/resolve.h"

/* ---- Runs: where rules that may apply are ---- */

struct found_run {
    struct index_run run;
    const struct audience *audience;
    size_t snapshot;
};

/* As many runs as fit. A customer in many groups may have more: they are searched in portions, anew in each lane. */
#define RUNS_ROOM 64
struct runs {
    struct found_run items[RUNS_ROOM];
    size_t count;
    size_t snapshot, audience, target; /* the next to look up; target 0 is all products */
};

struct rule_search {
    const struct ruleset *ruleset;
    const struct shopper *shopper;
    const struct listed *listed;
    int64_t now;
    enum rule_lane lane;
    int32_t price; /* that enters the lane */
    struct runs *runs;
    bool has_gathered; /* all runs fitted: `runs` serves the next lane, too */
};

/* The best rule of a lane so far. */
struct best {
    int64_t result; /* while there is no rule: the price that enters the lane */
    const struct compiled_rule *compiled;
    const struct snapshot *snapshot;
    bool is_capped;
    bool is_held; /* at the product's floor or at zero */
};

static struct index_run find_run(const struct rule_search *search, const struct audience *audience)
{
    const struct runs *runs = search->runs;

    if (runs->target == 0)
        return audience->all;
    uint64_t target = search->listed->targets[runs->snapshot][runs->target - 1];
    return index_find(&search->ruleset->snapshots[runs->snapshot]->index, atom_pair(audience->atom, target));
}

/* Fills `runs` from where it stopped before. True: those were the last. */
static bool gather_runs(const struct rule_search *search)
{
    struct runs *runs = search->runs;
    const struct shopper *shopper = search->shopper;

    runs->count = 0;
    for (; runs->snapshot < SNAPSHOTS; runs->snapshot++, runs->audience = 0) {
        for (; runs->audience < shopper->audience_counts[runs->snapshot]; runs->audience++, runs->target = 0) {
            const struct audience *audience = &shopper->audiences[runs->snapshot][runs->audience];
            for (; runs->target <= search->listed->target_counts[runs->snapshot]; runs->target++) {
                if (runs->count == RUNS_ROOM)
                    return false;
                struct found_run *found = &runs->items[runs->count];
                found->run = find_run(search, audience);
                found->audience = audience;
                found->snapshot = runs->snapshot;
                runs->count += found->run.count > 0;
            }
        }
    }
    return true;
}

/* ---- Whether a rule applies ---- */

static bool has_category(const struct snapshot *snapshot, const uint32_t *categories, size_t count,
                         const struct product *product)
{
    size_t considered =
        product->category_count < EVALUATE_CATEGORIES_MAX ? product->category_count : EVALUATE_CATEGORIES_MAX;

    for (size_t i = 0; i < considered; i++) {
        size_t low = 0, high = count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = strcmp(snapshot_text(snapshot, categories[middle]), product->categories[i]);
            if (order == 0)
                return true;
            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }
    }
    return false;
}

static bool is_excluded(const struct snapshot *snapshot, const struct compiled_rule *compiled,
                        const struct product *product)
{
    size_t products = compiled->excluded_product_count, categories = compiled->excluded_category_count;

    return (products > 0 &&
            find_id(compiled_excluded_products(snapshot, compiled), products, product->id) < products) ||
           (categories > 0 &&
            has_category(snapshot, compiled_excluded_categories(snapshot, compiled), categories, product));
}

/* Whether the rule is for the product; *value becomes the product's price in a price list. */
static bool has_target(const struct snapshot *snapshot, const struct compiled_rule *compiled,
                       const struct product *product, int64_t *value)
{
    if (!compiled_is_for_all(compiled)) {
        size_t count = compiled->product_count;
        size_t place = find_id(compiled_products(snapshot, compiled), count, product->id);
        if (place == count &&
            !has_category(snapshot, compiled_categories(snapshot, compiled), compiled->category_count, product))
            return false;
        if (compiled->is_price_list)
            *value = compiled_prices(snapshot, compiled)[place];
    }
    return !is_excluded(snapshot, compiled, product);
}

static bool has_audience(const struct snapshot *snapshot, const struct compiled_rule *compiled,
                         const struct audience *audience)
{
    if (compiled->audience != audience->kind)
        return false;
    switch (audience->kind) {
    case RULE_CUSTOMER:
        return compiled->customer_id == audience->customer_id;
    case RULE_GROUP:
        return strcmp(snapshot_text(snapshot, compiled->group), audience->group) == 0;
    default:
        return true;
    }
}

static bool is_in_time(const struct compiled_rule *compiled, int64_t now)
{
    return (compiled->starts_at == 0 || now >= compiled->starts_at) &&
           (compiled->ends_at == 0 || now < compiled->ends_at);
}

/* ---- Who wins ---- */

/* Whether a rule wins over the best of the same result. */
static bool comes_before(const struct snapshot *snapshot, const struct compiled_rule *compiled, const struct best *best)
{
    if (best->compiled == NULL)
        return false; /* it would not lower the price */
    if (compiled->priority != best->compiled->priority)
        return compiled->priority > best->compiled->priority;
    if (snapshot == best->snapshot)
        return compiled < best->compiled; /* they lie by key */
    return strcmp(snapshot_text(snapshot, compiled->key), snapshot_text(best->snapshot, best->compiled->key)) < 0;
}

static int64_t hold_price(const struct rule_search *search, int64_t result)
{
    return result < search->listed->least ? search->listed->least : result;
}

/*
 * Makes the rule of an entry the best one if it applies and wins. `bound` is the result by the entry's strength alone;
 * a cap can only raise it. True: further rules of this strength, which come behind by priority or key, cannot win.
 */
static bool try_rule(const struct rule_search *search, const struct found_run *found, struct index_entry entry,
                     int64_t bound, struct best *best)
{
    const struct snapshot *snapshot = search->ruleset->snapshots[found->snapshot];
    const struct compiled_rule *compiled = &snapshot->rules[entry_rule(entry)];

    if (bound == best->result && !comes_before(snapshot, compiled, best))
        return true;
    const struct product *product = search->listed->product;
    int64_t value = compiled->value;
    if (!is_in_time(compiled, search->now) || product->price < compiled->minimum ||
        ruleset_hides(search->ruleset, found->snapshot, entry_rule(entry)) ||
        !has_audience(snapshot, compiled, found->audience) || !has_target(snapshot, compiled, product, &value))
        return false;
    enum price_rounding rounding = search->ruleset->rounding;
    int64_t result = price_by_rule((enum rule_kind)compiled->kind, value, compiled->cap, search->price, rounding);
    bool is_capped = result != price_by_rule((enum rule_kind)compiled->kind, value, 0, search->price, rounding);
    bool is_held = result < search->listed->least;
    result = hold_price(search, result);
    if (result < best->result || (result == best->result && comes_before(snapshot, compiled, best)))
        *best = (struct best){result, compiled, snapshot, is_capped, is_held};
    return !is_capped && value == entry.strength;
}

/* Tries the rules of one lane and kind, the strongest first, while they can win. Returns where these end in the run. */
static size_t search_group(const struct rule_search *search, const struct found_run *found, size_t from,
                           struct best *best)
{
    const struct index_run *run = &found->run;
    uint32_t group = entry_group(run->entries[from]);
    enum rule_kind kind = entry_kind(run->entries[from]);
    bool is_settled = false; /* no other rule of the strength of the last one can win */

    for (size_t i = from; i < run->count; i++) {
        struct index_entry entry = run->entries[i];
        if (entry_group(entry) != group)
            return i;
        if (is_settled && entry.strength == run->entries[i - 1].strength)
            continue;
        int64_t bound = price_by_rule(kind, entry.strength, 0, search->price, search->ruleset->rounding);
        bound = hold_price(search, bound);
        if (bound >= search->price || bound > best->result)
            return index_run_skip(run, i);
        is_settled = try_rule(search, found, entry, bound, best);
    }
    return run->count;
}

static void search_run(const struct rule_search *search, const struct found_run *found, struct best *best)
{
    const struct index_run *run = &found->run;

    for (size_t i = 0; i < run->count;) {
        enum rule_lane lane = entry_lane(run->entries[i]);
        if (lane > search->lane)
            return;
        i = lane == search->lane ? search_group(search, found, i, best) : index_run_skip(run, i);
    }
}

static void search_runs(const struct rule_search *search, struct best *best)
{
    for (size_t i = 0; i < search->runs->count; i++)
        search_run(search, &search->runs->items[i], best);
}

static struct best search_lane(struct rule_search *search)
{
    struct best best = {.result = search->price};

    if (search->has_gathered) {
        search_runs(search, &best);
        return best;
    }
    search->runs->snapshot = search->runs->audience = search->runs->target = 0;
    search->has_gathered = gather_runs(search);
    search_runs(search, &best);
    for (bool is_last = search->has_gathered; !is_last;) {
        is_last = gather_runs(search);
        search_runs(search, &best);
    }
    return best;
}

/* ---- What the winner makes of the price ---- */

static void take_step(struct rule_search *search, const struct best *best, struct quote *quote)
{
    struct quote_step *step = &quote->steps[search->lane];
    bool is_first = search->lane == RULE_LANE_CONTRACT || quote->steps[RULE_LANE_CONTRACT].key == NULL;

    step->key = snapshot_text(best->snapshot, best->compiled->key);
    step->label = snapshot_text(best->snapshot, best->compiled->label);
    step->price_after = (int32_t)best->result;
    step->is_held = best->is_held;
    quote->is_held |= step->is_held;
    quote->percent = -1;
    if (is_first && best->compiled->kind == RULE_PERCENT && !best->is_capped && !step->is_held)
        quote->percent = best->compiled->value;
    search->price = step->price_after;
}

void evaluate(const struct listing *listing, size_t index, const struct shopper *shopper, int64_t now,
              struct quote *quote)
{
    struct runs runs; /* not initialized: that would cost more than a quote */
    struct rule_search search = {
        .runs = &runs,
        .ruleset = listing->ruleset,
        .shopper = shopper,
        .listed = &listing->products[index],
        .now = now,
        .price = listing->products[index].product->price,
    };
    int32_t list_price = search.price;
    bool is_over = false;

    assert(index < listing->count && listing->ruleset == shopper->ruleset);
    *quote = (struct quote){.percent = -1};
    for (int lane = 0; lane < RULE_LANES; lane++) {
        search.lane = (enum rule_lane)lane;
        quote->steps[lane].price_before = quote->steps[lane].price_after = search.price;
        if (is_over || search.price <= search.listed->least)
            continue;
        struct best best = search_lane(&search);
        if (best.compiled == NULL)
            continue;
        take_step(&search, &best, quote);
        is_over = best.compiled->is_exclusive;
    }
    quote->price = search.price;
    quote->is_discounted = quote->price < list_price;
}
