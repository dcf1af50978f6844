/* SPDX-License-Identifier: MIT */
/* The filters of a selection, each by itself: whether it is asked for, and what it leaves. Used by selection.c only. */
#ifndef CATALOG_STORE_LISTING_SELECTION_FILTER_H
#define CATALOG_STORE_LISTING_SELECTION_FILTER_H

#include "common/arena.h"
#include "fcgi-catalog/store/listing/selection.h"

bool filter_is_asked(const struct selection *selection, enum filter filter);

/* Whether nothing but rows that the filter leaves comes from a leader. */
bool filter_is_led(const struct selection *selection, enum filter filter, enum leader leader);

/* How many filters no sieve stands for, but those that the leader goes through as it goes. */
unsigned filter_count_open(const struct selection *selection, enum leader leader);

/* What has the query's order as it goes, without looking at more than it must. */
enum leader filter_choose_leader(const struct selection *selection);

/* What is done to have a filter's sieve: nothing is read; it is read when it leaves few; it is read in any case. */
enum effort { EFFORT_RECALL, EFFORT_FEW, EFFORT_ALL };

/* Results: SQLITE_DONE, or SQLite's error. */

/* Decides between the words as they are and the last as a beginning, and sets what is looked for. */
MUST_CHECK int filter_find_words(struct selection *selection, struct arena *arena);

/* Has the filter's sieve if it is asked for, and is kept or comes of that effort. */
MUST_CHECK int filter_find(struct selection *selection, enum filter filter, enum effort effort, struct arena *arena);

#endif
