/* SPDX-License-Identifier: MIT */
/* Writing the catalog: the transaction. */
#include "fcgi-catalog/store/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/zone.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/product_row.h"
#include "fcgi-catalog/store/sqlite/sqlite.h"
#include "fcgi-catalog/store/sqlite/writing/writing.h"

#define BUSY_MS 10000

static const char *const sql[WRITING_COUNT] = {
    [WRITING_FIND_SKU] = "SELECT id FROM product WHERE sku = ?2 AND sku <> '' ORDER BY id LIMIT 1",
    [WRITING_FIND_LAST_SKU] = "SELECT id FROM product WHERE sku = ?2 AND sku <> '' ORDER BY id DESC LIMIT 1",
    [WRITING_COUNT_REPEATED] =
        "SELECT count(*) FROM (SELECT 1 FROM product WHERE sku <> '' GROUP BY sku HAVING count(*) > 1)",
    [WRITING_NOTE_RENAMED] = "INSERT OR REPLACE INTO temp.renamed_now (product_id, slug, fields) VALUES (?1, ?2, ?4)",
    [WRITING_FIND_RENAMED] = "SELECT product_id FROM temp.renamed_now WHERE slug = ?2",
    [WRITING_FIND_RENAMED_FIELDS] = "SELECT fields FROM temp.renamed_now WHERE slug = ?2",
    [WRITING_NOTE_WITHDRAWN] =
        "INSERT INTO temp.withdrawn (slug, name, sku, old_slug, is_known_by_sku) VALUES (?2, ?3, ?5, ?6, ?4)",
    [WRITING_READ_WITHDRAWN] = "SELECT number, slug, name, sku, old_slug, is_known_by_sku FROM temp.withdrawn WHERE "
                               "number > ?1 ORDER BY number LIMIT 1",
    [WRITING_FIND_SLUG] = "SELECT id FROM product WHERE slug = ?2",
    [WRITING_FIND_ID] = "SELECT id FROM product WHERE id = ?1",
    [WRITING_READ] = product_row_select,
    [WRITING_INSERT] = product_row_insert,
    [WRITING_UPDATE] = product_row_update,
    [WRITING_UPDATE_TIME] = "UPDATE product SET updated_at = ?4 WHERE id = ?1 AND updated_at <> ?4",
    [WRITING_DELETE_MEMBERSHIPS] = "DELETE FROM product_category WHERE product_id = ?1",
    [WRITING_INSERT_MEMBERSHIP] = "INSERT INTO product_category (product_id, category) VALUES (?1, ?2)",
    [WRITING_DELETE_TAGS] = "DELETE FROM product_tag WHERE product_id = ?1",
    [WRITING_INSERT_TAG] = "INSERT INTO product_tag (product_id, tag) VALUES (?1, ?2)",
    [WRITING_DELETE_IMAGES] = "DELETE FROM product_image WHERE product_id = ?1",
    [WRITING_INSERT_IMAGE] = "INSERT INTO product_image (product_id, url, alt, position) VALUES (?1, ?2, ?3, ?4)",
    [WRITING_FIND_VARIANT] = "SELECT product_id FROM variant WHERE id = ?1",
    [WRITING_FIND_FORMER_VARIANT] = "SELECT product_id FROM former_variant WHERE id = ?1",
    [WRITING_FIND_FORMER_OPTIONS] = "SELECT id, options FROM former_variant WHERE product_id = ?1 "
                                    "ORDER BY id DESC",
    [WRITING_DELETE_VARIANTS] = "DELETE FROM variant WHERE product_id = ?1",
    [WRITING_DELETE_VARIANT] = "DELETE FROM variant WHERE id = ?1",
    [WRITING_INSERT_VARIANT] = product_row_insert_variant,
    [WRITING_UPDATE_VARIANT] = product_row_update_variant,
    [WRITING_FORGET_SLUG] = "DELETE FROM old_slug WHERE slug = ?2",
    [WRITING_KEEP_SLUG] = "INSERT OR REPLACE INTO old_slug (product_id, slug) VALUES (?1, ?2)",
    [WRITING_DELETE_OLD_SLUGS] = "DELETE FROM old_slug WHERE product_id = ?1",
    [WRITING_FIND_FORMER_SKU] = "SELECT id FROM former_product WHERE sku = ?2 AND sku <> ''",
    [WRITING_FIND_FORMER_SLUG] = "SELECT id FROM former_product WHERE slug = ?2 AND slug <> ''",
    [WRITING_FIND_FORMER] = "SELECT id FROM former_product WHERE id = ?1",
    [WRITING_INSERT_FORMER] = "INSERT INTO former_product (id, slug, sku) VALUES (?1, ?2, ?3)",
    [WRITING_RETIRE] = "INSERT INTO former_product (id, slug, sku) SELECT id, slug, sku FROM product WHERE id = ?1",
    [WRITING_DELETE_FORMER] = "DELETE FROM former_product WHERE id = ?1",
    [WRITING_BEGIN_PRODUCT] = "INSERT INTO product_in_writing (product_id) VALUES (?1)",
    [WRITING_END_PRODUCT] = "DELETE FROM product_in_writing WHERE product_id = ?1",
    [WRITING_DELETE] = "DELETE FROM product WHERE id = ?1",
    [WRITING_INSERT_CATEGORY] = "INSERT INTO category (number, slug, name, parent) VALUES (?1, ?2, ?3, ?5)",
    [WRITING_UPDATE_CATEGORY] = "UPDATE category SET name = ?3, parent = ?5 WHERE number = ?1",
    [WRITING_DELETE_CATEGORY] = "DELETE FROM category WHERE number = ?1",
    [WRITING_FIND_CUSTOMER] = "SELECT id FROM customer WHERE id = ?1",
    [WRITING_FIND_LOGIN] = "SELECT id FROM customer WHERE login = ?2 AND login <> ''",
    [WRITING_FIND_EMAIL] =
        "SELECT id FROM customer WHERE email = ?2 COLLATE NOCASE AND email <> '' ORDER BY id LIMIT 1",
    [WRITING_FIND_LAST_EMAIL] =
        "SELECT id FROM customer WHERE email = ?2 COLLATE NOCASE AND email <> '' ORDER BY id DESC LIMIT 1",
    [WRITING_READ_CUSTOMER] = "SELECT login, email, first_name, last_name FROM customer WHERE id = ?1",
    [WRITING_INSERT_CUSTOMER] =
        "INSERT INTO customer (id, login, email, first_name, last_name) VALUES (nullif(?1, 0), ?2, ?3, ?5, ?6)",
    [WRITING_UPDATE_CUSTOMER] =
        "UPDATE customer SET login = ?2, email = ?3, first_name = ?5, last_name = ?6 WHERE id = ?1",
    [WRITING_DELETE_CUSTOMER] = "DELETE FROM customer WHERE id = ?1",
};

