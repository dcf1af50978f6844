/* SPDX-License-Identifier: MIT */
/* The quotes of two rulesets side by side. */
#include "discount/preview/preview.h"

#include <stdlib.h>
#include <string.h>

/* One of the two rulesets. */
struct side {
    const struct ruleset *ruleset;
    const struct listing *listing;
};

struct comparing {
    struct side before, after;
    int64_t now;
    const struct product *products;
    size_t product_count;
    size_t max_prices;
    struct arena *arena;
    struct preview *preview;
};

static const struct shopper *resolve_audience(const struct ruleset *ruleset, struct arena *arena,
                                              const struct preview_audience *audience)
{
    if (audience->group != NULL)
        return shopper_of_group(ruleset, arena, audience->group);
    return shopper_resolve(ruleset, arena, audience->customer_id);
}

static void note_change(struct comparing *comparing, size_t audience, size_t product, const struct quote *before,
                        const struct quote *after)
{
    struct preview *preview = comparing->preview;

    preview->changed++;
    preview->lower += after->price < before->price;
    preview->higher += after->price > before->price;
    if (preview->price_count == comparing->max_prices)
        return;
    preview->prices = arena_grow(comparing->arena, preview->prices, preview->price_count, sizeof *preview->prices);
    preview->prices[preview->price_count++] = (struct preview_price){product, audience, *before, *after};
}

static void compare_audience(struct comparing *comparing, size_t index, const struct preview_audience *audience)
{
    struct preview *preview = comparing->preview;
    struct arena scratch = {0};
    const struct shopper *shopper_before = resolve_audience(comparing->before.ruleset, &scratch, audience);
    const struct shopper *shopper_after = resolve_audience(comparing->after.ruleset, &scratch, audience);
    struct quote before, after;

    size_t count = audience->products != NULL ? audience->product_count : comparing->product_count;
    for (size_t place = 0; place < count; place++) {
        size_t i = audience->products != NULL ? audience->products[place] : place;
        evaluate(comparing->before.listing, i, shopper_before, comparing->now, &before);
        evaluate(comparing->after.listing, i, shopper_after, comparing->now, &after);
        preview->held_before += before.is_held;
        preview->held_after += after.is_held;
        preview->sum_before += before.price;
        preview->sum_after += after.price;
        if (before.price != after.price)
            note_change(comparing, index, i, &before, &after);
    }
    preview->quotes += (int64_t)count;
    arena_release(&scratch);
}

void preview_compare(const struct ruleset *before, const struct ruleset *after, int64_t now,
                     const struct product *products, size_t product_count, const struct preview_audience *audiences,
                     size_t audience_count, size_t max_prices, struct arena *arena, struct preview *preview)
{
    struct comparing comparing = {
        .before = {before, listing_resolve(before, arena, products, product_count)},
        .after = {after, listing_resolve(after, arena, products, product_count)},
        .now = now,
        .products = products,
        .product_count = product_count,
        .max_prices = max_prices,
        .arena = arena,
        .preview = preview,
    };

    *preview = (struct preview){0};
    for (size_t i = 0; i < audience_count; i++)
        compare_audience(&comparing, i, &audiences[i]);
}
