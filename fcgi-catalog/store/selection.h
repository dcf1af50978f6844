/* SPDX-License-Identifier: MIT */
/*
 * A query made into SQL that touches few rows: which index leads, in which order, and which filters are looked at row
 * by row. Used in this room only.
 *
 *     what leads            rows come by        with                          sorts that it has as it goes
 *     the products          the sort's key      -                             any but rank
 *     a category            id, or price        product_in                    id, price
 *     a tag, a search       id                                                id
 *     a price range         price                                             price
 *
 * A sort that what leads does not have is made by reading all that it leads to ("gathered"): for few. Many are walked
 * in the sort's order, and it does not take long until as many as a page needs were met.
 */
#ifndef CATALOG_STORE_SELECTION_H
#define CATALOG_STORE_SELECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/store/search.h"
#include "fcgi-catalog/store/shapes.h"

/* So many rows of a filter are few. */
#define SELECTION_FEW 2000
/* The same of prices in the order of ids, for which their index has all that is needed. */
#define SELECTION_FEW_PRICES 8000
/* So many products are walked in the order of ids, and their prices looked at, before rows are counted. */
#define SELECTION_TRY 1000

enum leader { LEADER_PRODUCTS, LEADER_CATEGORY, LEADER_TAG, LEADER_PRICES, LEADER_SEARCH };

/* A query on its way. Fill in the first four. */
struct selection {
    sqlite3 *db;
    struct shapes *shapes;
    const struct search *search;
    const struct product_query *query;
    enum sort sort; /* the order that is made here: rank is made of the order of ids */
    bool is_empty;  /* nothing can match: no such category, no word in the text */
    int64_t category;
    int64_t category_count;
    const char *match;     /* for FTS5 */
    const char *beginning; /* the same, when the last word may be the beginning of one */
    bool is_exact;         /* `match` has the last word as it is */
    bool is_tentative;     /* until it turns out that there are enough of those; see selection_widen() */
    enum leader leader;
    bool is_gathered;
    bool is_hopeful; /* see selection_plan(): a try is due, before rows are counted */
};

/* A product's place in an order. */
struct key {
    int64_t number; /* price or time; or rank */
    const char *text;
    int32_t id;
};

struct keys {
    struct key *items;
    size_t count;
};

/* The part of the rows that begin behind a place that a statement reads: an index is found by one key, and in it by
 * the id, so those of the same key come first. */
enum part { PART_ALL, PART_SAME_KEY, PART_BEYOND, PART_TRY };

/* Where rows begin, and in which direction they go. */
struct selection_range {
    const struct key *after; /* NULL: from the beginning (from the end, backwards) */
    bool is_backwards;
    int64_t last_id; /* 0: none; only rows up to this id (in the order of ids) */
    size_t limit;
};

/* Decides how: what leaves few rows leads, which is counted where it is not known. Only whether a walk by ids soon
 * meets products in a price range is tried first. SQLITE_DONE, or SQLite's error. */
MUST_CHECK int selection_plan(struct selection *selection, struct arena *arena);

/* For whoever has read less than STORE_RANKED_MAX + 1 rows of a tentative selection: makes it one of beginnings. False:
 * it was not tentative. */
bool selection_widen(struct selection *selection);

/* The next rows in the range's direction. With `with_ranks` the numbers are ranks. SQLITE_DONE: *keys is filled and
 * lives in `arena`. */
MUST_CHECK int selection_read(struct selection *selection, const struct selection_range *range, bool with_ranks,
                              struct arena *arena, struct keys *keys);

/* How many there are in all. SQLITE_DONE or an error. */
MUST_CHECK int selection_count(struct selection *selection, struct arena *arena, int64_t *count);

/* The SQL that selection_read() uses, for tests. In `arena`. */
const char *selection_print(const struct selection *selection, const struct selection_range *range, enum part part,
                            bool with_ranks, struct arena *arena);

#endif
