/* SPDX-License-Identifier: MIT */
/* Those that all sieves of a selection leave, in any order. */
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/store/listing/selection_filter.h"
#include "fcgi-catalog/store/listing/selection_sql.h"
#include "fcgi-catalog/store/listing/selection_way.h"

bool way_met_few(const struct selection *selection)
{
    return selection->met != NULL && sieve_count(selection->met) <= SELECTION_FEW;
}

static int compare_ids(const struct key *one, const struct key *other)
{
    return (one->id > other->id) - (one->id < other->id);
}

static int compare_by_number(const void *a, const void *b)
{
    const struct key *one = a, *other = b;

    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    return compare_ids(one, other);
}

static int compare_by_text(const void *a, const void *b)
{
    const struct key *one = a, *other = b;
    int order = strcmp(one->text, other->text);

    return order != 0 ? order : compare_ids(one, other);
}

static int compare_keys(const struct selection *selection, const struct key *one, const struct key *other)
{
    return selection->sort == SORT_NAME ? compare_by_text(one, other) : compare_by_number(one, other);
}

/* Sorts them, and keeps those behind the place in the range's direction. */
static void sort_keys(const struct selection *selection, const struct selection_range *range, struct keys *keys)
{
    int (*compare)(const void *, const void *) = selection->sort == SORT_NAME ? compare_by_text : compare_by_number;
    bool is_down = selection_goes_down(selection, range);
    size_t kept = 0;

    for (size_t i = 0; i < keys->count; i++) {
        int order = range->after != NULL ? compare_keys(selection, &keys->items[i], range->after) : is_down ? -1 : 1;
        if (is_down ? order < 0 : order > 0)
            keys->items[kept++] = keys->items[i];
    }
    keys->count = kept;
    if (kept > 0)
        qsort(keys->items, kept, sizeof *keys->items, compare);
    for (size_t i = 0; is_down && i < kept / 2; i++) {
        struct key key = keys->items[i];
        keys->items[i] = keys->items[kept - 1 - i];
        keys->items[kept - 1 - i] = key;
    }
    keys->count = kept < range->limit ? kept : range->limit;
}

/* Looks a product up and asks it for what is open. SQLITE_ROW: *key is filled; SQLITE_DONE: it does not match. */
static int look_up(const struct selection *selection, sqlite3_stmt *row, int32_t id, struct arena *arena,
                   struct key *key)
{
    *key = (struct key){.id = id, .text = ""};
    if (row == NULL)
        return SQLITE_ROW;
    sqlite3_bind_int64(row, 7, id);
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW)
        *key = way_read_key(selection, row, false, arena);
    sqlite3_reset(row);
    return result;
}

static int32_t find_next(const struct selection *selection, const struct selection_range *range, int64_t id)
{
    return range->is_backwards ? sieve_previous(selection->met, id) : sieve_next(selection->met, id);
}

/* By id as they come, from the place on; for another order all. */
int way_look_up(const struct selection *selection, const struct selection_range *range, bool with_ranks,
                struct arena *arena, struct keys *keys)
{
    bool is_sorted = selection->sort == SORT_ID;
    bool needs_row = with_ranks || !is_sorted || filter_count_open(selection, LEADER_MET) > 0;
    int64_t begin = range->is_backwards ? INT64_C(1) << 31 : 0;
    sqlite3_stmt *row = NULL;
    int result = SQLITE_DONE;
    size_t room = 0;
    struct key key;

    if (needs_row) {
        row = shapes_find(selection->shapes, selection->db, selection_print_one(selection, with_ranks, arena));
        if (row == NULL)
            return sqlite3_errcode(selection->db);
        selection_bind(selection, row);
    }
    int32_t id = find_next(selection, range, is_sorted && range->after != NULL ? range->after->id : begin);
    for (; id != 0 && (!is_sorted || keys->count < range->limit); id = find_next(selection, range, id)) {
        if (range->last_id > 0 && id > range->last_id)
            continue;
        result = look_up(selection, row, id, arena, &key);
        if (result == SQLITE_ROW)
            way_add_key(keys, &room, key, arena);
        else if (result != SQLITE_DONE)
            return result;
    }
    if (!is_sorted)
        sort_keys(selection, range, keys);
    return SQLITE_DONE;
}

/* ---- Along an order of those that are met ---- */

/*
 * Where products keep company (all of a category begin with Z), a walk to the next ones may be as long as the index. It
 * is made to its end once then, and the ids that it meets are kept. Few are looked up and sorted instead.
 */
struct order {
    const int32_t *ids; /* from low to high */
    size_t count;
};

