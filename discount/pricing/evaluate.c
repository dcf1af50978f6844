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
    size_t layer;
};

/* As many runs as fit. One who is in many groups has more: they are gone through in portions, in each lane again. */
#define RUNS_ROOM 64
struct runs {
    struct found_run items[RUNS_ROOM];
    size_t count;
    size_t layer, audience, target; /* the next to look up; target 0 is all products */
};

struct search {
    const struct ruleset *ruleset;
    const struct shopper *shopper;
    const struct listed *listed;
    int64_t now;
    enum rule_lane lane;
    int32_t price; /* that enters the lane */
    struct runs *runs;
    bool has_gathered; /* all runs fitted in the lane before: they are there */
};

/* The best rule of a lane so far. */
struct best {
    int64_t result; /* the price that enters, while there is none */
    const struct record *record;
    const struct layer *layer;
    bool is_capped;
    bool is_held; /* at the product's floor or at zero */
};

static struct index_run find_run(const struct search *search, const struct audience *audience)
{
    const struct runs *runs = search->runs;

    if (runs->target == 0)
        return audience->all;
    uint64_t target = search->listed->targets[runs->layer][runs->target - 1];
    return index_find(&search->ruleset->layers[runs->layer]->index, atom_pair(audience->atom, target));
}

/* Fills `runs` from where it stopped before. True: those were the last. */
static bool gather_runs(const struct search *search)
{
    struct runs *runs = search->runs;
    const struct shopper *shopper = search->shopper;

    runs->count = 0;
    for (; runs->layer < LAYERS; runs->layer++, runs->audience = 0) {
        for (; runs->audience < shopper->audience_counts[runs->layer]; runs->audience++, runs->target = 0) {
            const struct audience *audience = &shopper->audiences[runs->layer][runs->audience];
            for (; runs->target <= search->listed->target_counts[runs->layer]; runs->target++) {
                if (runs->count == RUNS_ROOM)
                    return false;
                struct found_run *found = &runs->items[runs->count];
                found->run = find_run(search, audience);
                found->audience = audience;
                found->layer = runs->layer;
                runs->count += found->run.count > 0;
            }
        }
    }
    return true;
}

/* ---- Whether a rule applies ---- */

