/* SPDX-License-Identifier: MIT */
/*
 * A shelf: a page of products of one revision of the store, each printed to JSON once and kept. An answer is spliced
 * from the kept text and the customer's quotes. A shelf never changes; when the store's revision moves, a new one is
 * made and the old lives on until the last answer that uses it is sent (it counts its users; any thread may take or
 * drop it).
 */
#ifndef CATALOG_CATALOG_SHELF_H
#define CATALOG_CATALOG_SHELF_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"

struct shelf;

/* What a page shows. */
struct shelf_content {
    struct product_list products;
    unsigned fields;             /* which of their fields JSON shows: enum field_bit */
    const char *currency;        /* the shop's code, or "" */
    const char *next, *previous; /* query strings of the pages beside it (query_print_link()); NULL: there is none */
    int64_t total;               /* products of the whole query; -1: not known */
};

/* Prints the products; all of the content is copied. The caller holds one use of the shelf. */
struct shelf *shelf_new(int64_t revision, const struct shelf_content *content);

struct shelf *shelf_take(struct shelf *shelf);
void shelf_drop(struct shelf *shelf); /* NULL is allowed */

int64_t shelf_revision(const struct shelf *shelf);

/* What it was made of, the products in the order of the answers, whole; lives as long as the shelf. */
const struct shelf_content *shelf_content(const struct shelf *shelf);
const struct product_list *shelf_products(const struct shelf *shelf);

/* Bytes of memory that it takes. */
size_t shelf_size(const struct shelf *shelf);

/* Bytes of an answer, not ended by NUL. */
struct shelf_text {
    const char *bytes;
    size_t length;
};

/* The list without discounts: a compact JSON array and one newline. Lives as long as the shelf. */
struct shelf_text shelf_list(const struct shelf *shelf);

/* One product of a page as an object and one newline; the shelf has exactly one. A list's text without its brackets:
 * of any text that this header makes. */
struct shelf_text shelf_text_of_one(struct shelf_text list, struct arena *arena);

/*
 * The list with one "discount_value" per product: {} where the quote is all zero, else its fields that are not zero.
 * `quotes` has one entry per product, in order. Lives in `arena`. A shelf whose fields lack FIELD_DISCOUNT has no
 * discounts to show: its list stays as it is.
 */
struct shelf_text shelf_list_quoted(const struct shelf *shelf, const struct quote *quotes, struct arena *arena);

/* The same, and "applied" behind the fields of each discount_value whose rules are known. `applied` has one entry per
 * product. */
struct shelf_text shelf_list_explained(const struct shelf *shelf, const struct quote *quotes,
                                       const struct applied_rules *applied, struct arena *arena);

#endif
