/* SPDX-License-Identifier: MIT */
/* Writing the catalog: many changes. Triggers and indexes are put aside, and what they keep is made anew at the end. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

#define MANY 1000  /* changes, and more than a tenth of the products */
#define PIECE 5000 /* products that are indexed at a time */

static const char derive_sql[] =
#include "fcgi-catalog/store/sqlite/derive.sql.inc"
    ;

static bool run(struct writing *import, const char *sql)
{
    return sqlite3_exec(import->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- Putting aside ---- */

/* The catalog's own triggers and tables, as a new database has them. The triggers that keep the ids of what has left
 * stay: they do little. */
#define OWN_TRIGGERS                                                                                                   \
    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name <> 'former_product' AND "                      \
    "name NOT IN ('variant_id_left', 'variant_id_came_back')"
#define OWN_TABLES "SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')"
#define IS_OWN "SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type = 'trigger'"
/* The indexes that an import does not use: those of indexes.sql. */
#define INDEXES                                                                                                        \
    "SELECT name FROM sqlite_schema WHERE type = 'index' AND name IN "                                                 \
    "('product_by_name', 'product_by_price', 'product_by_update', 'product_tag_by_tag', 'product_category_category', " \
    "'product_in_by_price')"

static bool is_there(sqlite3_stmt *row, const unsigned char *name)
{
    sqlite3_bind_text(row, 1, (const char *)name, -1, SQLITE_STATIC);
    bool is_found = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_reset(row);
    return is_found;
}

/* Whether the owner has triggers on what the catalog has: SQLITE_ROW; SQLITE_DONE: none; or an error. */
static int find_others_triggers(struct writing *import, sqlite3 *model)
{
    sqlite3_stmt *trigger = NULL, *own = NULL, *table = NULL;
    int result = sqlite3_prepare_v2(import->db, "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'", -1,
                                    &trigger, NULL);

    if (result == SQLITE_OK && (sqlite3_prepare_v2(model, IS_OWN, -1, &own, NULL) != SQLITE_OK ||
                                sqlite3_prepare_v2(model, OWN_TABLES, -1, &table, NULL) != SQLITE_OK))
        result = SQLITE_ERROR;
    if (result == SQLITE_OK) {
        do
            result = sqlite3_step(trigger);
        while (result == SQLITE_ROW &&
               (is_there(own, sqlite3_column_text(trigger, 0)) || !is_there(table, sqlite3_column_text(trigger, 1))));
    }
    sqlite3_finalize(trigger);
    sqlite3_finalize(own);
    sqlite3_finalize(table);
    return result;
}

/* Keeps the SQL of a trigger or an index, and drops it. One that is missing is no error. */
static bool put_one_aside(struct writing *import, const char *type, const char *name)
{
    struct aside *aside = &import->aside;
    sqlite3_stmt *row = NULL;
    bool is_good = sqlite3_prepare_v2(import->db, "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2", -1,
                                      &row, NULL) == SQLITE_OK;

    sqlite3_bind_text(row, 1, type, -1, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, name, -1, SQLITE_STATIC);
    bool is_found = is_good && sqlite3_step(row) == SQLITE_ROW;
    if (is_found) {
        aside->sql = memory_resize(aside->sql, (aside->count + 1) * sizeof *aside->sql);
        aside->sql[aside->count++] = memory_copy_text((const char *)sqlite3_column_text(row, 0));
    }
    is_good = sqlite3_finalize(row) == SQLITE_OK && is_good;
    char *drop = is_found ? sqlite3_mprintf("DROP %s \"%w\"", type, name) : NULL;
    if (is_found)
        is_good = drop != NULL && run(import, drop);
    sqlite3_free(drop);
    return is_good;
}

static bool put_all_aside(struct writing *import, sqlite3 *model, const char *type, const char *names)
{
    sqlite3_stmt *name = NULL;
    int result = sqlite3_prepare_v2(model, names, -1, &name, NULL);
    bool is_good = result == SQLITE_OK;

    while (is_good && (result = sqlite3_step(name)) == SQLITE_ROW)
        is_good = put_one_aside(import, type, (const char *)sqlite3_column_text(name, 0));
    sqlite3_finalize(name);
    return is_good && result == SQLITE_DONE;
}

static bool begin_many(struct writing *import, sqlite3 *model)
{
    import->is_many = true;
    return put_all_aside(import, model, "trigger", OWN_TRIGGERS) && put_all_aside(import, model, "index", INDEXES) &&
           run(import, "INSERT INTO product_search (product_search) VALUES ('delete-all'); DELETE FROM product_in");
}

bool writing_note_change(struct writing *import)
{
    sqlite3 *model = NULL;
    int result = SQLITE_ERROR;

    import->changes++;
    if (import->is_many || import->keeps_triggers || import->changes <= MANY ||
        import->changes <= import->base.products / 10)
        return true;
    if (making_open_model(&model, import->base.reason, sizeof import->base.reason))
        result = find_others_triggers(import, model);
    import->keeps_triggers = result == SQLITE_ROW;
    bool is_good = result == SQLITE_ROW || (result == SQLITE_DONE && begin_many(import, model));
    sqlite3_close(model);
    return is_good;
}

/* ---- Making anew ---- */

/* A larger hash table in memory makes fewer, larger segments of the index, which are merged into one at the end. */
static bool index_products(struct writing *import, void (*progress)(void *data, double done), void *data)
{
    static const char piece[] =
        "INSERT INTO product_search "
        "(rowid, title, sku, category_words, description, title_words, other_words, variant_words) "
        "SELECT id, title, sku, category_words, description, title_words, other_words, variant_words FROM product "
        "WHERE id > ?1 AND id <= ?2";
    sqlite3_stmt *statement = NULL;
    bool is_good = run(import, "INSERT INTO product_search (product_search, rank) VALUES ('hashsize', 16777216), "
                               "('automerge', 0)") &&
                   sqlite3_prepare_v2(import->db, piece, -1, &statement, NULL) == SQLITE_OK;

    for (int64_t id = 0; is_good && id < import->last_id; id += PIECE) {
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int64(statement, 2, id + PIECE);
        is_good = writing_step(statement);
        if (progress != NULL)
            progress(data, 0.2 + 0.5 * (double)id / (double)import->last_id);
    }
    sqlite3_finalize(statement);
    return is_good && run(import, "INSERT INTO product_search (product_search) VALUES ('optimize');"
                                  "INSERT INTO product_search (product_search, rank) VALUES ('hashsize', 1048576), "
                                  "('automerge', 4)");
}

static bool bring_back(struct writing *import, void (*progress)(void *data, double done), void *data)
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

bool writing_derive(struct writing *import, void (*progress)(void *data, double done), void *data)
{
    static const char words[] = "UPDATE product SET category_words = words, "
                                "other_words = more_words(words, description, variant_words) FROM category_words_now "
                                "WHERE product_id = id AND category_words <> words";

    return run(import, derive_sql) && (!import->names_changed || run(import, words)) &&
           index_products(import, progress, data) && bring_back(import, progress, data) &&
           run(import, "UPDATE shop SET revision = revision + 1, changed_at = unixepoch()");
}