static bool has_category(const struct layer *layer, const uint32_t *categories, size_t count,
                         const struct product *product)
{
    size_t considered =
        product->category_count < EVALUATE_CATEGORIES_MAX ? product->category_count : EVALUATE_CATEGORIES_MAX;

    for (size_t i = 0; i < considered; i++) {
        size_t low = 0, high = count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = strcmp(layer_text(layer, categories[middle]), product->categories[i]);
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

static bool is_excluded(const struct layer *layer, const struct record *record, const struct product *product)
{
    size_t products = record->excluded_product_count, categories = record->excluded_category_count;

    return (products > 0 && find_id(record_excluded_products(layer, record), products, product->id) < products) ||
           (categories > 0 && has_category(layer, record_excluded_categories(layer, record), categories, product));
}

/* Whether the rule is for the product, and its price where it is a price list. */
static bool has_target(const struct layer *layer, const struct record *record, const struct product *product,
                       int64_t *value)
{
    if (!record_is_for_all(record)) {
        size_t count = record->product_count;
        size_t place = find_id(record_products(layer, record), count, product->id);
        if (place == count && !has_category(layer, record_categories(layer, record), record->category_count, product))
            return false;
        if (record->is_price_list)
            *value = record_prices(layer, record)[place];
    }
    return !is_excluded(layer, record, product);
}

static bool has_audience(const struct layer *layer, const struct record *record, const struct audience *audience)
{
    if (record->audience != audience->kind)
        return false;
    switch (audience->kind) {
    case RULE_CUSTOMER:
        return record->customer_id == audience->customer_id;
    case RULE_GROUP:
        return strcmp(layer_text(layer, record->group), audience->group) == 0;
    default:
        return true;
    }
}

static bool is_in_time(const struct record *record, int64_t now)
{
    return (record->starts_at == 0 || now >= record->starts_at) && (record->ends_at == 0 || now < record->ends_at);
}

/* ---- Who wins ---- */

/* Whether a rule wins over the best of the same result. */
static bool comes_before(const struct layer *layer, const struct record *record, const struct best *best)
{
    if (best->record == NULL)
        return false; /* it would not lower the price */
    if (record->priority != best->record->priority)
        return record->priority > best->record->priority;
    if (layer == best->layer)
        return record < best->record; /* they lie by key */
    return strcmp(layer_text(layer, record->key), layer_text(best->layer, best->record->key)) < 0;
}

static int64_t hold_price(const struct search *search, int64_t result)
{
    return result < search->listed->least ? search->listed->least : result;
}

/*
 * Makes the rule of an entry the best one if it is. `bound` is what the entry promises; a cap can only make it worse.
 * True: further rules of the same strength, which come behind it by priority or key, cannot win.
 */
static bool try_rule(const struct search *search, const struct found_run *found, struct index_entry entry,
                     int64_t bound, struct best *best)
{
    const struct layer *layer = search->ruleset->layers[found->layer];
    const struct record *record = &layer->records[entry_rule(entry)];

    if (bound == best->result && !comes_before(layer, record, best))
        return true;
    const struct product *product = search->listed->product;
    int64_t value = record->value;
    if (!is_in_time(record, search->now) || product->price < record->minimum ||
        ruleset_hides(search->ruleset, found->layer, entry_rule(entry)) ||
        !has_audience(layer, record, found->audience) || !has_target(layer, record, product, &value))
        return false;
    enum price_rounding rounding = search->ruleset->rounding;
    int64_t result = price_by_rule((enum rule_kind)record->kind, value, record->cap, search->price, rounding);
    bool is_capped = result != price_by_rule((enum rule_kind)record->kind, value, 0, search->price, rounding);
    bool is_held = result < search->listed->least;
    result = hold_price(search, result);
    if (result < best->result || (result == best->result && comes_before(layer, record, best)))
        *best = (struct best){result, record, layer, is_capped, is_held};
    return !is_capped && value == entry.strength;
}

/* Tries the rules of one lane and kind, the strongest first, while they can win. Returns where the next begin. */
static size_t search_group(const struct search *search, const struct found_run *found, size_t from, struct best *best)
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

static void search_run(const struct search *search, const struct found_run *found, struct best *best)
{
    const struct index_run *run = &found->run;

    for (size_t i = 0; i < run->count;) {
        enum rule_lane lane = entry_lane(run->entries[i]);
        if (lane > search->lane)
            return;
        i = lane == search->lane ? search_group(search, found, i, best) : index_run_skip(run, i);
    }
}

static void search_runs(const struct search *search, struct best *best)
{
    for (size_t i = 0; i < search->runs->count; i++)
        search_run(search, &search->runs->items[i], best);
}

static struct best search_lane(struct search *search)
{
    struct best best = {.result = search->price};

    if (search->has_gathered) {
        search_runs(search, &best);
        return best;
    }
    search->runs->layer = search->runs->audience = search->runs->target = 0;
    search->has_gathered = gather_runs(search);
    search_runs(search, &best);
    for (bool is_last = search->has_gathered; !is_last;) {
        is_last = gather_runs(search);
        search_runs(search, &best);
    }
    return best;
}

/* ---- What the winner makes of the price ---- */

static void take_step(struct search *search, const struct best *best, struct quote *quote)
{
    struct quote_step *step = &quote->steps[search->lane];
    bool is_first = search->lane == RULE_LANE_CONTRACT || quote->steps[RULE_LANE_CONTRACT].key == NULL;

    step->key = layer_text(best->layer, best->record->key);
    step->label = layer_text(best->layer, best->record->label);
    step->price_after = (int32_t)best->result;
    step->is_held = best->is_held;
    quote->is_held |= step->is_held;
    quote->percent = -1;
    if (is_first && best->record->kind == RULE_PERCENT && !best->is_capped && !step->is_held)
        quote->percent = best->record->value;
    search->price = step->price_after;
}

void evaluate(const struct listing *listing, size_t index, const struct shopper *shopper, int64_t now,
              struct quote *quote)
{
    struct runs runs; /* as it is: setting all of it would cost more than a quote */
    struct search search = {
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
        if (best.record == NULL)
            continue;
        take_step(&search, &best, quote);
        is_over = best.record->is_exclusive;
    }
    quote->price = search.price;
    quote->is_discounted = quote->price < list_price;
}
