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
#include "fcgi-catalog/store/customer_cache.h"
#include "fcgi-catalog/store/listing.h"
#include "fcgi-catalog/store/row.h"

static const char schema_sql[] =
#include "fcgi-catalog/store/schema.sql.inc"
    ;

static const char upgrade_2_sql[] =
#include "fcgi-catalog/store/upgrade-2.sql.inc"
    ;

static const char demo_sql[] =
#include "fcgi-catalog/store/demo.sql.inc"
    ;

static const char *const upgrades[STORE_SCHEMA_VERSION] = {[1] = upgrade_2_sql}; /* [i]: from version i */

static const struct database_kind catalog_kind = {
    .name = "catalog",
    .made_by = "catalogctl init",
    .application_id = 0x43544c47, /* "CTLG" */
    .schema_version = STORE_SCHEMA_VERSION,
    .upgrades = upgrades,
    .upgraded_by = "\"catalogctl upgrade\", or starting catalog.fcgi,",
};

/* A statement, prepared once. */
struct query {
    const char *subject; /* what it reads, for the log */
    sqlite3_stmt *statement;
    bool is_failing; /* its last run failed: said once in the log */
};

struct store {
    sqlite3 *db;
    struct query version, customer;
    struct listing listing;
    bool is_listing_failing;          /* its last reading failed: said once in the log */
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
           prepare_query(store, &store->customer, "customer",
                         "SELECT first_name, last_name FROM customer WHERE id = ?1", reason, reason_size) &&
           listing_prepare(&store->listing, store->db, reason, reason_size);
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
    sqlite3_finalize(store->customer.statement);
    listing_release(&store->listing);
    sqlite3_close_v2(store->db);
    customer_cache_free(store->customers);
    free(store);
}

/* ---- Reading ---- */

/* Whether reading something stopped failing or began to: a database that fails is asked again with every request, so
 * the log hears of changes only. */
static void note_result(bool *is_failing, bool is_good, const char *subject, const char *reason)
{
    if (*is_failing == !is_good)
        return;
    *is_failing = !is_good;
    if (*is_failing)
        log_error("store-failed", "reading=%s reason=%s", subject, LOG_QUOTED(reason));
    else
        log_info("store-recovered", "reading=%s", subject);
}

static bool is_busy(int result)
{
    return result == SQLITE_BUSY || result == SQLITE_LOCKED;
}

/* What the end of a query means, and makes it ready for the next time. Rows must have been read before. */
static enum store_status finish_query(const struct store *store, struct query *query, int result)
{
    bool is_good = result == SQLITE_ROW || result == SQLITE_DONE;

    if (!is_busy(result))
        note_result(&query->is_failing, is_good, query->subject, sqlite3_errmsg(store->db));
    sqlite3_reset(query->statement);
    if (is_busy(result))
        return STORE_BUSY;
    return is_good ? STORE_OK : STORE_FAILED;
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

enum store_status store_list_products(struct store *store, struct arena *arena, struct product_list *products)
{
    struct listing_fault fault = {0};
    int result = listing_read(&store->listing, arena, products, &fault);

    if (is_busy(result))
        return STORE_BUSY;
    /* It is read in parts, each as good as the next: what recovers is the whole. */
    note_result(&store->is_listing_failing, result == SQLITE_DONE, result == SQLITE_DONE ? "products" : fault.subject,
                fault.reason);
    return result == SQLITE_DONE ? STORE_OK : STORE_FAILED;
}

static enum store_status look_up_customer(struct store *store, int32_t id, struct arena *arena,
                                          struct customer *customer)
{
    sqlite3_stmt *statement = store->customer.statement;

    sqlite3_bind_int(statement, 1, id);
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        customer->id = id;
        customer->first_name = row_copy_text(statement, 0, arena);
        customer->last_name = row_copy_text(statement, 1, arena);
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
    const char *const scripts[] = {schema_sql, upgrade_2_sql, demo ? demo_sql : NULL, NULL};

    return database_create(path, &catalog_kind, scripts, reason, reason_size);
}

bool store_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size)
{
    return database_upgrade(path, &catalog_kind, upgraded_from, reason, reason_size);
}
