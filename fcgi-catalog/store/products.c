/* SPDX-License-Identifier: MIT */
/* Products one by one, or all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/store/handle.h"
#include "fcgi-catalog/store/row.h"

/* ---- One ---- */

/* The one number or text that a statement with one text gives. SQLITE_ROW, SQLITE_DONE, or why not. */
static int look_up(struct store *store, const char *sql, const char *text, sqlite3_stmt **row,
                   struct reader_fault *fault)
{
    *row = statement_cache_get(store->statements, store->db, sql);
    if (*row == NULL)
        return reader_fail(&store->reader, "products", sqlite3_errcode(store->db), fault);
    sqlite3_bind_text(*row, 1, text, -1, SQLITE_STATIC);
    int result = sqlite3_step(*row);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        reader_fail(&store->reader, "products", result, fault);
    return result;
}

static int find_id(struct store *store, const char *slug, int64_t *id, struct reader_fault *fault)
{
    sqlite3_stmt *row;
    int result = look_up(store, "SELECT id FROM product WHERE slug = ?1", slug, &row, fault);

    if (result == SQLITE_ROW)
        *id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return result;
}

/* By slug, or with NULL by id. */
static enum store_status find_product(struct store *store, const char *slug, int64_t id, struct arena *arena,
                                      struct product *product)
{
    struct reader_fault fault = {0};
    struct product found = {.id = 0};
    int result = reader_begin(&store->reader, &fault);

    if (result == SQLITE_DONE) {
        result = slug != NULL ? find_id(store, slug, &id, &fault) : SQLITE_ROW;
        if (result == SQLITE_ROW)
            result = reader_read_product(&store->reader, id, arena, &found, &fault);
        reader_end(&store->reader);
    }
    enum store_status status = handle_judge_fault(store, SUBJECT_PRODUCTS, result, &fault);
    if (result == SQLITE_ROW)
        *product = found;
    return status == STORE_OK && result == SQLITE_DONE ? STORE_NOT_FOUND : status;
}

enum store_status store_find_product(struct store *store, const char *slug, struct arena *arena,
                                     struct product *product)
{
    return find_product(store, slug, 0, arena, product);
}

enum store_status store_find_product_by_id(struct store *store, int32_t id, struct arena *arena,
                                           struct product *product)
{
    return find_product(store, NULL, id, arena, product);
}

enum store_status store_find_old_slug(struct store *store, const char *old_slug, struct arena *arena, const char **slug)
{
    struct reader_fault fault = {0};
    sqlite3_stmt *row;
    int result = look_up(store,
                         "SELECT product.slug FROM old_slug JOIN product ON product.id = old_slug.product_id "
                         "WHERE old_slug.slug = ?1",
                         old_slug, &row, &fault);

    if (result == SQLITE_ROW)
        *slug = row_copy_text(row, 0, arena);
    sqlite3_reset(row);
    enum store_status status = handle_judge_fault(store, SUBJECT_PRODUCTS, result, &fault);
    return result == SQLITE_DONE ? STORE_NOT_FOUND : status;
}

/* ---- All ---- */

enum store_status store_list_products(struct store *store, struct arena *arena, struct product_list *products)
{
    struct reader *reader = &store->reader;
    struct reader_fault fault = {0};
    int result = reader_begin(reader, &fault);

    if (result == SQLITE_DONE) {
        int64_t *ids;
        size_t count;
        result = reader_read_ids(reader, INT64_MIN, SIZE_MAX, arena, &ids, &count, &fault);
        if (result == SQLITE_DONE)
            result = reader_read_products(reader, ids, count, arena, products, &fault);
        reader_end(reader);
    }
    return handle_judge_fault(store, SUBJECT_PRODUCTS, result, &fault);
}

/* ---- All, piece by piece ---- */

struct store_walk {
    sqlite3 *db;
    struct reader reader;
    struct shop shop;
    int64_t last_id, last_former_id;
    sqlite3_stmt *former; /* NULL: not asked for yet */
    int64_t log_length;   /* when it began */
};

