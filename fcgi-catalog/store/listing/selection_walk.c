/* SPDX-License-Identifier: MIT */
/* A selection in the order of an index. */
#include <string.h>

#include "fcgi-catalog/store/listing/selection_sql.h"
#include "fcgi-catalog/store/listing/selection_way.h"
#include "fcgi-catalog/store/row.h"

struct key way_read_key(const struct selection *selection, sqlite3_stmt *row, bool with_ranks, struct arena *arena)
{
    struct key key = {.id = (int32_t)sqlite3_column_int64(row, 0), .text = ""};

    if (selection->sort == SORT_NAME && !with_ranks)
        key.text = row_copy_text(row, 1, arena);
    else
        key.number = sqlite3_column_int64(row, 1);
    return key;
}

void way_add_key(struct keys *keys, size_t *room, struct key key, struct arena *arena)
{
    if (keys->count == *room) {
        struct key *grown = arena_get(arena, (*room = *room > 0 ? *room * 2 : 128) * sizeof *grown);
        if (keys->count > 0)
            memcpy(grown, keys->items, keys->count * sizeof *grown);
        keys->items = grown;
    }
    keys->items[keys->count++] = key;
}

static int read_part(const struct selection *selection, const struct selection_range *range, enum part part,
                     bool with_ranks, struct arena *arena, struct keys *keys)
{
    const char *sql = selection_print(selection, range, part, with_ranks, arena);
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, sql);
    size_t room = 0;
    int result;

    if (row == NULL)
        return sqlite3_errcode(selection->db);
    selection_bind(selection, row);
    selection_bind_range(selection, range, row);
    *keys = (struct keys){0};
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        way_add_key(keys, &room, way_read_key(selection, row, with_ranks, arena), arena);
    sqlite3_reset(row);
    return result;
}

/* Those of the same key, then those beyond. */
static int read_parts(const struct selection *selection, const struct selection_range *range, struct arena *arena,
                      struct keys *keys)
{
    struct selection_range rest = *range;
    struct keys beyond = {0};
    int result = read_part(selection, range, PART_SAME_KEY, false, arena, keys);

    rest.limit -= keys->count;
    if (result != SQLITE_DONE || rest.limit == 0)
        return result;
    result = read_part(selection, &rest, PART_BEYOND, false, arena, &beyond);
    size_t room = keys->count; /* it may be more */
    for (size_t i = 0; i < beyond.count; i++)
        way_add_key(keys, &room, beyond.items[i], arena);
    return result;
}

int way_walk(const struct selection *selection, const struct selection_range *range, bool with_ranks,
             struct arena *arena, struct keys *keys)
{
    if (range->after != NULL && selection->sort != SORT_ID)
        return read_parts(selection, range, arena, keys);
    return read_part(selection, range, PART_ALL, with_ranks, arena, keys);
}

/* A walk that is given up when it takes long: SQLITE_INTERRUPT. */
int way_try(const struct selection *selection, const struct selection_range *range, int steps, bool with_ranks,
            struct arena *arena, struct keys *keys)
{
    meter_try(selection->meter, steps);
    int result = way_walk(selection, range, with_ranks, arena, keys);
    meter_try(selection->meter, 0);
    return result;
}