/* ---- Statements and their memory ---- */

static bool prepare(struct writing *import, char *reason, size_t reason_size)
{
    /* This room keeps foreign keys itself, row by row, and `catalogctl check` checks them. */
    static const char script[] = "PRAGMA foreign_keys=OFF; PRAGMA cache_size=-16384;"
                                 "CREATE TEMP TABLE renamed_now (slug TEXT NOT NULL PRIMARY KEY, product_id INTEGER, "
                                 "fields INTEGER);"
                                 "CREATE TEMP TABLE withdrawn (number INTEGER PRIMARY KEY, slug TEXT NOT NULL, "
                                 "name TEXT NOT NULL, sku TEXT NOT NULL, old_slug TEXT NOT NULL, "
                                 "is_known_by_sku INTEGER NOT NULL)";
    if (sqlite3_exec(import->db, script, NULL, NULL, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(import->db));
        return false;
    }
    for (size_t i = 0; i < WRITING_COUNT; i++) {
        import->statements[i] = database_prepare(import->db, sql[i], reason, reason_size);
        if (import->statements[i] == NULL)
            return false;
    }
    if (search_add_functions(import->db) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(import->db));
        return false;
    }
    return id_set_open(import->db, reason, reason_size) &&
           tokenizer_open(&import->tokenizer, import->db, reason, reason_size);
}

static void forget_transaction(struct writing *import)
{
    for (size_t i = 0; i < import->aside.count; i++)
        free(import->aside.sql[i]);
    free(import->aside.sql);
    import->aside = (struct aside){0};
    categories_release(&import->categories);
    import->last_category = 0;
    id_set_free(import->seen);
    id_set_free(import->seen_customers);
    import->seen = import->seen_customers = NULL;
    import->is_begun = import->is_many = import->names_changed = import->keeps_triggers = false;
    import->changes = 0;
}

