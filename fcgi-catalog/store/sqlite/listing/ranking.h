/* SPDX-License-Identifier: MIT */
/*
 * The order of rank: of the matches in the order of ids, the first STORE_RANKED_MAX are ranked and sorted, the others
 * follow as they are. The id of the last ranked match is found with the first page and is a part of every position, so
 * that later pages have the same two parts, however many products come and go. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_RANKING_H
#define CATALOG_STORE_SQLITE_LISTING_RANKING_H

#include "fcgi-catalog/store/sqlite/listing/plan.h"

/* For one query. Fill in the plan. */
struct ranking {
    struct plan *plan;
    int64_t last_id;  /* of the last ranked match; INT32_MAX: all are ranked; 0: not known yet */
    bool is_ranked;   /* `best` is filled in */
    struct keys best; /* sorted */
};

/* As plan_read(); a key's number holds the last id and the rank, which is 0 behind the ranked matches. */
MUST_CHECK int ranking_read(struct ranking *ranking, const struct range *range, struct arena *arena, struct keys *keys);

#endif
