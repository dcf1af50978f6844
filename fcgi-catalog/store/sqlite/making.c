/* SPDX-License-Identifier: MIT */
/* A catalog's database: made, or brought to today's schema. */
#include <stdio.h>

#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/store/sqlite/handle.h"

static const char schema_sql[] =
#include "fcgi-catalog/store/sqlite/schema.sql.inc"
    ;

static const char upgrade_2_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-2.sql.inc"
    ;

static const char upgrade_3_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-3.sql.inc"
#include "fcgi-catalog/store/sqlite/derive.sql.inc"
#include "fcgi-catalog/store/sqlite/fill.sql.inc"
#include "fcgi-catalog/store/sqlite/indexes.sql.inc"
#include "fcgi-catalog/store/sqlite/triggers.sql.inc"
    ;

static const char upgrade_4_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-4.sql.inc"
    ;

static const char upgrade_5_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-5.sql.inc"
    ;

static const char upgrade_6_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-6.sql.inc"
    ;

static const char upgrade_7_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-7.sql.inc"
    ;

static const char upgrade_8_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-8.sql.inc"
    ;

static const char upgrade_9_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-9.sql.inc"
    ;

static const char upgrade_10_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-10.sql.inc"
    ;

static const char upgrade_11_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-11.sql.inc"
    ;

static const char upgrade_12_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-12.sql.inc"
    ;

static const char upgrade_13_sql[] =
#include "fcgi-catalog/store/sqlite/upgrade-13.sql.inc"
    ;

static const char demo_sql[] =
#include "fcgi-catalog/store/sqlite/demo.sql.inc"
    ;

/* [i]: from i. */
static const char *const upgrades[STORE_SCHEMA_VERSION] = {
    [1] = upgrade_2_sql,  [2] = upgrade_3_sql,   [3] = upgrade_4_sql,   [4] = upgrade_5_sql,
    [5] = upgrade_6_sql,  [6] = upgrade_7_sql,   [7] = upgrade_8_sql,   [8] = upgrade_9_sql,
    [9] = upgrade_10_sql, [10] = upgrade_11_sql, [11] = upgrade_12_sql, [12] = upgrade_13_sql,
};

const struct database_kind catalog_kind = {
    .name = "catalog",
    .made_by = "catalogctl init",
    .application_id = 0x43544c47, /* "CTLG" */
    .schema_version = STORE_SCHEMA_VERSION,
    .upgrades = upgrades,
    .add_functions = search_add_functions,
    .upgraded_by = "\"catalogctl upgrade\", or starting catalog.fcgi,",
};

/* The demo's rows go into the first schema and are upgraded to the present one, as the rows of any old database are. */
bool sqlite_create(const char *path, bool demo, const char *currency, char *reason, size_t reason_size)
{
    char set_currency[96];
    const char *scripts[STORE_SCHEMA_VERSION + 3] = {schema_sql, demo ? demo_sql : ""}; /* NULL behind the last one */
    int exponent;

    if (!currency_find(currency, &exponent)) {
        snprintf(reason, reason_size, "the currency \"%.20s\" is no code of ISO 4217", currency);
        return false;
    }
    /* A code is three letters or none: it cannot end the literal of SQL. */
    snprintf(set_currency, sizeof set_currency, "UPDATE shop SET currency = '%s'; UPDATE shop SET revision = 1",
             currency);
    for (int i = 1; i < STORE_SCHEMA_VERSION; i++)
        scripts[i + 1] = upgrades[i];
    scripts[STORE_SCHEMA_VERSION + 1] = set_currency;
    return database_create(path, &catalog_kind, scripts, reason, reason_size);
}

/* Without the application id and the version of a file: only the schema is compared. */
bool making_open_model(sqlite3 **db, char *reason, size_t reason_size)
{
    int result = sqlite3_open(":memory:", db);

    if (result == SQLITE_OK)
        result = search_add_functions(*db);
    if (result == SQLITE_OK)
        result = sqlite3_exec(*db, schema_sql, NULL, NULL, NULL);
    for (int i = 1; result == SQLITE_OK && i < STORE_SCHEMA_VERSION; i++)
        result = sqlite3_exec(*db, upgrades[i], NULL, NULL, NULL);
    if (result != SQLITE_OK)
        snprintf(reason, reason_size, "a new database cannot be made in memory: %s", sqlite3_errmsg(*db));
    return result == SQLITE_OK;
}

bool sqlite_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size)
{
    return database_upgrade(path, &catalog_kind, upgraded_from, reason, reason_size);
}
