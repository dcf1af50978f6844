/* SPDX-License-Identifier: MIT */
/* SQL statements, kept by their text. */
#include "fcgi-catalog/store/shapes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* FNV-1a. */
static size_t hash(const char *text)
{
    uint32_t value = UINT32_C(2166136261);

    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * UINT32_C(16777619);
    return value % SHAPES_MAX;
}

sqlite3_stmt *shapes_find(struct shapes *shapes, sqlite3 *db, const char *sql)
{
    size_t place = hash(sql);

    for (; shapes->items[place].sql != NULL; place = (place + 1) % SHAPES_MAX) {
        if (strcmp(shapes->items[place].sql, sql) == 0) {
            sqlite3_reset(shapes->items[place].statement);
            sqlite3_clear_bindings(shapes->items[place].statement);
            return shapes->items[place].statement;
        }
    }
    /* There are fewer kinds of queries than that; should there be more one day, it begins anew. */
    if (shapes->count == SHAPES_MAX * 3 / 4) {
        shapes_release(shapes);
        place = hash(sql);
    }
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        return NULL;
    shapes->items[place].sql = memory_copy_text(sql);
    shapes->items[place].statement = statement;
    shapes->count++;
    return statement;
}

void shapes_release(struct shapes *shapes)
{
    for (size_t i = 0; i < SHAPES_MAX; i++) {
        sqlite3_finalize(shapes->items[i].statement);
        free(shapes->items[i].sql);
    }
    *shapes = (struct shapes){0};
}
