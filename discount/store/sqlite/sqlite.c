/* SPDX-License-Identifier: MIT */
/* The database of rules as a file: made, upgraded, opened, closed; whether somebody changed it; the methods. */
#include "discount/store/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/database.h"
#include "common/memory.h"
#include "common/platform.h"

#include "discount/store/sqlite/fold.h"
#include "discount/store/sqlite/internal.h"
#include "discount/store/sqlite/near.h"

#define ASK_BUSY_MS 250 /* has_changed() waits no longer */

static const char schema[] =
#include "discount/store/sqlite/schema.sql.inc"
    ;

static const char change_sets[] =
#include "discount/store/sqlite/change_sets.sql.inc"
    ;

static const char shop[] =
#include "discount/store/sqlite/shop.sql.inc"
    ;

static const char demo_rows[] =
#include "discount/store/sqlite/demo.sql.inc"
    ;

static const char upgrade_1[] =
#include "discount/store/sqlite/upgrade_1_begin.sql.inc"
#include "discount/store/sqlite/schema.sql.inc"
#include "discount/store/sqlite/upgrade_1_end.sql.inc"
    ;

static const char *const upgrades[STORE_SCHEMA_VERSION] = {[1] = upgrade_1, [2] = change_sets, [3] = shop};

static const struct database_kind store_kind = {
    .name = "discount",
    .made_by = "discountctl init",
    .application_id = 0x64736374, /* "dsct" */
    .schema_version = STORE_SCHEMA_VERSION,
    .upgrades = upgrades,
    .upgraded_by = "starting discountd",
};

/*
 * What a change set remembers while it is open, in tables of this connection that roll back with the set.
 *   mention  what it has changes of, and which change was the last; 0, 1, 2 are enum mention_kind
 *   wanted   products that its rules name and that were not there yet
 *   aside    products whose slug another one took: what they are called until a later change says it
 * And between the pages of a comparison:
 *   differing  what differs, in order
 * And while rules follow the shop:
 *   told     the shop's categories
 *   renamed  products that get another slug
 *   moved    categories of rules that get another slug, with that
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
    "CREATE TEMP TABLE told (number INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE);"
    "CREATE TEMP TABLE renamed (id INTEGER PRIMARY KEY, slug TEXT NOT NULL);"
    "CREATE TEMP TABLE moved (rule_key TEXT NOT NULL, excluded INTEGER NOT NULL, category TEXT NOT NULL,"
    "    PRIMARY KEY (rule_key, excluded, category)) WITHOUT ROWID;"
    "CREATE TEMP TABLE undo (kind TEXT NOT NULL, key TEXT NOT NULL, part TEXT NOT NULL, before TEXT, place TEXT,"
    "    PRIMARY KEY (kind, key, part)) WITHOUT ROWID;";

static bool sqlite_create(const char *path, bool demo, char *reason, size_t reason_size)
{
    const char *scripts[] = {schema, change_sets, shop, demo ? demo_rows : NULL, NULL};

    return database_create(path, &store_kind, scripts, reason, reason_size);
}

static bool sqlite_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size)
{
    return database_upgrade(path, &store_kind, upgraded_from, reason, reason_size);
}

/* ---- Opening ---- */

/* Whether the tables are there, whatever the version number says. */
static bool check_tables(struct store *store)
{
    static const char *const reads[] = {
        RULE_ROWS,
        "SELECT rule_key, excluded, product_id, price FROM rule_product",
        "SELECT rule_key, excluded, category FROM rule_category",
        "SELECT id, slug, floor FROM product",
        "SELECT key, label FROM customer_group",
        "SELECT group_key, customer_id FROM group_member",
        "SELECT number, made_at, author, message, changed FROM revision",
        "SELECT revision, kind, key, part, before, after FROM change",
        "SELECT number FROM open_revision",
        "SELECT author, id, revision, changed, made_at FROM made_change_set",
        "SELECT id, slug, price, categories FROM shop_product",
        "SELECT number, slug FROM shop_category",
        "SELECT slug, number, is_due FROM shop_category_old",
        "SELECT told_shop, told_revision, told_at, products, bytes FROM shop",
        "SELECT telling, telling_shop, telling_revision, telling_at FROM shop",
    };
    char cause[256];

    for (size_t i = 0; i < ARRAY_LENGTH(reads); i++) {
        sqlite3_stmt *statement = database_prepare(store->state->db, reads[i], cause, sizeof cause);
        if (statement == NULL) {
            store_say(store, STORE_FAILED, "%s", cause);
            return false;
        }
        sqlite3_finalize(statement);
    }
    return true;
}

static bool has_changed(struct store *store)
{
    int64_t version;

    sqlite3_busy_timeout(store->state->db, ASK_BUSY_MS);
    if (store_ask(store, store_statement(store, "PRAGMA data_version"), 0, &version) != STORE_OK)
        version = 0;
    sqlite3_busy_timeout(store->state->db, STORE_BUSY_MS);
    if (version != 0 && version == store->state->seen_version)
        return false;
    store->state->seen_version = (int)version;
    return true;
}

static bool sqlite_open(const char *path, struct store *store, char *reason, size_t reason_size)
{
    struct store_state *state = memory_get_zeroed(1, sizeof *state);

    store->state = state;
    state->path = memory_copy_text(path);
    if (!database_open_to_write(path, &store_kind, STORE_BUSY_MS, &state->db, reason, reason_size))
        return false;
    if (!check_tables(store) || store_execute(store, temporary_tables) != STORE_OK ||
        fold_register(state->db) != SQLITE_OK || near_register(state->db) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", store->reason);
        return false;
    }
    (void)has_changed(store); /* later calls tell of changes after this one */
    return true;
}

static void sqlite_close(struct store *store)
{
    struct store_state *state = store->state;

    if (state->db != NULL)
        sqlite_rollback(store);
    for (size_t i = 0; i < state->statement_count; i++)
        sqlite3_finalize(state->statements[i].statement);
    sqlite3_close_v2(state->db);
    free(state->path);
    free(state);
}

/* ---- Which services serve the database ---- */

/* The byte of the file before those that SQLite locks (sqlite3.c: PENDING_BYTE). */
#define ATTENDANCE_BYTE (0x40000000 - 1)

static int sqlite_attend(const char *path)
{
    return platform_hold_byte(path, ATTENDANCE_BYTE);
}

static bool sqlite_is_alone(int attendance)
{
    return platform_holds_alone(attendance, ATTENDANCE_BYTE);
}

const struct store_methods store_sqlite = {
    .create = sqlite_create,
    .upgrade = sqlite_upgrade,
    .open = sqlite_open,
    .close = sqlite_close,
    .attend = sqlite_attend,
    .is_alone = sqlite_is_alone,
    .has_changed = has_changed,
    .revision = sqlite_revision,
    .count = sqlite_count,
    .load = sqlite_load,
    .begin = sqlite_begin,
    .apply = sqlite_apply,
    .rewind = sqlite_rewind,
    .faults = sqlite_faults,
    .count_changed = sqlite_count_changed,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .find_change_set = sqlite_find_change_set,
    .list_rules = sqlite_list_rules,
    .list_groups = sqlite_list_groups,
    .list_members = sqlite_list_members,
    .list_products = sqlite_list_products,
    .list_revisions = sqlite_list_revisions,
    .compare = sqlite_compare,
    .shop = sqlite_shop,
    .begin_telling = sqlite_begin_telling,
    .match_products = sqlite_match_products,
    .tell_products = sqlite_tell_products,
    .tell_categories = sqlite_tell_categories,
    .follow_shop = sqlite_follow_shop,
    .end_telling = sqlite_end_telling,
};
