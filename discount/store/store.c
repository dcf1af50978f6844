/* SPDX-License-Identifier: MIT */
/* Rules out of an SQLite database. */
#include "discount/store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "common/database.h"
#include "common/memory.h"

#include "discount/pricing/price.h"

static const char schema[] =
#include "discount/store/schema.sql.inc"
    ;

static const char demo_rows[] =
#include "discount/store/demo.sql.inc"
    ;

static const struct database_kind store_kind = {
    .name = "discount",
    .made_by = "discountctl init",
    .application_id = 0x64736374, /* "dsct" */
    .schema_version = STORE_SCHEMA_VERSION,
};

struct store {
    char *path; /* for messages */
    sqlite3 *db;
    sqlite3_stmt *select_rules;
    sqlite3_stmt *select_revision;
    sqlite3_stmt *data_version;
    int seen_version; /* data_version when it was last asked; 0: never, SQLite counts from 1 */
};

/* Rules as they are read; their keys are copies. */
struct rule_rows {
    struct rule *rules;
    size_t count, room;
};

bool store_create(const char *path, bool demo, char *reason, size_t reason_size)
{
    const char *scripts[] = {schema, demo ? demo_rows : NULL, NULL};

    return database_create(path, &store_kind, scripts, reason, reason_size);
}

/* ---- Opening ---- */

static bool prepare_statement(struct store *store, const char *sql, sqlite3_stmt **statement, char *reason,
                              size_t reason_size)
{
    char cause[256];

    *statement = database_prepare(store->db, sql, cause, sizeof cause);
    if (*statement == NULL)
        snprintf(reason, reason_size, "%s: %s", store->path, cause);
    return *statement != NULL;
}

static bool prepare_statements(struct store *store, char *reason, size_t reason_size)
{
    return prepare_statement(store, "SELECT key, customer_id, percent FROM rule WHERE enabled", &store->select_rules,
                             reason, reason_size) &&
           prepare_statement(store, "SELECT revision FROM revision", &store->select_revision, reason, reason_size) &&
           prepare_statement(store, "PRAGMA data_version", &store->data_version, reason, reason_size);
}

bool store_open(const char *path, struct store **store, char *reason, size_t reason_size)
{
    struct store *opened = memory_get_zeroed(1, sizeof *opened);

    opened->path = memory_copy_text(path);
    if (!database_open(path, &store_kind, &opened->db, reason, reason_size) ||
        !prepare_statements(opened, reason, reason_size)) {
        store_close(opened);
        return false;
    }
    (void)store_has_changed(opened); /* from now on */
    *store = opened;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    sqlite3_finalize(store->select_rules);
    sqlite3_finalize(store->select_revision);
    sqlite3_finalize(store->data_version);
    sqlite3_close_v2(store->db);
    free(store->path);
    free(store);
}

/* ---- Reading ---- */

static bool read_revision(struct store *store, int64_t *revision, char *reason, size_t reason_size)
{
    int result = sqlite3_step(store->select_revision);

    if (result == SQLITE_ROW)
        *revision = sqlite3_column_int64(store->select_revision, 0);
    else
        snprintf(reason, reason_size, "%s: %s", store->path,
                 result == SQLITE_DONE ? "it has no revision" : sqlite3_errmsg(store->db));
    sqlite3_reset(store->select_revision);
    return result == SQLITE_ROW;
}

static void add_rule(struct rule_rows *rows, const char *key, int32_t customer_id, int32_t percent)
{
    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 16 : 2 * rows->room;
        rows->rules = memory_resize(rows->rules, rows->room * sizeof *rows->rules);
    }
    rows->rules[rows->count++] = (struct rule){
        .key = memory_copy_text(key),
        .customer_id = customer_id,
        .percent = percent,
    };
}

/* The schema's CHECKs are asked again: whoever changes the file by hand can switch them off. */
static bool take_row(struct store *store, struct rule_rows *rows, char *reason, size_t reason_size)
{
    const char *key = (const char *)sqlite3_column_text(store->select_rules, 0);
    int64_t customer_id = sqlite3_column_int64(store->select_rules, 1);
    int64_t percent = sqlite3_column_int64(store->select_rules, 2);

    if (key == NULL || key[0] == '\0') {
        snprintf(reason, reason_size, "%s: a rule has no key", store->path);
        return false;
    }
    if (customer_id < 1 || customer_id > INT32_MAX) {
        snprintf(reason, reason_size, "%s: rule %s: customer_id is %" PRId64 ", allowed is 1 to %" PRId32, store->path,
                 key, customer_id, INT32_MAX);
        return false;
    }
    if (percent < 0 || percent > PRICE_PERCENT_MAX) {
        snprintf(reason, reason_size, "%s: rule %s: percent is %" PRId64 ", allowed is 0 to %d", store->path, key,
                 percent, PRICE_PERCENT_MAX);
        return false;
    }
    add_rule(rows, key, (int32_t)customer_id, (int32_t)percent);
    return true;
}

static bool read_rules(struct store *store, struct rule_rows *rows, char *reason, size_t reason_size)
{
    int result;
    bool fine = true;

    while (fine && (result = sqlite3_step(store->select_rules)) != SQLITE_DONE) {
        if (result == SQLITE_ROW) {
            fine = take_row(store, rows, reason, reason_size);
        } else {
            snprintf(reason, reason_size, "%s: %s", store->path, sqlite3_errmsg(store->db));
            fine = false;
        }
    }
    sqlite3_reset(store->select_rules);
    return fine;
}

static void release_rows(struct rule_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free((char *)rows->rules[i].key);
    free(rows->rules);
}

struct ruleset *store_load_rules(struct store *store, char *reason, size_t reason_size)
{
    struct ruleset *ruleset = NULL;
    struct rule_rows rows = {0};
    int64_t revision;

    /* One transaction, so that revision and rules belong together. */
    if (sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s: %s", store->path, sqlite3_errmsg(store->db));
        return NULL;
    }
    if (read_revision(store, &revision, reason, reason_size) && read_rules(store, &rows, reason, reason_size))
        ruleset = ruleset_new(revision, rows.rules, rows.count);
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
    release_rows(&rows);
    return ruleset;
}

bool store_has_changed(struct store *store)
{
    int version = 0;

    if (sqlite3_step(store->data_version) == SQLITE_ROW)
        version = sqlite3_column_int(store->data_version, 0);
    sqlite3_reset(store->data_version);
    if (version != 0 && version == store->seen_version)
        return false;
    store->seen_version = version;
    return true;
}
