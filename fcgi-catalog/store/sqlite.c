/* SPDX-License-Identifier: MIT */
/* The store in SQLite: statements are prepared once, a look-up binds, steps and resets. */
#include "fcgi-catalog/store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/database.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/text.h"
#include "fcgi-catalog/store/customer_cache.h"

static const struct database_kind catalog_kind = {
    .name = "catalog",
    .made_by = "catalogctl init",
    .application_id = 0x43544c47, /* "CTLG" */
    .schema_version = STORE_SCHEMA_VERSION,
};

static const char schema_sql[] =
#include "fcgi-catalog/store/schema.sql.inc"
    ;

static const char demo_sql[] =
#include "fcgi-catalog/store/demo.sql.inc"
    ;

/* A statement, prepared once. */
struct query {
    const char *subject; /* what it reads, for the log */
    sqlite3_stmt *statement;
    bool is_failing; /* its last run failed: said once in the log */
};

struct store {
    sqlite3 *db;
    struct query version, products, customer;
    int64_t seen_version;             /* PRAGMA data_version when last asked: it changes, but need not grow */
    int64_t revision;                 /* how often it changed, and one */
    struct customer_cache *customers; /* of this revision */
};

/* ---- Opening ---- */

static bool prepare_query(struct store *store, struct query *query, const char *subject, const char *sql, char *reason,
                          size_t reason_size)
{
    query->subject = subject;
    query->statement = database_prepare(store->db, sql, reason, reason_size);
    return query->statement != NULL;
}

static bool prepare_queries(struct store *store, char *reason, size_t reason_size)
{
    return prepare_query(store, &store->version, "version", "PRAGMA data_version", reason, reason_size) &&
           prepare_query(store, &store->products, "products",
                         "SELECT id, slug, description, price_in_cents FROM product ORDER BY id", reason,
                         reason_size) &&
           prepare_query(store, &store->customer, "customer",
                         "SELECT first_name, last_name FROM customer WHERE id = ?1", reason, reason_size);
}

bool store_open(const char *path, struct store **store, char *reason, size_t reason_size)
{
    char cause[256];
    struct store *opened = memory_get_zeroed(1, sizeof *opened);

    if (!database_open(path, &catalog_kind, &opened->db, reason, reason_size)) {
        free(opened);
        return false;
    }
    if (!prepare_queries(opened, cause, sizeof cause)) {
        snprintf(reason, reason_size, "%s: %s", path, cause);
        store_close(opened);
        return false;
    }
    opened->customers = customer_cache_new();
    *store = opened;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    sqlite3_finalize(store->version.statement);
    sqlite3_finalize(store->products.statement);
    sqlite3_finalize(store->customer.statement);
    sqlite3_close_v2(store->db);
    customer_cache_free(store->customers);
    free(store);
}

/* ---- Reading ---- */

static bool is_good(int result)
{
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

/* Whether a query stopped failing or began to: a database that fails is asked again with every request, so the log
 * hears of changes only. */
static void note_result(const struct store *store, struct query *query, int result)
{
    if (query->is_failing == !is_good(result))
        return;
    query->is_failing = !is_good(result);
    if (query->is_failing)
        log_error("store-failed", "reading=%s reason=%s", query->subject,
                  LOG_QUOTED(result == SQLITE_MISMATCH ? "a number is out of range" : sqlite3_errmsg(store->db)));
    else
        log_info("store-recovered", "reading=%s", query->subject);
}

/* What the end of a query means, and makes it ready for the next time. Rows must have been read before. */
static enum store_status finish_query(const struct store *store, struct query *query, int result)
{
    bool is_busy = result == SQLITE_BUSY || result == SQLITE_LOCKED;

    if (!is_busy)
        note_result(store, query, result);
    sqlite3_reset(query->statement);
    if (is_busy)
        return STORE_BUSY;
    return is_good(result) ? STORE_OK : STORE_FAILED;
}

enum store_status store_revision(struct store *store, int64_t *revision)
{
    int result = sqlite3_step(store->version.statement);
    int64_t version = sqlite3_column_int64(store->version.statement, 0);
    enum store_status status = finish_query(store, &store->version, result);

    if (status != STORE_OK)
        return status;
    if (store->revision == 0 || version != store->seen_version) {
        store->seen_version = version;
        store->revision++;
        customer_cache_clear(store->customers);
    }
    *revision = store->revision;
    return STORE_OK;
}

/* How many bytes the UTF-8 character at `text` has; 0: it is none. */
static size_t measure_character(const char *text, size_t length)
{
    for (size_t n = 1; n <= 4 && n <= length; n++) {
        if (text_is_utf8(text, n))
            return n;
    }
    return 0;
}

/* A copy with U+FFFD in the place of each byte that belongs to no character. */
static char *mend_text(struct arena *arena, const char *text, size_t length)
{
    char *mended = arena_get(arena, length * 3 + 1), *end = mended;

    for (size_t i = 0; i < length;) {
        size_t n = measure_character(text + i, length - i);
        memcpy(end, n > 0 ? text + i : "\xef\xbf\xbd", n > 0 ? n : 3);
        end += n > 0 ? n : 3;
        i += n > 0 ? n : 1;
    }
    *end = '\0';
    return mended;
}

static const char *copy_text(sqlite3_stmt *row, int column, struct arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);

    if (text == NULL)
        return "";
    return text_is_utf8(text, length) ? arena_copy(arena, text, length) : mend_text(arena, text, length);
}

