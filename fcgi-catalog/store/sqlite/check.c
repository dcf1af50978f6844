/* SPDX-License-Identifier: MIT */
/* The whole database, looked at by SQLite and row by row: for catalogctl, not for serving. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/row.h"

/* A check: a statement that gives a row when something is wrong. */
struct check {
    const char *message; /* the meaning of that row; %s: its first column. NULL: the statement's text and that column
                            are shown */
    const char *sql;
    const char *good; /* the one row it gives when all is well; NULL: no row at all */
};

static const struct check of_sqlite[] = {
    {.sql = "PRAGMA integrity_check(1)", .good = "ok"},
};

#define DIFFERENCE(a, b) "SELECT * FROM (" a " EXCEPT " b ") UNION ALL SELECT * FROM (" b " EXCEPT " a ") LIMIT 1"

/* Derived data must follow from the rows that it is derived from. What grows with the products is compared row by row,
 * in the order of a table that is read along: sorting millions of rows would take too much time and memory. */
static const struct check of_rows[] = {
    {.sql = "PRAGMA foreign_key_check"},
    {.message = "the shop: its row is missing", .sql = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM shop)"},
    {.message = "product %s: its old slug is that of a product of today",
     .sql = "SELECT old_slug.product_id FROM old_slug JOIN product ON product.slug = old_slug.slug LIMIT 1"},
    {.message = "former product %s: its id is that of a product of today",
     .sql = "SELECT former_product.id FROM former_product JOIN product ON product.id = former_product.id LIMIT 1"},
    {.message = "product %s: an import is writing it for ever (table product_in_writing)",
     .sql = "SELECT product_id FROM product_in_writing LIMIT 1"},
    {.message = "category number %s: the table category_above does not say what is above it",
     .sql = DIFFERENCE("SELECT category, above, steps FROM category_above_now",
                       "SELECT category, above, steps FROM category_above")},
    {.message = "product %s: the table product_in does not say which categories it is in, at what price",
     .sql = "SELECT now.product_id FROM product_in_now now CROSS JOIN product ON id = product_id WHERE NOT EXISTS "
            "(SELECT 1 FROM product_in WHERE category = now.category AND product_id = now.product_id AND "
            "price_in_cents = product.price_in_cents) LIMIT 1"},
    {.message = "product %s: the table product_in has it in a category that it is not in",
     .sql = "SELECT product_id FROM product_in WHERE NOT EXISTS "
            "(SELECT 1 FROM product_category membership CROSS JOIN category ON category.slug = membership.category "
            "CROSS JOIN category_above ON category_above.category = category.number AND above = product_in.category "
            "WHERE membership.product_id = product_in.product_id) OR "
            "NOT EXISTS (SELECT 1 FROM product WHERE id = product_id) LIMIT 1"},
    {.message = "category \"%s\": its product_count is wrong",
     .sql =
         "SELECT slug FROM category WHERE product_count <> (SELECT count(*) FROM product_in WHERE category = number) "
         "LIMIT 1"},
    {.message = "product %s: its column lists is not what the tables of its lists say",
     .sql =
         "SELECT id FROM product WHERE lists <> (SELECT lists FROM lists_now WHERE product_id = product.id) LIMIT 1"},
    {.message = "product %s: its price is not that of its cheapest variant",
     .sql = "SELECT product_id FROM variant GROUP BY product_id HAVING min(price_in_cents) <> "
            "(SELECT price_in_cents FROM product WHERE id = product_id) LIMIT 1"},
    {.message = "former variant %s: its id is that of a variant of today",
     .sql = "SELECT former_variant.id FROM former_variant JOIN variant ON variant.id = former_variant.id LIMIT 1"},
    {.message = "product %s: its category_words are not the names of its categories",
     .sql = "SELECT id FROM product WHERE category_words <> coalesce("
            "(SELECT group_concat(CASE name WHEN '' THEN slug ELSE name END, ' ') "
            "FROM (SELECT DISTINCT number, slug, name "
            "FROM product_in_now now CROSS JOIN category ON number = now.category "
            "WHERE now.product_id = product.id ORDER BY number)), '') LIMIT 1"},
    {.message = "product %s: its variant_words are not the options and SKUs of its variants",
     .sql = "SELECT id FROM product WHERE variant_words <> "
            "(SELECT words FROM variant_words_now WHERE product_id = product.id) LIMIT 1"},
    {.message = "product %s: its title_words and other_words are not those of its texts",
     .sql = "SELECT id FROM product WHERE (title_words <> more_words(title, sku) OR "
            "other_words <> more_words(category_words, description, variant_words)) AND id NOT IN (SELECT product_id "
            "FROM words_due) "
            "LIMIT 1"},
    {.message = "product %s: the table words_due has it, and it is not there",
     .sql = "SELECT product_id FROM words_due WHERE product_id NOT IN (SELECT id FROM product) LIMIT 1"},
};

