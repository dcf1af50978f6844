/* SPDX-License-Identifier: MIT */
/* Writing the catalog: products and categories that are gone. */
#include <string.h>

#include "fcgi-catalog/store/sqlite/writing/writing.h"

#define PIECE 1000 /* ids that are read at a time: rows are not removed under the statement that reads them */

/* ---- Products ---- */

static bool run_by_id(struct writing *import, enum writing_statement which, int64_t id)
{
    return writing_run(import, which, (struct writing_values){.id = id});
}

bool writing_delete(struct writing *import, int64_t id)
{
    if (!writing_note_change(import) || (import->is_many && !run_by_id(import, WRITING_RETIRE, id)) ||
        !run_by_id(import, WRITING_DELETE, id))
        return false;
    if (!import->is_many)
        return true; /* the triggers did the rest */
    return run_by_id(import, WRITING_DELETE_MEMBERSHIPS, id) && run_by_id(import, WRITING_DELETE_TAGS, id) &&
           run_by_id(import, WRITING_DELETE_IMAGES, id) && run_by_id(import, WRITING_DELETE_VARIANTS, id) &&
           run_by_id(import, WRITING_DELETE_OLD_SLUGS, id);
}

/* Reads the next ids. SQLITE_DONE or an error. */
static int read_piece(sqlite3_stmt *row, int64_t after, int64_t ids[PIECE], size_t *count)
{
    int result;

    *count = 0;
    sqlite3_bind_int64(row, 1, after);
    while ((result = sqlite3_step(row)) == SQLITE_ROW && *count < PIECE)
        ids[(*count)++] = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return result;
}

static bool prune_products(struct writing *import, int64_t *pruned)
{
    sqlite3_stmt *row = NULL;
    int64_t ids[PIECE], after = 0;
    size_t count = 1;
    bool is_good = sqlite3_prepare_v2(import->db, "SELECT id FROM product WHERE id > ?1 ORDER BY id LIMIT 1000", -1,
                                      &row, NULL) == SQLITE_OK;

    while (is_good && count > 0) {
        is_good = read_piece(row, after, ids, &count) == SQLITE_DONE;
        for (size_t i = 0; is_good && i < count; i++) {
            after = ids[i];
            if (id_set_has(import->seen, ids[i]))
                continue;
            is_good = writing_delete(import, ids[i]);
            ++*pruned;
        }
    }
    sqlite3_finalize(row);
    return is_good;
}

/* ---- Categories ---- */

static void keep_node(struct category *node)
{
    for (; node != NULL && node->is_empty; node = node->parent)
        node->is_empty = false;
}

/* Marks the categories that are empty: not those that were put or that a product is in, nor any above them. Counts the
 * children of each, too. */
static bool find_empty(struct writing *import)
{
    struct categories *categories = &import->categories;
    sqlite3_stmt *row = NULL;

    for (struct category *node = categories->first; node != NULL; node = node->hh.next) {
        node->is_empty = true;
        node->children = 0;
    }
    for (struct category *node = categories->first; node != NULL; node = node->hh.next) {
        if (node->was_put)
            keep_node(node);
        if (node->parent != NULL)
            node->parent->children++;
    }
    int result = sqlite3_prepare_v2(import->db, "SELECT DISTINCT category FROM product_category", -1, &row, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
        keep_node(categories_find(categories, (const char *)sqlite3_column_text(row, 0)));
        result = SQLITE_OK;
    }
    sqlite3_finalize(row);
    return result == SQLITE_DONE;
}

/* Categories below an empty one are empty as well, and are deleted first. */
static bool delete_empty(struct writing *import, int64_t *pruned)
{
    bool has_more = true;

    while (has_more) {
        has_more = false;
        for (struct category *node = import->categories.first; node != NULL; node = node->hh.next) {
            if (!node->is_empty || node->children > 0)
                continue;
            if (!writing_note_change(import) || !run_by_id(import, WRITING_DELETE_CATEGORY, node->number))
                return false;
            node->is_empty = false; /* it is gone, */
            has_more = true;        /* and the one above it may go */
            if (node->parent != NULL)
                node->parent->children--;
            ++*pruned;
        }
    }
    return true;
}

enum import_status writing_prune(struct import *base, struct import_pruned *pruned)
{
    struct writing *import = writing_of(base);
    struct import_pruned counts = {0};

    if (!prune_products(import, &counts.products) || !find_empty(import) || !delete_empty(import, &counts.categories))
        return writing_fail(import);
    *pruned = counts;
    return IMPORT_OK;
}
