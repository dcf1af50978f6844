/* SPDX-License-Identifier: MIT */
/* The store in SQLite: its handle, revision and customers. Statements are prepared once, a look-up binds, steps and
 * resets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/row.h"
#include "fcgi-catalog/store/sqlite/sqlite.h"

#define CUSTOMERS_MAX ((size_t)4 * 1024 * 1024) /* bytes; some 20,000 of them */

/* ---- Opening ---- */

bool handle_open(const char *path, sqlite3 **db, char *reason, size_t reason_size)
{
    return database_open(path, &catalog_kind, db, reason, reason_size);
}

static bool prepare(struct store_state *store, char *reason, size_t reason_size)
{
    store->version = database_prepare(store->db, "PRAGMA data_version", reason, reason_size);
    if (store->version == NULL)
        return false;
    store->is_in_wal_mode = database_is_in_wal_mode(store->db);
    store->customer = database_prepare(store->db, "SELECT first_name, last_name, login FROM customer WHERE id = ?1",
                                       reason, reason_size);
    return store->customer != NULL && reader_prepare(&store->reader, store->db, reason, reason_size) &&
           tokenizer_open(&store->tokenizer, store->db, reason, reason_size) &&
           id_set_open(store->db, reason, reason_size);
}

static bool open_store(const char *path, struct store *base, char *reason, size_t reason_size)
{
    char cause[256];
    struct store_state *store = base->state = memory_get_zeroed(1, sizeof *store);

    store->statements = statement_cache_new();
    store->customers = cache_new(CUSTOMERS_MAX, free);
    store->path = memory_copy_text(path);
    if (!handle_open(path, &store->db, reason, reason_size))
        return false;
    if (prepare(store, cause, sizeof cause))
        return true;
    snprintf(reason, reason_size, "%s: %s", path, cause);
    return false;
}

static void close_store(struct store *base)
{
    struct store_state *store = base->state;

    sqlite3_finalize(store->version);
    sqlite3_finalize(store->customer);
    cache_free(store->statements);
    query_cache_release(&store->queries);
    reader_release(&store->reader);
    tokenizer_release(&store->tokenizer);
    sqlite3_close_v2(store->db);
    cache_free(store->customers);
    free(store->path);
    free(store);
}

/* ---- What a result means ---- */

