/* SPDX-License-Identifier: MIT */
/* An explanation in sentences. Not while a connection is open: see connection.h. */
#ifndef DISCOUNT_CTL_EXPLAIN_TEXT_H
#define DISCOUNT_CTL_EXPLAIN_TEXT_H

#include "discount/ctl/lists.h"
#include "discount/ctl/options.h"

struct explain_asked {
    int32_t customer_id;
    int32_t product_id;
    const char *slug; /* NULL: not known */
    int64_t told_at;  /* when the Catalog told the price, seconds since 1970; 0: it did not */
    const char *zone; /* to show the instant in, too; "": only in UTC */
};

/* `rules`: those of the losers that are known whole (Ecommerce__Rule), for their time zones. */
void explain_text_print(const Ecommerce__ExplainResponse *answer, const struct explain_asked *asked,
                        const struct message_list *rules, const struct ctl_options *options, struct arena *arena);

#endif
