/* SPDX-License-Identifier: MIT */
/*
 * A shelf: the products of one revision of the store, each printed to JSON once and kept. An answer is spliced from the
 * kept text and the customer's quotes. A shelf never changes; when the store's revision moves, a new one is made and
 * the old lives on until the last answer that uses it is sent (it counts its users; any thread may take or drop it).
 */
#ifndef CATALOG_CATALOG_SHELF_H
#define CATALOG_CATALOG_SHELF_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/product.h"

struct shelf;

/* Prints the products; they and their strings are copied. The caller holds one use of the shelf. */
struct shelf *shelf_new(int64_t revision, const struct product_list *products);

struct shelf *shelf_take(struct shelf *shelf);
void shelf_drop(struct shelf *shelf); /* NULL is allowed */

int64_t shelf_revision(const struct shelf *shelf);

/* The products, in the order of the answers; they live as long as the shelf. */
const struct product_list *shelf_products(const struct shelf *shelf);

/* Bytes of an answer, not ended by NUL. */
struct shelf_text {
    const char *bytes;
    size_t length;
};

/* The list without discounts: a compact JSON array and one newline. Lives as long as the shelf. */
struct shelf_text shelf_list(const struct shelf *shelf);

/*
 * The list with one "discount_value" per product: {} where the quote is all zero, else its fields that are not zero.
 * `quotes` has one entry per product, in order. Lives in `arena`.
 */
struct shelf_text shelf_list_quoted(const struct shelf *shelf, const struct quote *quotes, struct arena *arena);

/* The same, and "applied" behind the fields of each discount_value whose rules are known. `applied` has one entry per
 * product. */
struct shelf_text shelf_list_explained(const struct shelf *shelf, const struct quote *quotes,
                                       const struct applied_rules *applied, struct arena *arena);

#endif
