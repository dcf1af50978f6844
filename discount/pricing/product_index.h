/* SPDX-License-Identifier: MIT */
/*
 * Products under their ids and categories, so that those that a rule is for are found without asking each.
 *
 * Rules have their products sorted by id and their categories by name here, as ruleset_next_rule() shows them.
 */
#ifndef DISCOUNT_PRICING_PRODUCT_INDEX_H
#define DISCOUNT_PRICING_PRODUCT_INDEX_H

#include "common/arena.h"
#include "discount/pricing/evaluate.h"

struct product_index;

/* Lives in the arena; `products` must live as long. Several may have the same id. */
const struct product_index *product_index_new(const struct product *products, size_t count, struct arena *arena);

/* Is shown the place of a product; true: that is enough. */
typedef bool product_look_f(void *data, size_t product);

/*
 * Shows every product that the rule includes and does not exclude, whatever its audience, window and minimum are; one
 * that it includes by several names more than once. Returns whether one was enough.
 */
bool product_index_each(const struct product_index *index, const struct rule *rule, product_look_f *look, void *data);

/* Whether some product is in the category. */
bool product_index_has_category(const struct product_index *index, const char *category);

#endif
