/* SPDX-License-Identifier: MIT */
/* The answers of several Preview calls as one, and as a table. */
#ifndef DISCOUNT_CTL_PREVIEW_PRINT_H
#define DISCOUNT_CTL_PREVIEW_PRINT_H

#include "discount/ctl/lists.h"

/* All zero: nothing was answered. */
struct preview_totals {
    int64_t revision;
    int64_t quotes, changed, lower, higher, floors_before, floors_after, sum_before, sum_after;
    struct message_list prices;               /* Ecommerce__ChangedPrice */
    struct message_list contradictions;       /* Ecommerce__Contradiction */
    const Ecommerce__PreviewResponse *faulty; /* an answer that has faults and nothing else */
};

/* Adds an answer; at most `limit` prices are kept. */
void preview_totals_add(struct preview_totals *totals, const Ecommerce__PreviewResponse *answer, size_t limit,
                        struct arena *arena);

void preview_totals_print(const struct preview_totals *totals, const struct ctl_options *options, struct arena *arena);

#endif
