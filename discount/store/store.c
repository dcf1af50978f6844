/* SPDX-License-Identifier: MIT */
/* The database of rules as a file: made, upgraded, opened, closed; whether somebody changed it. */
#include "discount/store/store.h"

#include <stdlib.h>

#include "common/database.h"
#include "common/memory.h"

#include "discount/store/fold.h"
#include "discount/store/internal.h"

#define ASK_BUSY_MS 250 /* store_has_changed() waits no longer */

static const char schema[] =
#include "discount/store/schema.sql.inc"
    ;

static const char change_sets[] =
#include "discount/store/change_sets.sql.inc"
    ;

static const char demo_rows[] =
#include "discount/store/demo.sql.inc"
    ;

static const char upgrade_1[] =
#include "discount/store/upgrade_1_begin.sql.inc"
#include "discount/store/schema.sql.inc"
#include "discount/store/upgrade_1_end.sql.inc"
    ;

static const char *const upgrades[STORE_SCHEMA_VERSION] = {[1] = upgrade_1, [2] = change_sets};

static const struct database_kind store_kind = {
    .name = "discount",
    .made_by = "discountctl init",
    .application_id = 0x64736374, /* "dsct" */
    .schema_version = STORE_SCHEMA_VERSION,
    .upgrades = upgrades,
    .upgraded_by = "starting discountd",
};

/*
 * What a change set remembers while it is open. They are this connection's own, and roll back with it.
 *   mention  what it has changes of, and which change was the last; 0, 1, 2 are enum mention_kind
 *   wanted   products that its rules name and that were not there yet
 *   aside    products whose slug another one took: what they are called until a later change says it
 * And between the pages of a comparison:
 *   differing  what differs, in order
 * And while a revision is made again:
 *   undo     rows as they were at the revision that is made again
 */
static const char temporary_tables[] =
    "PRAGMA temp_store = MEMORY;"
    "CREATE TEMP TABLE mention (kind INTEGER NOT NULL, key TEXT NOT NULL, change INTEGER NOT NULL,"
    "    faulty INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;"
    "CREATE TEMP TABLE wanted (rule_key TEXT NOT NULL, excluded INTEGER NOT NULL, slug TEXT NOT NULL, price INTEGER,"
    "    change INTEGER NOT NULL, PRIMARY KEY (rule_key, excluded, slug)) WITHOUT ROWID;"
    "CREATE TEMP TABLE aside (product_id INTEGER PRIMARY KEY, slug TEXT NOT NULL, change INTEGER NOT NULL,"
    "    subject TEXT NOT NULL);"
    "CREATE TEMP TABLE differing (place INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key TEXT NOT NULL,"
    "    number INTEGER);"
    "CREATE TEMP TABLE undo (kind TEXT NOT NULL, key TEXT NOT NULL, part TEXT NOT NULL, before TEXT, place TEXT,"
    "    PRIMARY KEY (kind, key, part)) WITHOUT ROWID;";

bool store_create(const char *path, bool demo, char *reason, size_t reason_size)
{
    const char *scripts[] = {schema, change_sets, demo ? demo_rows : NULL, NULL};

    return database_create(path, &store_kind, scripts, reason, reason_size);
}

bool store_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size)
{
    return database_upgrade(path, &store_kind, upgraded_from, reason, reason_size);
}

/* ---- Opening ---- */

/* Whether the tables are there: a version number is soon written. */
static bool check_tables(struct store *store)
{
    static const char *const reads[] = {
        "SELECT " RULE_COLUMNS " FROM rule r",
        "SELECT rule_key, excluded, product_id, price FROM rule_product",
        "SELECT rule_key, excluded, category FROM rule_category",
        "SELECT id, slug, floor FROM product",
        "SELECT key, label FROM customer_group",
        "SELECT group_key, customer_id FROM group_member",
        "SELECT number, made_at, author, message, changed FROM revision",
        "SELECT revision, kind, key, part, before, after FROM change",
        "SELECT number FROM open_revision",
        "SELECT author, id, revision, changed, made_at FROM made_change_set",
    };
    char cause[256];

    for (size_t i = 0; i < ARRAY_LENGTH(reads); i++) {
        sqlite3_stmt *statement = database_prepare(store->db, reads[i], cause, sizeof cause);
        if (statement == NULL) {
            store_say(store, STORE_FAILED, "%s", cause);
            return false;
        }
        sqlite3_finalize(statement);
    }
    return true;
}

bool store_open(const char *path, struct store **store, char *reason, size_t reason_size)
{
    struct store *opened = memory_get_zeroed(1, sizeof *opened);

    opened->path = memory_copy_text(path);
    if (!database_open_to_write(path, &store_kind, STORE_BUSY_MS, &opened->db, reason, reason_size)) {
        store_close(opened);
        return false;
    }
    if (!check_tables(opened) || store_execute(opened, temporary_tables) != STORE_OK ||
        fold_register(opened->db) != SQLITE_OK) {
        (void)store_tell(opened, STORE_FAILED, reason, reason_size);
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
    if (store->db != NULL)
        store_rollback(store);
    for (size_t i = 0; i < store->statement_count; i++)
        sqlite3_finalize(store->statements[i].statement);
    sqlite3_close_v2(store->db);
    free(store->path);
    free(store);
}

bool store_has_changed(struct store *store)
{
    int64_t version;

    sqlite3_busy_timeout(store->db, ASK_BUSY_MS);
    if (store_ask(store, store_statement(store, "PRAGMA data_version"), 0, &version) != STORE_OK)
        version = 0;
    sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
    if (version != 0 && version == store->seen_version)
        return false;
    store->seen_version = (int)version;
    return true;
}
