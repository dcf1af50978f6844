/* SPDX-License-Identifier: MIT */
/*
 * What a caller wants to see of the products: query parameters, read and checked in one place. Pure.
 *
 *     limit=1..250 (100)   after=CURSOR or before=CURSOR   category=SLUG   tag=TAG   q=TEXT   min_price=N   max_price=N
 *     sort=id|name|price|-price|-updated   fields=NAME,…   count=1   explain=1   for=spreadsheet
 *
 * Prices are list prices in the minor unit, both ends included. Without `sort` a search (q) is in the order of its
 * rank, everything else by id. `fields` may come again, and be named fields[]: as generated clients write lists.
 * Unknown parameters, any other parameter given twice, and wrong values are refused, by name, with what is allowed. A
 * filter (category, tag, q, min_price, max_price) with an empty value is no filter: forms send those. Tracking
 * parameters, which others append to links (query_is_click()), are refused as well, but can be told apart.
 */
#ifndef CATALOG_CATALOG_QUERY_H
#define CATALOG_CATALOG_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/field.h"

#define QUERY_LIMIT_MAX 250
#define QUERY_LIMIT_DEFAULT 100
#define QUERY_TEXT_MAX 400 /* bytes of q */
#define QUERY_WORDS_MAX 8  /* of q: each more costs as much again in a large shop */
/* Bytes of a whole query string that are worth reading; the edge answers 414 to more. */
#define QUERY_STRING_MAX 4096

enum sort { SORT_ID, SORT_NAME, SORT_PRICE, SORT_PRICE_DOWN, SORT_UPDATED_DOWN, SORT_RANK };

struct product_query {
    int limit;
    enum sort sort;
    bool is_category_of_path; /* the address names the category, not a parameter */
    const char *category;     /* with those below it; NULL: any */
    const char *tag;          /* NULL: any; NFC, see field_tidy() */
    const char *text;         /* q, NFC, see field_tidy(); NULL: none */
    int64_t min_price;        /* -1: none */
    int64_t max_price;
    unsigned fields; /* enum field_bit */
    bool wants_count;
    bool wants_explanation;
    bool is_for_spreadsheet;
    int32_t variant; /* the id of the one that is chosen; 0: none is */
    struct position position;
};

/* Every product, by id, from the beginning: what an empty query string asks for. */
struct product_query query_default(void);

/* Which parameters an address knows, as bits. */
enum query_bit {
    QUERY_LIMIT = 1 << 0,
    QUERY_AFTER = 1 << 1,
    QUERY_BEFORE = 1 << 2,
    QUERY_CATEGORY = 1 << 3,
    QUERY_TAG = 1 << 4,
    QUERY_TEXT = 1 << 5,
    QUERY_MIN_PRICE = 1 << 6,
    QUERY_MAX_PRICE = 1 << 7,
    QUERY_SORT = 1 << 8,
    QUERY_FIELDS = 1 << 9,
    QUERY_COUNT = 1 << 10,
    QUERY_EXPLAIN = 1 << 11,
    QUERY_FOR = 1 << 12,
    QUERY_VARIANT = 1 << 13,
    QUERY_NOTHING = 0,
    QUERY_OF_LIST = (1 << 12) - 1,
    QUERY_OF_CATEGORY = QUERY_OF_LIST & ~QUERY_CATEGORY, /* a list whose address names the category */
    QUERY_OF_PRODUCT = QUERY_FIELDS | QUERY_EXPLAIN | QUERY_VARIANT,
};

/* What was wrong. UTF-8, each on one line. */
struct query_fault {
    const char *parameter; /* its name; "" when it has none that could be shown */
    const char *detail;    /* a sentence that says what is wrong and what is allowed */
    const char *allowed;   /* what is allowed alone, as "1 to 250" */
    /* Only filters are wrong, alone or together: *query can be used to show the form again, with the wrong values as
     * far as they can be shown (a text, prices the wrong way round). */
    bool is_of_filter;
    /* Only tracking parameters are wrong: the query string without them, "" when nothing else is in it. Else NULL. */
    const char *without_clicks;
};

/* What an address and its shop say about the queries that it gets. */
struct query_frame {
    unsigned parameters;                /* those it knows: enum query_bit */
    const char *category;               /* the one that the address names, or NULL */
    const struct cursor_secret *secret; /* needed with QUERY_AFTER and QUERY_BEFORE */
};

/*
 * Reads a query string (application/x-www-form-urlencoded: %41 and '+'; a '%' without two hexadecimal digits stands for
 * itself). True: *query is filled. False: *fault is, and says whether *query can be used. Their texts live in `arena`;
 * the frame's category is borrowed.
 */
MUST_CHECK bool query_parse(const char *query_string, const struct query_frame *frame, struct arena *arena,
                            struct product_query *query, struct query_fault *fault);

/* Whether this is a tracking parameter, which ad networks, mail tools and social networks append to links by
 * themselves: utm_source, fbclid and so on. */
bool query_is_click(const char *name, size_t length);

/*
 * The query as text in one form: parameters in a fixed order, default values left out, percent-encoded. Equal queries
 * give equal texts. All in `arena`.
 */

/* Which products, and in which order: filters and sort. A cursor is bound to the scope; limit and fields may change
 * from page to page. */
const char *query_print_scope(const struct product_query *query, struct arena *arena);

/* The whole query, with the category of the path and the position: the key of caches and ETags. Not for links. */
const char *query_print_key(const struct product_query *query, struct arena *arena);

/*
 * A query string for a link: the same parameters (without a category of the path), at `position`; a position that is
 * not set is the first page. "" when every parameter has its default.
 */
const char *query_print_link(const struct product_query *query, const struct position *position,
                             const struct cursor_secret *secret, struct arena *arena);

#endif
