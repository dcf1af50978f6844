/* SPDX-License-Identifier: MIT */
/* Resolving products for a ruleset: which of their targets, themselves and their categories, there are rules for. */
#include "discount/pricing/resolve.h"

static size_t count_categories(const struct product *product)
{
    return product->category_count < EVALUATE_CATEGORIES_MAX ? product->category_count : EVALUATE_CATEGORIES_MAX;
}

/* Writes the targets of a product that a snapshot has rules for. Returns how many. */
static size_t find_targets(const struct snapshot *snapshot, const struct product *product, uint64_t *targets)
{
    const struct index *index = &snapshot->index;
    size_t count = 0;

    if (index->mark_mask == 0)
        return 0;
    targets[count] = atom_of_product(product->id);
    count += index_may_have(index, targets[count]);
    for (size_t i = 0; i < count_categories(product); i++) {
        targets[count] = atom_of_category(product->categories[i]);
        count += index_may_have(index, targets[count]);
    }
    return count;
}

const struct listing *listing_resolve(const struct ruleset *ruleset, struct arena *arena,
                                      const struct product *products, size_t count)
{
    struct listing *listing = arena_get(arena, sizeof *listing + count * sizeof listing->products[0]);
    size_t room = 0;

    listing->ruleset = ruleset;
    listing->count = count;
    for (size_t i = 0; i < count; i++)
        room += 1 + count_categories(&products[i]);
    uint64_t *targets = arena_get(arena, room * SNAPSHOTS * sizeof *targets);
    for (size_t i = 0; i < count; i++) {
        struct listed *listed = &listing->products[i];
        *listed = (struct listed){.product = &products[i], .least = ruleset_floor(ruleset, products[i].id)};
        for (size_t j = 0; j < SNAPSHOTS && ruleset->snapshots[j] != NULL; j++) {
            listed->targets[j] = targets;
            listed->target_counts[j] = find_targets(ruleset->snapshots[j], &products[i], targets);
            targets += listed->target_counts[j];
        }
    }
    return listing;
}