/* Their ids, by a walk along the sort's index, from low to high. */
static int walk_through(const struct selection *selection, struct arena *arena, int32_t *ids, size_t *count)
{
    const struct selection_range all = {.limit = *count, .is_backwards = selection_is_down(selection)};
    sqlite3_stmt *row =
        shapes_find(selection->shapes, selection->db, selection_print(selection, &all, PART_ALL, false, arena));
    int result;

    if (row == NULL)
        return sqlite3_errcode(selection->db);
    selection_bind(selection, row);
    selection_bind_range(selection, &all, row);
    for (*count = 0; (result = sqlite3_step(row)) == SQLITE_ROW; ++*count)
        ids[*count] = (int32_t)sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return result;
}

static int sort_few(const struct selection *selection, struct arena *arena, int32_t *ids, size_t *count)
{
    const struct selection_range all = {.limit = SIZE_MAX, .is_backwards = selection_is_down(selection)};
    struct keys keys = {0};
    int result = way_look_up(selection, &all, false, arena, &keys);

    for (size_t i = 0; i < keys.count; i++)
        ids[i] = keys.items[i].id;
    *count = keys.count;
    return result;
}

static int read_order(const struct selection *selection, const char *key, struct arena *arena, struct order *order)
{
    size_t count = sieve_count(selection->met);
    int32_t *ids = arena_get(arena, count * sizeof *ids);
    int result =
        way_met_few(selection) ? sort_few(selection, arena, ids, &count) : walk_through(selection, arena, ids, &count);

    if (result == SQLITE_DONE)
        *order = (struct order){.ids = findings_keep_bytes(selection->findings, key, ids, count * sizeof *ids),
                                .count = count};
    return result;
}

static bool find_order(const struct selection *selection, const char *key, struct order *order)
{
    const struct finding *known = findings_find(selection->findings, key);

    if (known != NULL)
        *order = (struct order){.ids = known->bytes, .count = known->byte_count / sizeof *order->ids};
    return known != NULL;
}

static const char *print_order_key(const struct selection *selection, struct arena *arena)
{
    enum sort sort = selection->sort == SORT_PRICE_DOWN ? SORT_PRICE : selection->sort;

    return arena_print(arena, "order %d\n%s", (int)sort, selection->met_key);
}

/* How many of the order are below the place; with those at it, when is_through. */
static int find_in_order(const struct selection *selection, const struct order *order, const struct key *place,
                         bool is_through, sqlite3_stmt *row, struct arena *arena, size_t *found)
{
    size_t low = 0, high = order->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        struct key key;
        int result = look_up(selection, row, order->ids[middle], arena, &key);
        if (result != SQLITE_ROW)
            return result == SQLITE_DONE ? SQLITE_CORRUPT : result;
        int side = compare_keys(selection, &key, place);
        if (side < 0 || (side == 0 && is_through))
            low = middle + 1;
        else
            high = middle;
    }
    *found = low;
    return SQLITE_DONE;
}

static int follow_order(const struct selection *selection, const struct selection_range *range,
                        const struct order *order, struct arena *arena, struct keys *keys)
{
    bool is_down = selection_goes_down(selection, range);
    size_t place = is_down ? order->count : 0, room = 0;
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, selection_print_one(selection, false, arena));
    int result = SQLITE_DONE;

    if (row == NULL)
        return sqlite3_errcode(selection->db);
    selection_bind(selection, row);
    if (range->after != NULL)
        result = find_in_order(selection, order, range->after, !is_down, row, arena, &place);
    while (result == SQLITE_DONE && keys->count < range->limit && (is_down ? place > 0 : place < order->count)) {
        struct key key;
        result = look_up(selection, row, order->ids[is_down ? --place : place++], arena, &key);
        if (result == SQLITE_ROW)
            way_add_key(keys, &room, key, arena);
        result = result == SQLITE_ROW ? SQLITE_DONE : result;
    }
    return result;
}

int way_follow(const struct selection *selection, const struct selection_range *range, struct arena *arena,
               struct keys *keys)
{
    const char *key = print_order_key(selection, arena);
    struct order order = {.count = 0};
    int result = SQLITE_DONE;

    if (!find_order(selection, key, &order)) {
        result = SQLITE_INTERRUPT;
        if (!way_met_few(selection))
            result = way_try(selection, range, SELECTION_TRY_MET, false, arena, keys);
        if (result != SQLITE_INTERRUPT)
            return result;
        *keys = (struct keys){0};
        result = read_order(selection, key, arena, &order);
    }
    return result == SQLITE_DONE ? follow_order(selection, range, &order, arena, keys) : result;
}
