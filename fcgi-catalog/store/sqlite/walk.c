/* SPDX-License-Identifier: MIT */
/* Products one by one, or all of them along a walk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/row.h"

/* ---- One ---- */

/* Steps a statement that takes one text and gives one number or text. SQLITE_ROW, SQLITE_DONE, or an error. */
static int look_up(struct store_state *store, const char *sql, const char *text, sqlite3_stmt **row,
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

static int find_id(struct store_state *store, const char *slug, int64_t *id, struct reader_fault *fault)
{
    sqlite3_stmt *row;
    int result = look_up(store, "SELECT id FROM product WHERE slug = ?1", slug, &row, fault);

    if (result == SQLITE_ROW)
        *id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return result;
}

/* By slug, or with NULL by id. */
static enum store_status find_product(struct store_state *store, const char *slug, int64_t id, struct arena *arena,
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

enum store_status sqlite_find_product(struct store *base, const char *slug, struct arena *arena,
                                      struct product *product)
{
    return find_product(base->state, slug, 0, arena, product);
}

enum store_status sqlite_find_product_by_id(struct store *base, int32_t id, struct arena *arena,
                                            struct product *product)
{
    return find_product(base->state, NULL, id, arena, product);
}

enum store_status sqlite_find_old_slug(struct store *base, const char *old_slug, struct arena *arena, const char **slug)
{
    struct store_state *store = base->state;
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

/* ---- All, piece by piece ---- */

/* A walk has a handle of its own. */
struct sqlite_walk {
    struct store_walk walk; /* first */
    sqlite3 *db;
    struct product_reader reader;
    int64_t last_former_id;
    sqlite3_stmt *former, *customers; /* NULL: not asked for yet */
    int64_t log_length;               /* when it began */
};

static int64_t log_length(const struct sqlite_walk *walk)
{
    const char *path = sqlite3_filename_wal(sqlite3_db_filename(walk->db, "main"));
    struct stat status;

    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static int open_walk(struct sqlite_walk *walk, const char *path, struct reader_fault *fault)
{
    fault->subject = "products";
    if (!handle_open(path, &walk->db, fault->reason, sizeof fault->reason))
        return SQLITE_MISMATCH;
    if (!reader_prepare(&walk->reader, walk->db, fault->reason, sizeof fault->reason))
        return sqlite3_errcode(walk->db);
    int result = reader_begin(&walk->reader, fault);
    if (result == SQLITE_DONE)
        result = reader_read_shop(&walk->reader, &walk->walk.shop, fault);
    walk->log_length = log_length(walk);
    return result;
}

/* The state of the store is left alone: the walk may be another thread's. The walk ends with an error. */
static enum store_status judge_walk(int result, const struct reader_fault *fault)
{
    if (result == SQLITE_DONE)
        return STORE_OK;
    log_error("store-failed", "reading=%s reason=%s", fault->subject, LOG_QUOTED(fault->reason));
    return STORE_FAILED;
}

static enum store_status next_products(struct store_walk *base, size_t limit, struct arena *arena,
                                       struct product_list *products)
{
    struct sqlite_walk *walk = (struct sqlite_walk *)base;
    struct reader_fault fault = {0};
    struct product_list read = {.count = 0};
    int64_t *ids;
    size_t count;
    int result = reader_read_ids(&walk->reader, base->place, limit, arena, &ids, &count, &fault);

    if (result == SQLITE_DONE)
        result = reader_read_products(&walk->reader, ids, count, arena, &read, &fault);
    if (result == SQLITE_DONE) {
        *products = read;
        base->place = count > 0 ? ids[count - 1] : base->place;
    }
    return judge_walk(result, &fault);
}

/* SQLITE_DONE, or an error. */
static int read_former(struct sqlite_walk *walk, size_t limit, struct arena *arena, struct former_list *former)
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

static enum store_status next_former(struct store_walk *base, size_t limit, struct arena *arena,
                                     struct former_list *former)
{
    struct sqlite_walk *walk = (struct sqlite_walk *)base;
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

/* SQLITE_DONE, or an error. */
static int read_customers(struct sqlite_walk *walk, int32_t after, size_t limit, struct arena *arena,
                          struct customer_list *customers)
{
    static const char sql[] =
        "SELECT id, login, email, first_name, last_name FROM customer WHERE id > ?1 ORDER BY id LIMIT ?2";
    struct customer *items = arena_get(arena, limit * sizeof *items);
    size_t count = 0;
    int result;

    if (walk->customers == NULL && sqlite3_prepare_v2(walk->db, sql, -1, &walk->customers, NULL) != SQLITE_OK)
        return sqlite3_errcode(walk->db);
    sqlite3_bind_int(walk->customers, 1, after);
    sqlite3_bind_int64(walk->customers, 2, (int64_t)limit);
    while ((result = sqlite3_step(walk->customers)) == SQLITE_ROW && count < limit) {
        struct customer *customer = &items[count++];
        *customer = (struct customer){.id = sqlite3_column_int(walk->customers, 0)};
        for (int i = 0; i < CUSTOMER_FIELDS; i++)
            customer_set(customer, (enum customer_field)i, row_copy_text(walk->customers, i + 1, arena));
    }
    sqlite3_reset(walk->customers);
    *customers = (struct customer_list){.items = items, .count = count};
    return result;
}

static enum store_status next_customers(struct store_walk *base, int32_t after, size_t limit, struct arena *arena,
                                        struct customer_list *customers)
{
    struct sqlite_walk *walk = (struct sqlite_walk *)base;
    struct reader_fault fault = {0};
    struct customer_list read;
    int result = read_customers(walk, after, limit, arena, &read);

    if (result == SQLITE_DONE)
        *customers = read;
    else
        reader_fail(&walk->reader, "customers", result, &fault);
    return judge_walk(result, &fault);
}

static int64_t measure_log_growth(const struct store_walk *base)
{
    const struct sqlite_walk *walk = (const struct sqlite_walk *)base;
    int64_t length = log_length(walk);

    return length > walk->log_length ? length - walk->log_length : 0;
}

static void end_walk(struct store_walk *base)
{
    struct sqlite_walk *walk = (struct sqlite_walk *)base;

    reader_release(&walk->reader);
    sqlite3_finalize(walk->former);
    sqlite3_finalize(walk->customers);
    sqlite3_close_v2(walk->db);
    free(walk);
}

enum store_status sqlite_begin_walk(struct store *base, struct store_walk **walk)
{
    struct sqlite_walk *begun = memory_get_zeroed(1, sizeof *begun);
    struct reader_fault fault = {0};

    begun->walk = (struct store_walk){.place = INT64_MIN,
                                      .next = next_products,
                                      .next_former = next_former,
                                      .next_customers = next_customers,
                                      .log_growth = measure_log_growth,
                                      .end = end_walk};
    int result = open_walk(begun, base->state->path, &fault);
    enum store_status status = handle_judge_fault(base->state, SUBJECT_PRODUCTS, result, &fault);
    if (status == STORE_OK)
        *walk = &begun->walk;
    else
        end_walk(&begun->walk);
    return status;
}
