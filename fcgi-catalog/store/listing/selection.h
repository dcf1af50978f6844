/* SPDX-License-Identifier: MIT */
/*
 * A query made into few reads: what goes first, in which order, and how the filters are looked at. Used in this room
 * only.
 *
 *     what leads            rows come by        with                          sorts that it has as it goes
 *     the products          the sort's key      -                             any but rank
 *     a category            id, or price        product_in                    id, price
 *     a tag, a search       id                                                id, rank
 *     those that are met    id                  sieves, see sieve.h           id; any other when they are few
 *
 * A filter that leaves few products is read whole and leads: what it leaves is looked up and sorted. With many, the
 * sort's order is walked for a short while and each product is looked at; most pages are full by then. When this one is
 * not, what the filters leave seldom meets: then all of them are read into sieves, which are met with each other. Those
 * are kept (see findings.h), so that it takes its time, some 40 ns for each product that a filter leaves, once.
 *
 * A search is never asked about one product after the other: FTS5 would go on to the next one that has all words,
 * however far away it is. It leads, or its matches are read into a sieve; but for a single word and a few products.
 */
#ifndef CATALOG_STORE_LISTING_SELECTION_H
#define CATALOG_STORE_LISTING_SELECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/store/listing/findings.h"
#include "fcgi-catalog/store/listing/meter.h"
#include "fcgi-catalog/store/search.h"
#include "fcgi-catalog/store/shapes.h"

/* So many products that a filter leaves are few: they are worth looking up one by one. */
#define SELECTION_FEW 2000
/* So many are worth asking whether a word is in them. */
#define SELECTION_FEW_ASKED 100
/* A walk that is tried: so many thousands of steps of SQLite's virtual machine, some fifty rows each. */
#define SELECTION_TRY 20
#define SELECTION_TRY_RANKED 60 /* there are more rows to be read */
#define SELECTION_TRY_MET 100   /* and here each takes little */

/* In the order in which they are read when all are. */
enum filter { FILTER_CATEGORY, FILTER_TAG, FILTER_TEXT, FILTER_PRICES, FILTER_COUNT };

enum leader { LEADER_PRODUCTS, LEADER_CATEGORY, LEADER_TAG, LEADER_SEARCH, LEADER_MET };

/* A query on its way. Fill in the first six. */
struct selection {
    sqlite3 *db;
    struct meter *meter; /* begun for this query */
    struct shapes *shapes;
    struct findings *findings; /* begun for this query */
    const struct search *search;
    const struct product_query *query;
    enum sort sort; /* the order that is made here: rank is made of the order of ids */
    bool is_empty;  /* nothing can match: no such category, no word in the text */
    int64_t category;
    int64_t category_count;
    struct search_words words;
    const char *match;                        /* for FTS5: the words as they are, or with a beginning */
    bool is_exact;                            /* they are as they are */
    const struct sieve *sieves[FILTER_COUNT]; /* what a filter leaves, where that is known; NULL: it is not */
    const struct sieve *met;                  /* what all of those leave; NULL: there are none */
    const char *met_key;
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
enum part { PART_ALL, PART_SAME_KEY, PART_BEYOND };

/* Where rows begin, and in which direction they go. */
struct selection_range {
    const struct key *after; /* NULL: from the beginning (from the end, backwards) */
    bool is_backwards;
    int64_t last_id; /* 0: none; only rows up to this id (in the order of ids) */
    size_t limit;
};

/* Finds the category and decides what the words mean. SQLITE_DONE, or SQLite's error. */
MUST_CHECK int selection_plan(struct selection *selection, struct arena *arena);

/* The next rows in the range's direction. With `with_ranks` the numbers are ranks. SQLITE_DONE: *keys is filled and
 * lives in `arena`. */
MUST_CHECK int selection_read(struct selection *selection, const struct selection_range *range, bool with_ranks,
                              struct arena *arena, struct keys *keys);

/* How many there are in all. SQLITE_DONE or an error. */
MUST_CHECK int selection_count(struct selection *selection, struct arena *arena, int64_t *count);

#endif
