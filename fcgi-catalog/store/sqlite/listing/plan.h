/* SPDX-License-Identifier: MIT */
/*
 * The plan of a query: what leads, in which order, and how the filters are applied. Used in this room only.
 *
 *     what leads          rows come by        with                          sorts that it has as it goes
 *     the products        the sort's key      -                             any but rank
 *     a category          id, or price        product_in                    id, price
 *     a tag, a search     id                                                id, rank
 *     the intersection    id                  id sets, see id_set.h         id; any other when it is small
 *
 * In this order:
 *
 *     1. The leader covers all filters: rows are read along its index.
 *     2. A filter that few products pass is read into an id set. The products of the sets' intersection are looked up
 *        one by one, checked against the filters that have no set, and sorted.
 *     3. Else the index of the sort's order is walked for a short while, and each product is checked against the
 *        filters: most pages are full by then.
 *     4. When the page is not full, few products pass all filters: each filter is read into an id set, which takes
 *        some 40 ns for each product, once, as the query cache keeps the sets. Then the index of the sort's order is
 *        walked again, over the products of the intersection only.
 *
 * A search does not check products one by one: FTS5 would go on to the next product that has all words, however far
 * away it is. It leads, or its matches are an id set. The exception is a single word and a few products.
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

/* A filter that at most so many products pass leaves few: they are worth looking up one by one. */
#define PLAN_FEW 2000

/* In the order in which they are read into id sets. */
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
    enum sort sort; /* the order of the plan; SORT_ID for a search by rank, which ranking.c sorts */
    bool is_empty;  /* nothing can match: no such category, no word in the text */
    int64_t category;
    int64_t category_count;
    struct search_words words;
    const char *match;                       /* for FTS5: the words as they are, or with a beginning */
    bool is_exact;                           /* `match` has the words as they are */
    const struct id_set *sets[FILTER_COUNT]; /* the products that pass a filter; NULL: not known */
    const struct id_set *intersection;       /* of all sets that are known; NULL: none is */
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

/* How many products the query has in all. */
MUST_CHECK int plan_count(struct plan *plan, struct arena *arena, int64_t *count);

/* ---- For plan_sql.c, and tests ---- */

/* How a filter's id set is got: from the query cache only; read if it is small; read whatever its size. */
enum effort { EFFORT_RECALL, EFFORT_FEW, EFFORT_ALL };

/* If the query has the filter, and its id set is in the query cache or that effort gives it, sets plan->sets[filter]
 * and makes the intersection with it. */
MUST_CHECK int plan_find_set(struct plan *plan, enum filter filter, enum effort effort, struct arena *arena);

/* The leader whose rows come in the query's order: a filter of the query if one has that order, else the products. */
enum leader plan_choose_leader(const struct plan *plan);

bool plan_asks_for(const struct plan *plan, enum filter filter);

/* Whether the leader covers the filter: all of its rows pass it. */
bool plan_is_led(const struct plan *plan, enum filter filter, enum leader leader);

/* Whether rows must be checked against the filter: the query has it, the leader does not cover it, it has no id set. */
bool plan_is_open(const struct plan *plan, enum filter filter, enum leader leader);

#endif
