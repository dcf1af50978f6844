/* SPDX-License-Identifier: MIT */
/* Products of the shop that are others to the rules, in sentences. */
#ifndef DISCOUNT_CTL_CONTRADICTIONS_H
#define DISCOUNT_CTL_CONTRADICTIONS_H

#include "discount/ctl/lists.h"
#include "discount/ctl/options.h"

/* A line for each (Ecommerce__Contradiction), CONTRADICTIONS_SHOWN at the most, an empty one behind them; none:
 * nothing.
 */
#define CONTRADICTIONS_SHOWN 20
void contradictions_print(const Ecommerce__Contradiction *const *contradictions, size_t count,
                          const struct ctl_options *options, struct arena *arena);

#endif