static const struct check of_search[] = {
    {.message = "the search index does not say what the products do",
     .sql = "INSERT INTO product_search (product_search, rank) VALUES ('integrity-check', 1)"},
};

static void explain(const struct check *check, sqlite3 *db, int result, const char *text, char *reason,
                    size_t reason_size)
{
    bool is_finding = result == SQLITE_ROW || result == SQLITE_CORRUPT_VTAB;

    if (!is_finding || check->message == NULL)
        snprintf(reason, reason_size, "%s: %s", check->sql, text != NULL ? text : sqlite3_errmsg(db));
    else if (strstr(check->message, "%s") == NULL)
        snprintf(reason, reason_size, "%s", check->message);
    else
        snprintf(reason, reason_size, "%.*s%s%s", (int)(strstr(check->message, "%s") - check->message), check->message,
                 text != NULL ? text : "?", strstr(check->message, "%s") + 2);
}

static bool run_check(const struct check *check, sqlite3 *db, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = database_prepare(db, check->sql, reason, reason_size);
    if (statement == NULL)
        return false;

    int result = sqlite3_step(statement);
    const char *text = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    bool passed = check->good == NULL ? result == SQLITE_DONE : text != NULL && strcmp(text, check->good) == 0;
    if (!passed)
        explain(check, db, sqlite3_extended_errcode(db) == SQLITE_CORRUPT_VTAB ? SQLITE_CORRUPT_VTAB : result, text,
                reason, reason_size);
    sqlite3_finalize(statement);
    return passed;
}

static bool run_checks(const struct check *checks, size_t count, sqlite3 *db, char *reason, size_t reason_size)
{
    for (size_t i = 0; i < count; i++) {
        if (!run_check(&checks[i], db, reason, reason_size))
            return false;
    }
    return true;
}

static bool count_rows(sqlite3 *db, struct store_counts *counts, char *reason, size_t reason_size)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM customer), "
                              "(SELECT count(*) FROM category)";
    sqlite3_stmt *row = database_prepare(db, sql, reason, reason_size);
    if (row == NULL)
        return false;

    bool counted = sqlite3_step(row) == SQLITE_ROW;
    if (counted)
        *counts = (struct store_counts){.products = sqlite3_column_int64(row, 0),
                                        .customers = sqlite3_column_int64(row, 1),
                                        .categories = sqlite3_column_int64(row, 2)};
    else
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(row);
    return counted;
}

/* ---- Product by product ---- */

#define PIECE 1000

/* Whether each variant is one that an import takes. */
static bool check_variants(const struct product *product, struct arena *arena, char *reason, size_t reason_size)
{
    const char *fault = product->variant_count > FIELD_VARIANTS_MAX
                            ? arena_print(arena, "it has %zu variants; up to %d are allowed", product->variant_count,
                                          FIELD_VARIANTS_MAX)
                            : NULL;

    for (size_t i = 0; fault == NULL && i < product->variant_count; i++)
        fault = variant_fault(product, i, arena);
    if (fault != NULL)
        snprintf(reason, reason_size, "product %" PRId32 ": %s", product->id, fault);
    return fault == NULL;
}

static bool read_piece(struct product_reader *reader, int64_t *last_id, bool *is_end, struct arena *arena, char *reason,
                       size_t reason_size)
{
    struct reader_fault fault = {0};
    struct product_list products;
    int64_t *ids;
    size_t count;
    int result = reader_read_ids(reader, *last_id, PIECE, arena, &ids, &count, &fault);

    if (result == SQLITE_DONE)
        result = reader_read_products(reader, ids, count, arena, &products, &fault);
    if (result != SQLITE_DONE) {
        snprintf(reason, reason_size, "%s", fault.reason);
        return false;
    }
    for (size_t i = 0; i < products.count; i++) {
        if (!check_variants(&products.items[i], arena, reason, reason_size))
            return false;
    }
    *is_end = count == 0;
    *last_id = count > 0 ? ids[count - 1] : *last_id;
    return true;
}

/* Reads every product, which finds what no constraint of SQL can say of categories; and names the product, where
 * foreign_key_check would name a table. */
static bool check_products(sqlite3 *db, char *reason, size_t reason_size)
{
    struct product_reader reader = {0};
    struct reader_fault fault = {0};
    struct arena arena = {0};
    int64_t last_id = INT64_MIN;
    bool is_end = false, passed = reader_prepare(&reader, db, reason, reason_size);

    if (passed && reader_begin(&reader, &fault) != SQLITE_DONE) {
        snprintf(reason, reason_size, "%s", fault.reason);
        passed = false;
    } else if (passed) {
        while (passed && !is_end) {
            passed = read_piece(&reader, &last_id, &is_end, &arena, reason, reason_size);
            arena_reset(&arena);
        }
        reader_end(&reader);
    }
    arena_release(&arena);
    reader_release(&reader);
    return passed;
}

