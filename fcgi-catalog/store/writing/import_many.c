/* SPDX-License-Identifier: MIT */
/* Writing the catalog: many changes. Triggers and indexes are put aside, and what they keep is made anew at the end. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/store/writing/writing.h"

#define MANY 1000  /* changes, and more than a tenth of the products */
#define PIECE 5000 /* products that are indexed at a time */

static const char derive_sql[] =
#include "fcgi-catalog/store/derive.sql.inc"
    ;

static bool run(struct import *import, const char *sql)
{
    return sqlite3_exec(import->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- Putting aside ---- */

/* Keeps the SQL of the first row, and tells in *drop how to be rid of what it made. */
static int find_next(struct import *import, const char *sql, char **drop)
{
    struct aside *aside = &import->aside;
    sqlite3_stmt *row = NULL;
    int result = sqlite3_prepare_v2(import->db, sql, -1, &row, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(row);
    if (result == SQLITE_ROW) {
        *drop = sqlite3_mprintf("DROP %s \"%w\"", sqlite3_column_text(row, 0), sqlite3_column_text(row, 1));
        aside->sql = memory_resize(aside->sql, (aside->count + 1) * sizeof *aside->sql);
        aside->sql[aside->count++] = memory_copy_text((const char *)sqlite3_column_text(row, 2));
    }
    sqlite3_finalize(row);
    return result;
}

/* Every trigger, whoever made it, and the indexes that nothing is looked up in here (those of indexes.sql). The next
 * one is asked for each time: the schema changes under the statement. */
static bool put_aside(struct import *import)
{
    static const char sql[] =
        "SELECT type, name, sql FROM sqlite_schema WHERE type = 'trigger' OR (type = 'index' AND name IN "
        "('product_by_name', 'product_by_price', 'product_by_update', 'product_tag_by_tag', "
        "'product_category_category', 'product_in_by_price')) LIMIT 1";

    char *drop;
    int result;

    while ((result = find_next(import, sql, &drop)) == SQLITE_ROW) {
        bool dropped = drop != NULL && run(import, drop);
        sqlite3_free(drop);
        if (!dropped)
            return false;
    }
    return result == SQLITE_DONE;
}

bool writing_note_change(struct import *import)
{
    import->changes++;
    if (import->is_many || import->changes <= MANY || import->changes <= import->products / 10)
        return true;
    import->is_many = true;
    return put_aside(import) && run(import, "INSERT INTO product_search (product_search) VALUES ('delete-all');"
                                            "DELETE FROM product_in");
}

/* ---- Making anew ---- */

/* Larger pieces before they are written make fewer, larger parts of the index, which are then made one. */
static bool index_products(struct import *import, void (*progress)(void *data, double done), void *data)
{
    static const char piece[] =
        "INSERT INTO product_search (rowid, title, sku, category_words, description) "
        "SELECT id, title, sku, category_words, description FROM product WHERE id > ?1 AND id <= ?2";
    sqlite3_stmt *statement = NULL;
    bool is_good = run(import, "INSERT INTO product_search (product_search, rank) VALUES ('hashsize', 16777216), "
                               "('automerge', 0)") &&
                   sqlite3_prepare_v2(import->db, piece, -1, &statement, NULL) == SQLITE_OK;

    for (int64_t id = 0; is_good && id < import->last_id; id += PIECE) {
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int64(statement, 2, id + PIECE);
        is_good = writing_run(statement);
        if (progress != NULL)
            progress(data, 0.2 + 0.5 * (double)id / (double)import->last_id);
    }
    sqlite3_finalize(statement);
    return is_good && run(import, "INSERT INTO product_search (product_search) VALUES ('optimize');"
                                  "INSERT INTO product_search (product_search, rank) VALUES ('hashsize', 1048576), "
                                  "('automerge', 4)");
}

static bool bring_back(struct import *import, void (*progress)(void *data, double done), void *data)
{
    size_t count = import->aside.count;

    for (size_t i = 0; i < count; i++) {
        if (!run(import, import->aside.sql[i]))
            return false;
        if (progress != NULL)
            progress(data, 0.8 + 0.2 * (double)i / (double)count);
    }
    return true;
}

bool writing_derive(struct import *import, void (*progress)(void *data, double done), void *data)
{
    static const char words[] = "UPDATE product SET category_words = words FROM category_words_now "
                                "WHERE product_id = id AND category_words <> words";

    return run(import, derive_sql) && (!import->names_changed || run(import, words)) &&
           index_products(import, progress, data) && bring_back(import, progress, data) &&
           run(import, "UPDATE shop SET revision = revision + 1, changed_at = unixepoch()");
}
