/* SPDX-License-Identifier: MIT */
/*
 * A rendered page: a page of products of one revision of the store, each printed to JSON once and kept. An answer is
 * spliced from the kept text and the customer's quotes. A page never changes; when the store's revision moves, a new
 * one is made and the old lives on until the last answer that uses it is sent (it counts its users; any thread may take
 * or drop it).
 */
#ifndef CATALOG_CATALOG_RENDERED_PAGE_H
#define CATALOG_CATALOG_RENDERED_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"

struct rendered_page;

/* What a page shows. */
struct page_content {
    struct product_list products;
    unsigned fields;             /* which of their fields JSON shows: enum field_bit */
    const char *currency;        /* the shop's code, or "" */
    const char *next, *previous; /* query strings of the pages beside it (query_print_link()); NULL: there is none */
    int64_t total;               /* products of the whole query; -1: not known */
    size_t tagged;               /* of the first page: so many, before those, have the tag that its owner chose */
    size_t pictured;             /* so many of the products, the last ones, are shown without prices */
    bool has_variants;           /* the first product is at its own address: JSON shows its variants, with prices */
    bool is_partial;             /* further products could not be read: not tagged */
    bool is_limited;             /* … because that takes too long: kept for a short time; else not at all */
    const char *searched;        /* the text that was looked for in place of the query's; NULL: the query's */
};

/* Prints the products; all of the content is copied, but for variants that are not shown. The caller holds one use of
 * the page. */
struct rendered_page *rendered_page_new(int64_t revision, const struct page_content *content);

struct rendered_page *rendered_page_take(struct rendered_page *rendered);
void rendered_page_drop(struct rendered_page *rendered); /* NULL is allowed */

int64_t rendered_page_revision(const struct rendered_page *rendered);

/* From 1 up; no two pages of a process have the same number. */
uint64_t rendered_page_number(const struct rendered_page *rendered);

/* The content that the page was made of, the products whole and in the order of the answers; lives as long as the
 * page. */
const struct page_content *rendered_page_content(const struct rendered_page *rendered);
const struct product_list *rendered_page_products(const struct rendered_page *rendered);

/* What is asked for prices: the products but those that are only pictured, then, where variants have prices, the first
 * product at each price of a variant that is not its own. */
const struct product_list *rendered_page_asked(const struct rendered_page *rendered);

/* The place, among what is asked, of the price of a variant of the first product. */
size_t rendered_page_variant_place(const struct rendered_page *rendered, size_t variant);

/* Bytes of memory that it takes. */
size_t rendered_page_size(const struct rendered_page *rendered);

/* The list without discounts: a compact JSON array and one newline. Lives as long as the page. */
struct text rendered_page_list(const struct rendered_page *rendered);

/* The one product of a page as an object and one newline: `list`, any text that this header makes of a page of exactly
 * one product, without its brackets. */
struct text rendered_page_text_of_one(struct text list, struct arena *arena);

/*
 * The list with one "discount_value" per product, and per variant: {} where the quote is all zero, else its fields that
 * are not zero, and behind them "applied", when the rules are known. `quotes` and `applied` are those of
 * rendered_page_asked(); without quotes (NULL), or fields that have no FIELD_DISCOUNT, it is the list, and `applied`
 * may be NULL. Lives in `arena`, or as long as the page.
 */
struct text rendered_page_print(const struct rendered_page *rendered, const struct quote *quotes,
                                const struct applied_rules *applied, struct arena *arena);

#endif