/* The schema's checks keep values in range; a database that was written around them is refused. */
static bool read_int32(sqlite3_stmt *row, int column, int32_t *value)
{
    int64_t wide = sqlite3_column_int64(row, column);

    *value = (int32_t)wide;
    return wide >= INT32_MIN && wide <= INT32_MAX;
}

static bool read_product(sqlite3_stmt *row, struct arena *arena, struct product *product)
{
    if (!read_int32(row, 0, &product->id) || !read_int32(row, 3, &product->price_cents))
        return false;
    product->slug = copy_text(row, 1, arena);
    product->description = copy_text(row, 2, arena);
    return true;
}

enum store_status store_list_products(struct store *store, struct arena *arena, struct product_list *products)
{
    struct product *found = NULL;
    size_t count = 0, room = 0;
    int result;

    while ((result = sqlite3_step(store->products.statement)) == SQLITE_ROW) {
        if (count == room) {
            room = room > 0 ? room * 2 : 64;
            found = memory_resize(found, room * sizeof *found);
        }
        if (!read_product(store->products.statement, arena, &found[count])) {
            result = SQLITE_MISMATCH;
            break;
        }
        count++;
    }
    enum store_status status = finish_query(store, &store->products, result);
    if (status == STORE_OK) {
        struct product *items = arena_get(arena, count * sizeof *items);
        if (count > 0)
            memcpy(items, found, count * sizeof *items);
        *products = (struct product_list){.items = items, .count = count};
    }
    free(found);
    return status;
}

static enum store_status look_up_customer(struct store *store, int32_t id, struct arena *arena,
                                          struct customer *customer)
{
    sqlite3_stmt *statement = store->customer.statement;

    sqlite3_bind_int(statement, 1, id);
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        customer->id = id;
        customer->first_name = copy_text(statement, 0, arena);
        customer->last_name = copy_text(statement, 1, arena);
    }
    enum store_status status = finish_query(store, &store->customer, result);
    return result == SQLITE_DONE ? STORE_NOT_FOUND : status;
}

static const char *copy_name(struct arena *arena, const char *name)
{
    return arena_copy(arena, name, strlen(name));
}

enum store_status store_find_customer(struct store *store, int32_t id, struct arena *arena, struct customer *customer)
{
    const struct customer *known;

    if (customer_cache_find(store->customers, id, &known)) {
        if (known == NULL)
            return STORE_NOT_FOUND;
        *customer = (struct customer){.id = id,
                                      .first_name = copy_name(arena, known->first_name),
                                      .last_name = copy_name(arena, known->last_name)};
        return STORE_OK;
    }
    enum store_status status = look_up_customer(store, id, arena, customer);
    /* Before the first look at the revision nobody could say when what is remembered goes out of date. */
    if (store->revision > 0 && (status == STORE_OK || status == STORE_NOT_FOUND))
        customer_cache_put(store->customers, id, status == STORE_OK ? customer : NULL);
    return status;
}

/* ---- Making ---- */

bool store_create(const char *path, bool demo, char *reason, size_t reason_size)
{
    const char *const scripts[] = {schema_sql, demo ? demo_sql : NULL, NULL};

    return database_create(path, &catalog_kind, scripts, reason, reason_size);
}