static int64_t log_length(const struct store_walk *walk)
{
    const char *path = sqlite3_filename_wal(sqlite3_db_filename(walk->db, "main"));
    struct stat status;

    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static int open_walk(struct store_walk *walk, const char *path, struct reader_fault *fault)
{
    fault->subject = "products";
    if (!handle_open(path, &walk->db, fault->reason, sizeof fault->reason))
        return SQLITE_MISMATCH;
    if (!reader_prepare(&walk->reader, walk->db, fault->reason, sizeof fault->reason))
        return sqlite3_errcode(walk->db);
    int result = reader_begin(&walk->reader, fault);
    if (result == SQLITE_DONE)
        result = reader_read_shop(&walk->reader, &walk->shop, fault);
    walk->log_length = log_length(walk);
    return result;
}

enum store_status store_walk_begin(struct store *store, struct store_walk **walk)
{
    struct store_walk *begun = memory_get_zeroed(1, sizeof *begun);
    struct reader_fault fault = {0};

    begun->last_id = INT64_MIN;
    enum store_status status =
        handle_judge_fault(store, SUBJECT_PRODUCTS, open_walk(begun, store->path, &fault), &fault);
    if (status == STORE_OK)
        *walk = begun;
    else
        store_walk_end(begun);
    return status;
}

/* Not the store's business: the walk may be another thread's, and ends here. */
static enum store_status judge_walk(int result, const struct reader_fault *fault)
{
    if (result == SQLITE_DONE)
        return STORE_OK;
    log_error("store-failed", "reading=%s reason=%s", fault->subject, LOG_QUOTED(fault->reason));
    return STORE_FAILED;
}

int64_t store_walk_place(const struct store_walk *walk)
{
    return walk->last_id;
}

void store_walk_go_back(struct store_walk *walk, int64_t place)
{
    walk->last_id = place;
}

enum store_status store_walk_next(struct store_walk *walk, size_t limit, struct arena *arena,
                                  struct product_list *products)
{
    struct reader_fault fault = {0};
    struct product_list read = {.count = 0};
    int64_t *ids;
    size_t count;
    int result = reader_read_ids(&walk->reader, walk->last_id, limit, arena, &ids, &count, &fault);

    if (result == SQLITE_DONE)
        result = reader_read_products(&walk->reader, ids, count, arena, &read, &fault);
    if (result == SQLITE_DONE) {
        *products = read;
        walk->last_id = count > 0 ? ids[count - 1] : walk->last_id;
    }
    return judge_walk(result, &fault);
}

/* SQLITE_DONE, or an error. */
static int read_former(struct store_walk *walk, size_t limit, struct arena *arena, struct former_list *former)
{
    static const char sql[] = "SELECT id, slug, sku FROM former_product WHERE id > ?1 ORDER BY id LIMIT ?2";
    struct former_product *items = arena_get(arena, limit * sizeof *items);
    size_t count = 0;
    int result;

    if (walk->former == NULL && sqlite3_prepare_v2(walk->db, sql, -1, &walk->former, NULL) != SQLITE_OK)
        return sqlite3_errcode(walk->db);
    sqlite3_bind_int64(walk->former, 1, walk->last_former_id);
    sqlite3_bind_int64(walk->former, 2, (int64_t)limit);
    while ((result = sqlite3_step(walk->former)) == SQLITE_ROW && count < limit)
        items[count++] = (struct former_product){.id = sqlite3_column_int(walk->former, 0),
                                                 .slug = row_copy_text(walk->former, 1, arena),
                                                 .sku = row_copy_text(walk->former, 2, arena)};
    sqlite3_reset(walk->former);
    *former = (struct former_list){.items = items, .count = count};
    return result;
}

enum store_status store_walk_next_former(struct store_walk *walk, size_t limit, struct arena *arena,
                                         struct former_list *former)
{
    struct reader_fault fault = {0};
    struct former_list read;
    int result = read_former(walk, limit, arena, &read);

    if (result == SQLITE_DONE) {
        *former = read;
        walk->last_former_id = read.count > 0 ? read.items[read.count - 1].id : walk->last_former_id;
    } else {
        reader_fail(&walk->reader, "products", result, &fault);
    }
    return judge_walk(result, &fault);
}

const struct shop *store_walk_shop(const struct store_walk *walk)
{
    return &walk->shop;
}

int64_t store_walk_log_growth(const struct store_walk *walk)
{
    int64_t length = log_length(walk);

    return length > walk->log_length ? length - walk->log_length : 0;
}

void store_walk_end(struct store_walk *walk)
{
    if (walk == NULL)
        return;
    reader_release(&walk->reader);
    sqlite3_finalize(walk->former);
    sqlite3_close_v2(walk->db);
    free(walk);
}