static bool check_options(sqlite3 *db, char *reason, size_t reason_size)
{
    sqlite3_stmt *row = database_prepare(db, "SELECT product_id, options FROM variant", reason, reason_size);
    struct product_variant variant;
    struct arena arena = {0};
    bool passed = row != NULL;
    int result = SQLITE_DONE;

    while (passed && (result = sqlite3_step(row)) == SQLITE_ROW) {
        const char *options = row_copy_text(row, 1, &arena);
        passed = variant_read_options(options, &arena, &variant);
        if (!passed)
            snprintf(reason, reason_size, "product %" PRId64 ": a variant's options are %s; Option=Value is allowed",
                     (int64_t)sqlite3_column_int64(row, 0), field_show(options, strlen(options), &arena));
        arena_reset(&arena);
    }
    if (passed && result != SQLITE_DONE) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
        passed = false;
    }
    sqlite3_finalize(row);
    arena_release(&arena);
    return passed;
}

static bool is_folded(const struct tokenizer *tokenizer, sqlite3_stmt *row)
{
    const char *title = (const char *)sqlite3_column_text(row, 1);
    const char *sort_name = (const char *)sqlite3_column_text(row, 2);
    char folded[SEARCH_SORT_NAME_SIZE];

    tokenizer_fold(tokenizer, title != NULL ? title : "", folded);
    /* A title with a NUL inside cannot be compared, and passes. */
    return (int)strlen(title) != sqlite3_column_bytes(row, 1) || strcmp(folded, sort_name) == 0;
}

static bool check_sort_names(sqlite3 *db, char *reason, size_t reason_size)
{
    struct tokenizer tokenizer = {0};
    sqlite3_stmt *row = database_prepare(db, "SELECT id, title, sort_name FROM product", reason, reason_size);
    bool passed = row != NULL && tokenizer_open(&tokenizer, db, reason, reason_size);
    int result = SQLITE_DONE;

    while (passed && (result = sqlite3_step(row)) == SQLITE_ROW) {
        if (!is_folded(&tokenizer, row)) {
            snprintf(reason, reason_size, "product %" PRId64 ": its sort_name is not its name folded",
                     (int64_t)sqlite3_column_int64(row, 0));
            passed = false;
        }
    }
    if (passed && result != SQLITE_DONE) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
        passed = false;
    }
    sqlite3_finalize(row);
    tokenizer_release(&tokenizer);
    return passed;
}

/* ---- All of it ---- */

/* FTS5 checks its index by an INSERT, which writes nothing but needs a handle that may write; without one it is not
 * checked. */
static bool check_search(sqlite3 *db, char *reason, size_t reason_size)
{
    if (sqlite3_db_readonly(db, "main") == 1)
        return true;
    if (sqlite3_exec(db, "PRAGMA query_only=OFF; BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
        return false;
    }
    bool passed = run_checks(of_search, ARRAY_LENGTH(of_search), db, reason, reason_size);
    sqlite3_exec(db, "ROLLBACK; PRAGMA query_only=ON", NULL, NULL, NULL);
    return passed;
}

static bool check_database(sqlite3 *db, struct store_counts *counts, char *reason, size_t reason_size)
{
    return run_checks(of_sqlite, ARRAY_LENGTH(of_sqlite), db, reason, reason_size) &&
           check_schema(db, reason, reason_size) && check_options(db, reason, reason_size) &&
           check_products(db, reason, reason_size) &&
           run_checks(of_rows, ARRAY_LENGTH(of_rows), db, reason, reason_size) &&
           check_sort_names(db, reason, reason_size) && check_search(db, reason, reason_size) &&
           count_rows(db, counts, reason, reason_size);
}

/*
 * A handle of its own, for writing where that is allowed: with one for reading SQLite does not load the schema's CHECK
 * constraints, and integrity_check passes rows that break them. query_only keeps it from writing.
 */
bool sqlite_check(const char *path, struct store_counts *counts, char *reason, size_t reason_size)
{
    sqlite3 *db = NULL;
    char cause[256];
    bool passed = false;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(db, 10000) != SQLITE_OK || search_add_functions(db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA query_only=ON; PRAGMA cache_size=-16384", NULL, NULL, NULL) != SQLITE_OK)
        snprintf(cause, sizeof cause, "%s", sqlite3_errmsg(db));
    else
        passed = check_database(db, counts, cause, sizeof cause);
    sqlite3_close(db);
    if (!passed)
        snprintf(reason, reason_size, "%s: %s", path, cause);
    return passed;
}
