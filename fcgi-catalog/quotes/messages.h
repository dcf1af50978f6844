/* SPDX-License-Identifier: MIT */
/* Asks as messages of the contract (proto/ecommerce.proto), and answers as quotes. Pure. */
#ifndef CATALOG_QUOTES_MESSAGES_H
#define CATALOG_QUOTES_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/quotes/quotes.h"
#include "proto/ecommerce.pb-c.h"

/* The most bytes that an ask adds to a message and to its answer together. Its products are not counted if they are
 * `before`, the list of the ask before it. */
MUST_CHECK size_t messages_ask_bytes(const struct quote_ask *ask, const struct product_list *before);

/* One message for many asks; NULL entries are left out. It lives in `arena` and borrows the asks' strings. */
void messages_ask_all(Ecommerce__ApplyDiscountsRequest *request, struct quote_ask *const *asks, size_t count,
                      struct arena *arena);

/* The message for one product of one ask, with all that is known of it. Fills caller's storage; borrows the ask's
 * strings. */
struct messages_single {
    Ecommerce__DiscountRequest request;
    Ecommerce__Customer customer;
    Ecommerce__Product product;
};
void messages_ask_single(struct messages_single *single, const struct quote_ask *ask, size_t product);

/*
 * Puts an answer's quotes into the ask's, and which rules made them, if it wants to know. False: the answer cannot be
 * used, and *wrong (a constant) says why: refused by the service, another number of quotes than products, or a quote
 * that no rule can give (a price below zero or above the list price, a share that is no number, a rule that raised the
 * price). A service that does not know why says nothing of rules.
 */
MUST_CHECK bool messages_read_answer(const Ecommerce__DiscountAnswer *answer, struct quote_ask *ask,
                                     const char **wrong);

/* The same for the answer about one product. A value that is absent counts as empty. */
MUST_CHECK bool messages_read_single(const Ecommerce__DiscountResponse *response, struct quote_ask *ask, size_t product,
                                     const char **wrong);

#endif
