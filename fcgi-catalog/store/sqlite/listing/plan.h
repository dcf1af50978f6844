/* SPDX-License-Identifier: MIT */
/*
 * The plan of a query: what leads, in which order, and how the filters are looked at. Used in this room only.
 *
 *     what leads          rows come by        with                          sorts that it has as it goes
 *     the products        the sort's key      -                             any but rank
 *     a category          id, or price        product_in                    id, price
 *     a tag, a search     id                                                id, rank
 *     the intersection    id                  id sets, see id_set.h         id; any other when it is small
 *
 * In this order:
 *
 *     1. What is asked for is nothing but what leads: rows are read along its index.
 *     2. A filter that leaves few products is read into an id set. The intersection of the sets is looked up product by
 *        product, asked for the filters that have no set, and sorted.
 *     3. Else the index of the sort's order is walked for a short while, and each product is asked: most pages are full
 *        by then.
 *     4. When this one is not, the filters seldom have products in common: all of them are read into id sets, which
 *        takes some 40 ns for each product once, as the query cache keeps them. Products are read along the index of
 *        the sort's order, but for those that are not in the intersection.
 *
 * A search is never asked about one product after the other: FTS5 would go on to the next one that has all words,
 * however far away it is. It leads, or its matches are an id set; but for a single word and a few products.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_PLAN_H
#define CATALOG_STORE_SQLITE_LISTING_PLAN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/store/sqlite/listing/meter.h"
#include "fcgi-catalog/store/sqlite/listing/query_cache.h"
#include "fcgi-catalog/store/sqlite/search.h"
#include "fcgi-catalog/store/sqlite/statement_cache.h"

/* So many products that a filter leaves are few: they are worth looking up one by one. */
#define PLAN_FEW 2000

/* In the order in which they are read when all are. */
enum filter { FILTER_CATEGORY, FILTER_TAG, FILTER_TEXT, FILTER_PRICES, FILTER_COUNT };

enum leader { LEADER_PRODUCTS, LEADER_CATEGORY, LEADER_TAG, LEADER_SEARCH, LEADER_INTERSECTION };

/* For one query. Fill in the first six. */
struct plan {
    sqlite3 *db;
    struct meter *meter; /* begun for this query */
    struct cache *statements;
    struct query_cache *cache; /* begun for this query */
    const struct tokenizer *tokenizer;
    const struct product_query *query;
    enum sort sort; /* the order that is made here: rank is made of the order of ids */
    bool is_empty;  /* nothing can match: no such category, no word in the text */
    int64_t category;
    int64_t category_count;
    struct search_words words;
    const char *match;                       /* for FTS5: the words as they are, or with a beginning */
    bool is_exact;                           /* they are as they are */
    const struct id_set *sets[FILTER_COUNT]; /* what a filter leaves, where that is known; NULL: it is not */
    const struct id_set *intersection;       /* of all of those; NULL: there are none */
    const char *intersection_key;            /* in the query cache */
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

/* Where rows begin, and in which direction they go. */
struct range {
    const struct key *after; /* NULL: from the beginning (from the end, backwards) */
    bool is_backwards;
    int64_t last_id; /* 0: none; only rows up to this id (in the order of ids) */
    size_t limit;
};

/* Results: SQLITE_DONE, or SQLite's error. */

/* Finds the category and decides what the words mean. */
MUST_CHECK int plan_begin(struct plan *plan, struct arena *arena);

/* The next rows in the range's direction: *keys is filled and lives in `arena`. With `with_ranks` the numbers are
 * ranks. */
MUST_CHECK int plan_read(struct plan *plan, const struct range *range, bool with_ranks, struct arena *arena,
                         struct keys *keys);

/* How many there are in all. */
MUST_CHECK int plan_count(struct plan *plan, struct arena *arena, int64_t *count);

/* ---- For plan_sql.c, and tests ---- */

/* What is done to have a filter's id set: nothing is read; it is read when it leaves few; it is read in any case. */
enum effort { EFFORT_RECALL, EFFORT_FEW, EFFORT_ALL };

/* Has the filter's id set if it is asked for, and is kept or comes of that effort. */
MUST_CHECK int plan_find_set(struct plan *plan, enum filter filter, enum effort effort, struct arena *arena);

/* What has the query's order as it goes, without looking at more than it must. */
enum leader plan_choose_leader(const struct plan *plan);

bool plan_asks_for(const struct plan *plan, enum filter filter);

/* Whether nothing but rows that the filter leaves comes from a leader. */
bool plan_is_led(const struct plan *plan, enum filter filter, enum leader leader);

/* Whether it is asked for, the leader does not go through it as it goes, and it has no id set. */
bool plan_is_open(const struct plan *plan, enum filter filter, enum leader leader);

#endif
