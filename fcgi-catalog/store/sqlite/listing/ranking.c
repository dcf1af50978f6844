/* SPDX-License-Identifier: MIT */
/* The order of rank. */
#include "fcgi-catalog/store/sqlite/listing/ranking.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fcgi-catalog/store/sqlite/listing/plan_sql.h"
#include "fcgi-catalog/store/store.h"

#define RANK_BITS 31
#define RANK_MASK ((INT64_C(1) << RANK_BITS) - 1)

static int64_t pack(int64_t last_id, int64_t rank)
{
    return last_id << RANK_BITS | rank;
}

static int compare(const struct key *a, const struct key *b)
{
    int64_t a_rank = a->number & RANK_MASK, b_rank = b->number & RANK_MASK;

    if (a_rank != b_rank)
        return a_rank > b_rank ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int compare_keys(const void *a, const void *b)
{
    return compare(a, b);
}

static bool is_ranked(const struct key *key)
{
    return (key->number & RANK_MASK) != 0;
}

/* Finds the last id with the first page, and sorts the matches that are ranked. */
static void sort_best(struct ranking *ranking)
{
    struct keys *best = &ranking->best;
    bool is_first = ranking->last_id == 0;

    if (is_first)
        ranking->last_id = INT32_MAX;
    if (is_first && best->count > STORE_RANKED_MAX) {
        best->count = STORE_RANKED_MAX;
        ranking->last_id = best->items[STORE_RANKED_MAX - 1].id;
    }
    for (size_t i = 0; i < best->count; i++)
        best->items[i].number = pack(ranking->last_id, best->items[i].number & RANK_MASK);
    if (best->count > 0)
        qsort(best->items, best->count, sizeof *best->items, compare_keys);
}

static const char *print_key(const struct ranking *ranking, struct arena *arena)
{
    const struct plan *plan = ranking->plan;
    const struct product_query *query = plan->query;

    return arena_print(arena, "ranks %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d%s\n%s", ranking->last_id,
                       plan->category, query->min_price, query->max_price, query->tag != NULL,
                       query->tag != NULL ? query->tag : "", plan->match);
}

/* Ranks the matches up to the last id, which it finds with the first page. The query cache keeps them for other
 * pages. */
static int rank(struct ranking *ranking, struct arena *arena)
{
    bool is_first = ranking->last_id == 0;
    struct range range = {.last_id = ranking->last_id, .limit = is_first ? STORE_RANKED_MAX + 1 : SIZE_MAX};
    struct query_cache *cache = ranking->plan->cache;
    struct keys *best = &ranking->best;

    if (ranking->is_ranked)
        return SQLITE_DONE;
    ranking->is_ranked = true;
    const char *key = print_key(ranking, arena);
    const struct query_result *known = query_cache_find(cache, key);
    if (known != NULL) {
        *best = (struct keys){.items = (struct key *)known->bytes, .count = known->size / sizeof *best->items};
        if (is_first)
            ranking->last_id = best->count > 0 ? best->items[0].number >> RANK_BITS & RANK_MASK : INT32_MAX;
        return SQLITE_DONE;
    }
    int result = plan_read(ranking->plan, &range, true, arena, best);
    if (result != SQLITE_DONE)
        return result;
    sort_best(ranking);
    query_cache_keep(cache, key, NULL, best->items, best->count * sizeof *best->items);
    key = print_key(ranking, arena);
    if (is_first && query_cache_find(cache, key) == NULL) /* the key that later pages look up */
        query_cache_keep(cache, key, NULL, best->items, best->count * sizeof *best->items);
    return result;
}

/* Adds the ranked matches behind the place (before it, backwards), nearest first. */
static int add_best(struct ranking *ranking, const struct range *range, struct arena *arena, struct keys *keys)
{
    const struct key *after = range->after;

    if (keys->count == range->limit || (after != NULL && !is_ranked(after) && !range->is_backwards))
        return SQLITE_DONE;
    int result = rank(ranking, arena);
    for (size_t i = 0; i < ranking->best.count && keys->count < range->limit; i++) {
        const struct key *key = &ranking->best.items[range->is_backwards ? ranking->best.count - 1 - i : i];
        bool is_behind = after == NULL || !is_ranked(after) ||
                         (range->is_backwards ? compare(key, after) < 0 : compare(key, after) > 0);
        if (is_behind)
            keys->items[keys->count++] = *key;
    }
    return result;
}

/* Adds the other matches behind the place (before it, backwards). */
static int add_others(const struct ranking *ranking, const struct range *range, struct arena *arena, struct keys *keys)
{
    bool is_inside = range->after != NULL && !is_ranked(range->after);
    struct key edge = {.id = is_inside ? range->after->id : (int32_t)ranking->last_id, .text = ""};
    struct range others = {.after = &edge, .is_backwards = range->is_backwards, .limit = range->limit - keys->count};
    struct keys read;

    if (ranking->last_id == INT32_MAX || others.limit == 0 || (range->is_backwards && !is_inside))
        return SQLITE_DONE;
    int result = plan_read(ranking->plan, &others, false, arena, &read);
    for (size_t i = 0; result == SQLITE_DONE && i < read.count; i++) {
        if (read.items[i].id <= ranking->last_id)
            break; /* backwards: the ranked matches begin here */
        read.items[i].number = pack(ranking->last_id, 0);
        keys->items[keys->count++] = read.items[i];
    }
    return result;
}

int ranking_read(struct ranking *ranking, const struct range *range, struct arena *arena, struct keys *keys)
{
    int result = SQLITE_DONE;

    *keys = (struct keys){0};
    if (ranking->plan->is_empty)
        return SQLITE_DONE;
    keys->items = arena_get(arena, range->limit * sizeof *keys->items);
    if (range->after != NULL)
        ranking->last_id = range->after->number >> RANK_BITS & RANK_MASK;
    if (range->is_backwards)
        result = add_others(ranking, range, arena, keys);
    if (result == SQLITE_DONE)
        result = add_best(ranking, range, arena, keys);
    if (result == SQLITE_DONE && !range->is_backwards)
        result = add_others(ranking, range, arena, keys);
    return result;
}
