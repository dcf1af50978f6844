/* SPDX-License-Identifier: MIT */
/* Products of the shop that contradict the rules, in sentences. */
#ifndef DISCOUNT_CTL_CONTRADICTIONS_H
#define DISCOUNT_CTL_CONTRADICTIONS_H

#include "discount/ctl/lists.h"
#include "discount/ctl/options.h"

/* Prints a line for each (Ecommerce__Contradiction), CONTRADICTIONS_SHOWN at the most, and an empty line; nothing when
 * there are none.
 */
#define CONTRADICTIONS_SHOWN 20
void contradictions_print(const Ecommerce__Contradiction *const *contradictions, size_t count,
                          const struct ctl_options *options, struct arena *arena);

#endif
