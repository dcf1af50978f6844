/* SPDX-License-Identifier: MIT */
/*
 * Products by id and by category, to find the products that a rule is for without looking at each product.
 *
 * The rules must have their products sorted by id and their categories by name, as ruleset_next_rule() gives them.
 */
#ifndef DISCOUNT_PRICING_PRODUCT_INDEX_H
#define DISCOUNT_PRICING_PRODUCT_INDEX_H

#include "common/arena.h"
#include "discount/pricing/evaluate.h"

struct product_index;

/* Lives in the arena; `products` must live as long. Several may have the same id. */
const struct product_index *product_index_new(const struct product *products, size_t count, struct arena *arena);

/* Called with the place of a product in the array; true ends the search. */
typedef bool product_look_f(void *data, size_t product);

/*
 * Calls `look` for every product that the rule includes and does not exclude, whatever its audience, window and minimum
 * are; more than once for a product that is included by several names. Returns whether `look` returned true.
 */
bool product_index_each(const struct product_index *index, const struct rule *rule, product_look_f *look, void *data);

/* Whether some product is in the category. */
bool product_index_has_category(const struct product_index *index, const char *category);

#endif