static bool is_busy(int result)
{
    return (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED;
}

/* A database that fails is read again with every request, so only changes between failing and not are logged. `what`
 * was read, for the log; `reason` is why that failed. */
static enum store_status handle_judge(struct store_state *store, enum subject subject, bool is_good, int result,
                                      const char *what, const char *reason)
{
    if (is_busy(result))
        return STORE_BUSY;
    if (store->is_failing[subject] == is_good) {
        store->is_failing[subject] = !is_good;
        if (is_good)
            log_info("store-recovered", "reading=%s", what);
        else
            log_error("store-failed", "reading=%s reason=%s", what, LOG_QUOTED(reason));
    }
    return is_good ? STORE_OK : STORE_FAILED;
}

enum store_status handle_judge_fault(struct store_state *store, enum subject subject, int result,
                                     const struct reader_fault *fault)
{
    static const char *const subjects[SUBJECT_COUNT] = {"file", "version",  "customer",
                                                        "shop", "products", "categories"};
    bool is_good = result == SQLITE_DONE || result == SQLITE_ROW;

    /* A subject is read in parts: the part that failed is named, but the whole subject recovers. */
    return handle_judge(store, subject, is_good, result, is_good ? subjects[subject] : fault->subject, fault->reason);
}

/* ---- Reading ---- */

/* Makes a statement ready for the next time. Its row must have been read before. */
static enum store_status finish(struct store_state *store, sqlite3_stmt *statement, enum subject subject,
                                const char *what, int result)
{
    bool is_good = result == SQLITE_ROW || result == SQLITE_DONE;
    enum store_status status = handle_judge(store, subject, is_good, result, what, sqlite3_errmsg(store->db));

    sqlite3_reset(statement);
    return status;
}

/* SQLite does not notice that the file is gone, nor, before it reads a page anew, that another file took its place. */
static enum store_status look_at_file(struct store *base)
{
    struct store_state *store = base->state;
    char reason[256] = "";
    int64_t now_ns = clock_now_ns();

    if (store->looked_at_ns != 0 && now_ns - store->looked_at_ns < CLOCK_NS_PER_S)
        return store->is_in_place ? STORE_OK : STORE_FAILED;
    store->looked_at_ns = now_ns;
    store->commit = (struct database_commit){0}; /* makes revision() ask SQLite, which notices a truncated file */
    store->is_in_place = database_is_in_place(store->db, reason, sizeof reason);
    if (!base->is_stale && !database_beside_is_in_place(store->db, &store->beside)) {
        base->is_stale = true;
        log_warning("database-reopened", "database=%s reason=\"its -wal or -shm file was deleted or replaced\"",
                    LOG_QUOTED(store->path));
    }
    return handle_judge(store, SUBJECT_FILE, store->is_in_place, SQLITE_OK, "file", reason);
}

/* Whether nobody has committed since the version was asked for; *commit is the last commit, where it can be read. */
static bool is_unchanged(const struct store_state *store, struct database_commit *commit)
{
    return store->is_in_wal_mode && store->revision != 0 && database_read_commit(store->db, commit) &&
           memcmp(commit, &store->commit, sizeof *commit) == 0;
}

static enum store_status read_revision(struct store *base, int64_t *revision)
{
    struct store_state *store = base->state;
    struct database_commit commit = {0};

    if (look_at_file(base) != STORE_OK)
        return STORE_FAILED;
    if (is_unchanged(store, &commit)) {
        *revision = store->revision;
        return STORE_OK;
    }
    int result = sqlite3_step(store->version);
    int64_t version =
        result == SQLITE_ROW ? sqlite3_column_int64(store->version, 0) : 0; /* as product_reader.c has it */
    enum store_status status = finish(store, store->version, SUBJECT_VERSION, "version", result);

    if (status != STORE_OK)
        return status;
    store->commit = commit;
    if (store->revision == 0 || version != store->seen_version) {
        store->seen_version = version;
        store->revision++;
        cache_clear(store->customers);
    }
    *revision = store->revision;
    return STORE_OK;
}

static enum store_status read_shop(struct store *base, struct shop *shop)
{
    struct store_state *store = base->state;
    struct reader_fault fault = {0};
    struct shop read;
    int result = reader_read_shop(&store->reader, &read, &fault);

    if (result == SQLITE_ROW)
        *shop = read;
    return handle_judge_fault(store, SUBJECT_SHOP, result, &fault);
}

/* A customer who was looked up lately, or an id that no customer has. The names stand behind the struct, each with its
 * NUL. */
struct known_customer {
    bool is_there;
    struct customer customer;
    char names[];
};

static void keep_customer(struct store_state *store, int32_t id, const struct customer *customer)
{
    const char *const names[] = {customer->first_name, customer->last_name, customer->login};
    size_t sizes[ARRAY_LENGTH(names)], size = sizeof(struct known_customer);

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        size += sizes[i] = customer->id != 0 ? strlen(names[i]) + 1 : 0;
    struct known_customer *known = memory_get(size);
    char *end = known->names;
    known->is_there = customer->id != 0;
    known->customer = (struct customer){.id = id};
    const char **const places[] = {&known->customer.first_name, &known->customer.last_name, &known->customer.login};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        *places[i] = end;
        memcpy(end, names[i], sizes[i]);
        end += sizes[i];
    }
    cache_put(store->customers, &id, sizeof id, known, size);
    cache_trim(store->customers);
}

static const char *copy_name(struct arena *arena, const char *name)
{
    return arena_copy(arena, name, strlen(name));
}

static enum store_status find_customer(struct store *base, int32_t id, struct arena *arena, struct customer *customer)
{
    struct store_state *store = base->state;
    const struct known_customer *known = cache_find(store->customers, &id, sizeof id);

    if (known != NULL && known->is_there)
        *customer = (struct customer){.id = id,
                                      .first_name = copy_name(arena, known->customer.first_name),
                                      .last_name = copy_name(arena, known->customer.last_name),
                                      .login = copy_name(arena, known->customer.login)};
    if (known != NULL)
        return known->is_there ? STORE_OK : STORE_NOT_FOUND;
    sqlite3_bind_int(store->customer, 1, id);
    int result = sqlite3_step(store->customer);
    struct customer found = {.first_name = "", .last_name = "", .login = ""};
    if (result == SQLITE_ROW)
        found = (struct customer){.id = id,
                                  .first_name = row_copy_text(store->customer, 0, arena),
                                  .last_name = row_copy_text(store->customer, 1, arena),
                                  .login = row_copy_text(store->customer, 2, arena)};
    enum store_status status = finish(store, store->customer, SUBJECT_CUSTOMER, "customer", result);
    if (status != STORE_OK)
        return status;
    /* Only revision() clears the cache of customers: before it is called, none is kept. */
    if (store->revision > 0)
        keep_customer(store, id, &found);
    if (result == SQLITE_DONE)
        return STORE_NOT_FOUND;
    *customer = found;
    return STORE_OK;
}

const struct store_methods store_sqlite = {
    .open = open_store,
    .close = close_store,
    .create = sqlite_create,
    .upgrade = sqlite_upgrade,
    .check = sqlite_check,
    .open_import = sqlite_open_import,
    .revision = read_revision,
    .shop = read_shop,
    .list = sqlite_list,
    .count = sqlite_count,
    .find_nearest = sqlite_find_nearest,
    .find_product = sqlite_find_product,
    .find_product_by_id = sqlite_find_product_by_id,
    .find_old_slug = sqlite_find_old_slug,
    .begin_walk = sqlite_begin_walk,
    .list_categories = sqlite_list_categories,
    .find_customer = find_customer,
};