/* ---- What went wrong ---- */

enum import_status writing_refuse(struct writing *import, unsigned field, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(import->base.reason, sizeof import->base.reason, format, arguments);
    va_end(arguments);
    import->base.reason_field = field;
    return IMPORT_REFUSED;
}

enum import_status writing_fail(struct writing *import)
{
    snprintf(import->base.reason, sizeof import->base.reason, "%s", sqlite3_errmsg(import->db));
    return IMPORT_FAILED;
}

/* ---- Statements ---- */

sqlite3_stmt *writing_get(struct writing *import, enum writing_statement which, struct writing_values values)
{
    sqlite3_stmt *statement = import->statements[which];

    /* To bind a value that a statement does not have fails, and changes nothing. */
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, values.id);
    sqlite3_bind_text(statement, 2, values.text, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, values.name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, values.number);
    sqlite3_bind_text(statement, 5, values.parent, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, values.old, -1, SQLITE_STATIC);
    return statement;
}

bool writing_step(sqlite3_stmt *statement)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE;

    sqlite3_reset(statement);
    return done;
}

bool writing_run(struct writing *import, enum writing_statement which, struct writing_values values)
{
    return writing_step(writing_get(import, which, values));
}

int writing_find(struct writing *import, enum writing_statement which, struct writing_values values, int64_t *id)
{
    sqlite3_stmt *row = writing_get(import, which, values);
    int result = sqlite3_step(row);

    if (result == SQLITE_ROW)
        *id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return result;
}

