/* SPDX-License-Identifier: MIT */
/* What the catalog holds: products and customers. Plain data; whoever fills them says where the strings live. */
#ifndef CATALOG_CATALOG_PRODUCT_H
#define CATALOG_CATALOG_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

struct product {
    int32_t id;
    int32_t price_cents; /* the list price, in the currency's minor unit */
    const char *slug;    /* never NULL; "" when there is none; UTF-8 */
    const char *description;
};

struct product_list {
    const struct product *items;
    size_t count;
};

struct customer {
    int32_t id;
    const char *first_name;
    const char *last_name;
};

/* What one customer pays for one product, as Discount says. All zero: no discount applies. */
struct quote {
    float pct;           /* the share taken off: 0.1 is 10 % */
    int32_t value_cents; /* the price to pay */
};

#endif
