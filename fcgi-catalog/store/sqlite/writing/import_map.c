/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the headings of the shop's files. */
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

static const char *copy_column(sqlite3_stmt *row, int column, struct arena *arena)
{
    return arena_copy(arena, (const char *)sqlite3_column_text(row, column), (size_t)sqlite3_column_bytes(row, column));
}

enum import_status writing_read_map(struct import *base, struct arena *arena, struct import_map *map)
{
    struct writing *import = writing_of(base);
    sqlite3_stmt *row = NULL;
    struct import_mapping *items = NULL;
    size_t count = 0;
    int result =
        sqlite3_prepare_v2(import->db, "SELECT heading, field FROM import_map ORDER BY position", -1, &row, NULL);

    while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
        items = arena_grow(arena, items, count, sizeof *items);
        items[count++] =
            (struct import_mapping){.heading = copy_column(row, 0, arena), .field = copy_column(row, 1, arena)};
        result = SQLITE_OK;
    }
    sqlite3_finalize(row);
    *map = (struct import_map){.items = items, .count = count};
    return result == SQLITE_DONE ? IMPORT_OK : writing_fail(import);
}

static bool insert(sqlite3_stmt *statement, const struct import_mapping *item)
{
    return sqlite3_bind_text(statement, 1, item->heading, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(statement, 2, item->field, -1, SQLITE_STATIC) == SQLITE_OK && writing_step(statement);
}

enum import_status writing_put_map(struct import *base, const struct import_map *map)
{
    struct writing *import = writing_of(base);
    sqlite3_stmt *statement = NULL;
    bool is_put = sqlite3_exec(import->db, "DELETE FROM import_map", NULL, NULL, NULL) == SQLITE_OK &&
                  sqlite3_prepare_v2(import->db, "INSERT INTO import_map (heading, field) VALUES (?1, ?2)", -1,
                                     &statement, NULL) == SQLITE_OK;

    for (size_t i = 0; is_put && i < map->count; i++)
        is_put = insert(statement, &map->items[i]);
    sqlite3_finalize(statement);
    return is_put ? IMPORT_OK : writing_fail(import);
}