static bool run(struct writing *import, const char *text)
{
    return sqlite3_exec(import->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- The transaction ---- */

static bool read_counts(struct writing *import)
{
    static const char text[] = "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM customer), "
                               "max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'customer'), 0), "
                               "coalesce((SELECT max(id) FROM customer), 0)), "
                               "coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'product'), 0), "
                               "coalesce((SELECT max(id) FROM former_product), 0), "
                               "coalesce((SELECT max(id) FROM product), 0), "
                               "coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'variant'), 0), "
                               "coalesce((SELECT max(id) FROM former_variant), 0), "
                               "coalesce((SELECT max(id) FROM variant), 0)";
    sqlite3_stmt *row = NULL;
    bool read = sqlite3_prepare_v2(import->db, text, -1, &row, NULL) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW;

    import->last_id = import->last_variant_id = 0;
    if (read) {
        import->base.products = sqlite3_column_int64(row, 0);
        import->base.customers = sqlite3_column_int64(row, 1);
        import->last_customer_id = sqlite3_column_int(row, 2);
        for (int i = 3; i <= 8; i++) {
            int32_t *last = i <= 5 ? &import->last_id : &import->last_variant_id;
            int64_t id = sqlite3_column_int64(row, i);
            if (id > *last)
                *last = id < INT32_MAX ? (int32_t)id : INT32_MAX;
        }
    }
    sqlite3_finalize(row);
    return read;
}

static bool read_categories(struct writing *import)
{
    static const char text[] = "SELECT slug, name, number, product_count, parent FROM category";
    sqlite3_stmt *row = NULL;
    int result = sqlite3_prepare_v2(import->db, text, -1, &row, NULL);

    while (result == SQLITE_OK && (result = sqlite3_step(row)) == SQLITE_ROW) {
        struct category *node = writing_add_category(
            import, (const char *)sqlite3_column_text(row, 0), (const char *)sqlite3_column_text(row, 4),
            (const char *)sqlite3_column_text(row, 1), sqlite3_column_int64(row, 2));
        node->is_used = sqlite3_column_int64(row, 3) > 0;
        result = SQLITE_OK;
    }
    sqlite3_finalize(row);
    return result == SQLITE_DONE;
}

static void roll_back(struct import *base)
{
    struct writing *import = writing_of(base);
    if (import->is_begun) {
        run(import, "ROLLBACK");
        database_empty_log(import->db);
        sqlite3_busy_timeout(import->db, BUSY_MS);
    }
    forget_transaction(import);
}

static enum import_status begin(struct import *base)
{
    struct writing *import = writing_of(base);
    if (!run(import, "BEGIN IMMEDIATE"))
        return writing_fail(import);
    import->is_begun = true;
    base->dropped_compare_at = 0;
    import->seen = id_set_new();
    import->seen_customers = id_set_new();
    bool is_read = read_counts(import) && read_categories(import) &&
                   run(import, "DELETE FROM temp.renamed_now; DELETE FROM temp.withdrawn");
    if (!is_read)
        writing_fail(import);
    if (is_read && categories_join(&import->categories, import->base.reason, sizeof import->base.reason))
        return IMPORT_OK;
    roll_back(base);
    return IMPORT_FAILED;
}

/* Makes the words of products anew whose texts another program has changed, or a trigger. */
static bool fold_due(struct writing *import)
{
    return run(import, "UPDATE product SET title_words = more_words(title, sku), "
                       "other_words = more_words(category_words, description, variant_words) "
                       "WHERE id IN (SELECT product_id FROM words_due); DELETE FROM words_due WHERE product_id > 0");
}

static enum import_status commit(struct import *base, void (*progress)(void *data, double done), void *data)
{
    struct writing *import = writing_of(base);
    if (!fold_due(import) || (import->is_many && !writing_derive(import, progress, data)) || !run(import, "COMMIT")) {
        enum import_status status = writing_fail(import);
        roll_back(base);
        return status;
    }
    bool was_many = import->is_many;
    forget_transaction(import);
    /* The log is as long as all that was written; a reader may still need it, and then it stays. */
    if (was_many) {
        database_empty_log(import->db);
        sqlite3_busy_timeout(import->db, BUSY_MS);
    }
    if (progress != NULL)
        progress(data, 1);
    return IMPORT_OK;
}

static enum import_status set_shop(struct writing *import, const char *column, const char *value)
{
    char *text = sqlite3_mprintf("UPDATE shop SET %s = %Q WHERE %s <> %Q", column, value, column, value);
    bool put = text != NULL && run(import, text);

    sqlite3_free(text);
    return put ? IMPORT_OK : writing_fail(import);
}

static enum import_status put_currency(struct import *base, const char *currency)
{
    struct writing *import = writing_of(base);
    int exponent;

    if (!currency_find(currency, &exponent))
        return writing_refuse(import, FIELD_CURRENCY, "the currency \"%.20s\" is no code of ISO 4217", currency);
    return set_shop(import, "currency", currency);
}

static enum import_status put_time_zone(struct import *base, const char *zone)
{
    struct writing *import = writing_of(base);

    if (!zone_is_known(zone))
        return writing_refuse(import, 0,
                              "%s is no time zone here; a name such as Europe/Berlin of the IANA time zones is",
                              field_show(zone, strlen(zone), &import->arena));
    return set_shop(import, "time_zone", zone);
}

/* ---- Opening and closing ---- */

static void close_import(struct import *base)
{
    struct writing *import = writing_of(base);

    roll_back(base);
    for (size_t i = 0; i < WRITING_COUNT; i++)
        sqlite3_finalize(import->statements[i]);
    tokenizer_release(&import->tokenizer);
    sqlite3_close_v2(import->db);
    arena_release(&import->arena);
    free(import);
}

static const struct import_methods methods = {
    .close = close_import,
    .begin = begin,
    .put_product = writing_put_product,
    .rename = writing_rename,
    .knows_category = writing_knows_category,
    .withdraw = writing_withdraw,
    .delete_withdrawn = writing_delete_withdrawn,
    .count_repeated_skus = writing_count_repeated_skus,
    .put_former = writing_put_former,
    .put_category = writing_put_category,
    .read_map = writing_read_map,
    .put_map = writing_put_map,
    .put_currency = put_currency,
    .put_time_zone = put_time_zone,
    .prune = writing_prune,
    .put_customer = writing_put_customer,
    .delete_customer = writing_delete_customer,
    .prune_customers = writing_prune_customers,
    .commit = commit,
    .roll_back = roll_back,
};

bool sqlite_open_import(const char *location, struct import **import, char *reason, size_t reason_size)
{
    char cause[256];
    struct writing *opened = memory_get_zeroed(1, sizeof *opened);

    opened->base.methods = &methods;
    if (!database_open_to_write(location, &catalog_kind, BUSY_MS, &opened->db, reason, reason_size)) {
        free(opened);
        return false;
    }
    if (!prepare(opened, cause, sizeof cause)) {
        snprintf(reason, reason_size, "%s: %s", location, cause);
        close_import(&opened->base);
        return false;
    }
    *import = &opened->base;
    return true;
}
