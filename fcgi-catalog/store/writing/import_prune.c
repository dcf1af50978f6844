/* SPDX-License-Identifier: MIT */
/* Writing the catalog: what is gone. */
#include <string.h>

#include "fcgi-catalog/store/writing/writing.h"

#define PIECE 1000 /* ids that are read at a time: rows are not removed under the statement that reads them */

/* ---- Products ---- */

static bool delete_by_id(struct import *import, enum writing_statement which, int64_t id)
{
    sqlite3_stmt *statement = writing_get(import, which);

    sqlite3_bind_int64(statement, 1, id);
    return writing_run(statement);
}

bool writing_delete(struct import *import, int64_t id)
{
    if (!writing_note_change(import) || (import->is_many && !delete_by_id(import, WRITING_RETIRE, id)) ||
        !delete_by_id(import, WRITING_DELETE, id))
        return false;
    if (!import->is_many)
        return true; /* the triggers did the rest */
    return delete_by_id(import, WRITING_DELETE_MEMBERSHIPS, id) && delete_by_id(import, WRITING_DELETE_TAGS, id) &&
           delete_by_id(import, WRITING_DELETE_IMAGES, id) && delete_by_id(import, WRITING_DELETE_OLD_SLUGS, id);
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

static bool prune_products(struct import *import, int64_t *pruned)
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
            if (idset_has(&import->seen, (int32_t)ids[i]))
                continue;
            is_good = writing_delete(import, ids[i]);
            ++*pruned;
        }
    }
    sqlite3_finalize(row);
    return is_good;
}

/* ---- Categories ---- */

static void keep_branch(struct branch *branch)
{
    for (; branch != NULL && branch->is_empty; branch = branch->parent)
        branch->is_empty = false;
}

/* Those that were put, that a product is in, and all above them, are kept. */
static bool find_empty(struct import *import)
{
    struct branches *branches = &import->branches;
    sqlite3_stmt *row = NULL;

    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL)
            branches->items[i]->is_empty = true;
    }
    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL && branches->items[i]->was_put)
            keep_branch(branches->items[i]);
    }
    int result = sqlite3_prepare_v2(import->db, "SELECT DISTINCT category FROM product_category", -1, &row, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
        keep_branch(branches_find(branches, (const char *)sqlite3_column_text(row, 0)));
        result = SQLITE_OK;
    }
    sqlite3_finalize(row);
    return result == SQLITE_DONE;
}

static void count_children(struct branches *branches)
{
    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL)
            branches->items[i]->children = 0;
    }
    for (size_t i = 0; i < branches->room; i++) {
        if (branches->items[i] != NULL && branches->items[i]->parent != NULL)
            branches->items[i]->parent->children++;
    }
}

/* What is below an empty one is empty as well, and goes first. */
static bool delete_empty(struct import *import, int64_t *pruned)
{
    struct branches *branches = &import->branches;
    bool has_more = true;

    count_children(branches);
    while (has_more) {
        has_more = false;
        for (size_t i = 0; i < branches->room; i++) {
            struct branch *branch = branches->items[i];
            if (branch == NULL || !branch->is_empty || branch->children > 0)
                continue;
            if (!writing_note_change(import) || !delete_by_id(import, WRITING_DELETE_CATEGORY, branch->number))
                return false;
            branch->is_empty = false; /* it is gone, */
            has_more = true;          /* and the one above it may go */
            if (branch->parent != NULL)
                branch->parent->children--;
            ++*pruned;
        }
    }
    return true;
}

enum import_status import_prune(struct import *import, struct import_pruned *pruned)
{
    struct import_pruned counts = {0};

    if (!prune_products(import, &counts.products) || !find_empty(import) || !delete_empty(import, &counts.categories))
        return writing_fail(import);
    *pruned = counts;
    return IMPORT_OK;
}
