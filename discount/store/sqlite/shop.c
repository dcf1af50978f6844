/* SPDX-License-Identifier: MIT */
/*
 * The shop as the Catalog tells it: products and categories, a bounded number of rows for each transaction; and the
 * rules' names after the shop's.
 */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <string.h>

#define BUSY_S 3 /* a pass of which nothing was heard for so long was broken off */

/* ---- Transactions ---- */

static enum store_status begin_write(struct store *store)
{
    return store->state->set.is_open ? store_say(store, STORE_FAILED, "a change set is open")
                                     : store_execute(store, "BEGIN IMMEDIATE");
}

/* Commits when all went well. Returns what became of it. */
static enum store_status end_write(struct store *store, enum store_status status)
{
    if (status == STORE_OK)
        status = store_execute(store, "COMMIT");
    if (status != STORE_OK)
        sqlite3_exec(store->state->db, "ROLLBACK", NULL, NULL, NULL); /* fails only when SQLite has done it */
    return status;
}

/* Whether the pass is the one that is under way; notes that it goes on. Within a transaction. */
static enum store_status check_telling(struct store *store, int64_t telling, int64_t now)
{
    sqlite3_stmt *find = store_statement(store, "SELECT telling FROM shop WHERE telling_shop <> ''");
    sqlite3_stmt *note = store_statement(store, "UPDATE shop SET telling_at = ?1 WHERE telling_at <> ?1");
    int64_t under_way;
    enum store_status status = store_ask(store, find, 0, &under_way);

    if (status == STORE_OK && under_way != telling)
        return store_say(store, STORE_MOVED, "pass %" PRId64 " is over", telling);
    bind_number(note, 1, now);
    return status == STORE_OK ? store_run(store, note) : status;
}

/* ---- What is known ---- */

static enum store_status take_shop(struct store *store, sqlite3_stmt *row, void *data)
{
    (void)store;
    *(struct shop_state *)data =
        (struct shop_state){.told_at = sqlite3_column_int64(row, 0), .products = sqlite3_column_int64(row, 1)};
    return STORE_OK;
}

enum store_status sqlite_shop(struct store *store, struct shop_state *shop)
{
    *shop = (struct shop_state){0};
    return store_each(store, store_statement(store, "SELECT told_at, products FROM shop"), take_shop, shop);
}

/* ---- A pass begins ---- */

struct question {
    bool is_told, is_of_another, is_busy;
};

static enum store_status take_question(struct store *store, sqlite3_stmt *row, void *data)
{
    (void)store;
    *(struct question *)data = (struct question){.is_told = sqlite3_column_int(row, 0) != 0,
                                                 .is_of_another = sqlite3_column_int(row, 1) != 0,
                                                 .is_busy = sqlite3_column_int(row, 2) != 0};
    return STORE_OK;
}

static enum store_status begin_pass(struct store *store, const char *shop, int64_t revision, bool takes_over,
                                    int64_t now, struct telling *telling)
{
    sqlite3_stmt *ask = store_statement(store, "SELECT telling_shop = '' AND told_shop = ?1 AND told_revision = ?2,"
                                               " told_shop NOT IN ('', ?1),"
                                               " telling_shop <> '' AND telling_at BETWEEN ?3 - ?4 AND ?3 FROM shop");
    sqlite3_stmt *begin =
        store_statement(store, "UPDATE shop SET telling = telling + 1, telling_shop = ?1, telling_revision = ?2,"
                               " telling_at = ?3 RETURNING telling");
    struct question question = {0};

    bind_text(ask, 1, shop);
    bind_number(ask, 2, revision);
    bind_number(ask, 3, now);
    bind_number(ask, 4, BUSY_S);
    enum store_status status = store_each(store, ask, take_question, &question);
    telling->is_busy = question.is_busy;
    telling->is_of_another = !question.is_busy && question.is_of_another && !takes_over;
    if (status != STORE_OK || question.is_told || telling->is_busy || telling->is_of_another)
        return status;
    telling->replaces_another = question.is_of_another;
    bind_text(begin, 1, shop);
    bind_number(begin, 2, revision);
    bind_number(begin, 3, now);
    return store_ask(store, begin, 0, &telling->number);
}

enum store_status sqlite_begin_telling(struct store *store, const char *shop, int64_t revision, bool takes_over,
                                       int64_t now, struct telling *telling)
{
    enum store_status status = begin_write(store);

    *telling = (struct telling){0};
    return status == STORE_OK ? end_write(store, begin_pass(store, shop, revision, takes_over, now, telling)) : status;
}

/* ---- Products ---- */

struct adding {
    struct shop_checksum *checksum;
    size_t count;
};

static enum store_status add_row(struct store *store, sqlite3_stmt *row, void *data)
{
    struct adding *adding = data;

    (void)store;
    adding->count++;
    shop_checksum_add(adding->checksum, sqlite3_column_int(row, 0), column_text(row, 1), sqlite3_column_int(row, 2),
                      column_text(row, 3));
    return STORE_OK;
}

static enum store_status match(struct store *store, int32_t after, int32_t last,
                               const uint8_t checksum[SHOP_CHECKSUM_SIZE], bool *is_same)
{
    sqlite3_stmt *rows = store_statement(store, "SELECT id, slug, price, categories FROM shop_product"
                                                " WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3");
    struct adding adding = {.checksum = shop_checksum_new()};
    uint8_t found[SHOP_CHECKSUM_SIZE];

    bind_number(rows, 1, after);
    bind_number(rows, 2, last);
    bind_number(rows, 3, SHOP_BATCH_MAX + 1);
    enum store_status status = store_each(store, rows, add_row, &adding);
    shop_checksum_finish(adding.checksum, found);
    *is_same = adding.count <= SHOP_BATCH_MAX && memcmp(found, checksum, sizeof found) == 0;
    return status;
}

enum store_status sqlite_match_products(struct store *store, int64_t telling, int32_t after, int32_t last,
                                        const uint8_t checksum[SHOP_CHECKSUM_SIZE], int64_t now, bool *is_same)
{
    enum store_status status = begin_write(store);

    if (status != STORE_OK)
        return status;
    status = check_telling(store, telling, now);
    if (status == STORE_OK)
        status = match(store, after, last, checksum, is_same);
    return end_write(store, status);
}

/* Removes up to *left products with ids between two that the shop has, and takes them off *left. */
static enum store_status remove_between(struct store *store, int64_t after, int64_t before, int64_t *left)
{
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM shop_product WHERE id IN (SELECT id FROM shop_product"
                                                     " WHERE id > ?1 AND id < ?2 LIMIT ?3)");

    if (before - after <= 1)
        return STORE_OK;
    bind_number(statement, 1, after);
    bind_number(statement, 2, before);
    bind_number(statement, 3, *left);
    enum store_status status = store_run(store, statement);
    if (status == STORE_OK)
        *left -= sqlite3_changes(store->state->db);
    return status;
}

static enum store_status put_product(struct store *store, const struct shop_product *product)
{
    sqlite3_stmt *statement =
        store_statement(store, "INSERT INTO shop_product (id, slug, price, categories) VALUES (?1, ?2, ?3, ?4)"
                               " ON CONFLICT (id) DO UPDATE SET slug = ?2, price = ?3, categories = ?4"
                               " WHERE (slug, price, categories) IS NOT (?2, ?3, ?4)");

    bind_number(statement, 1, product->id);
    bind_text(statement, 2, product->slug);
    bind_number(statement, 3, product->price);
    bind_text(statement, 4, product->categories);
    return store_run(store, statement);
}

static enum store_status put_products(struct store *store, int32_t after, int32_t last,
                                      const struct shop_product *products, size_t count, bool *has_more)
{
    int64_t left = SHOP_BATCH_MAX, before = after;
    enum store_status status = STORE_OK;

    for (size_t i = 0; status == STORE_OK && i < count; i++) {
        status = remove_between(store, before, products[i].id, &left);
        if (status == STORE_OK)
            status = put_product(store, &products[i]);
        before = products[i].id;
    }
    if (status == STORE_OK)
        status = remove_between(store, before, (int64_t)last + 1, &left);
    *has_more = left == 0;
    return status;
}

static enum store_status check_bounds(struct store *store)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT products > ?1 OR bytes > ?2 FROM shop");
    int64_t is_too_much;

    bind_number(statement, 1, SHOP_PRODUCTS_MAX);
    bind_number(statement, 2, SHOP_BYTES_MAX);
    enum store_status status = store_ask(store, statement, 0, &is_too_much);
    if (status == STORE_OK && is_too_much)
        return store_say(store, STORE_TOO_MANY, "a shop of up to %d products with %" PRId64 " MiB of slugs is allowed",
                         SHOP_PRODUCTS_MAX, SHOP_BYTES_MAX / 1024 / 1024);
    return status;
}

enum store_status sqlite_tell_products(struct store *store, int64_t telling, int32_t after, int32_t last,
                                       const struct shop_product *products, size_t count, int64_t now, bool *has_more)
{
    enum store_status status = begin_write(store);

    if (status != STORE_OK)
        return status;
    status = check_telling(store, telling, now);
    if (status == STORE_OK)
        status = put_products(store, after, last, products, count, has_more);
    if (status == STORE_OK)
        status = check_bounds(store);
    return end_write(store, status);
}

/* ---- Categories ---- */

/* A slug that is one again is not old, once rules have followed. */
#define FORGET_OLD                                                                                                     \
    "DELETE FROM shop_category_old WHERE NOT is_due AND slug IN (SELECT slug FROM shop_category)"                      \
    " OR number NOT IN (SELECT number FROM shop_category);"
#define HAVE_FOLLOWED "UPDATE shop_category_old SET is_due = 0 WHERE is_due;" FORGET_OLD

/* The old slugs of categories that have a new one and that rules name are kept. */
static const char take_over_categories[] =
    "INSERT INTO shop_category_old (slug, number)"
    " SELECT c.slug, c.number FROM shop_category c JOIN temp.told t ON t.number = c.number AND t.slug <> c.slug"
    " WHERE EXISTS (SELECT 1 FROM rule_category r WHERE r.category = c.slug)"
    " ON CONFLICT DO UPDATE SET number = excluded.number, is_due = 1;"
    "DELETE FROM shop_category WHERE NOT EXISTS (SELECT 1 FROM temp.told t"
    "  WHERE t.number = shop_category.number AND t.slug = shop_category.slug);"
    "INSERT OR IGNORE INTO shop_category (number, slug) SELECT number, slug FROM temp.told;" FORGET_OLD;

static enum store_status put_categories(struct store *store, const struct shop_category *categories, size_t count)
{
    sqlite3_stmt *insert = store_statement(store, "INSERT OR IGNORE INTO temp.told (number, slug) VALUES (?1, ?2)");
    enum store_status status = store_execute(store, "DELETE FROM temp.told");

    for (size_t i = 0; status == STORE_OK && i < count; i++) {
        bind_number(insert, 1, categories[i].number);
        bind_text(insert, 2, categories[i].slug);
        status = store_run(store, insert);
        if (status == STORE_OK && sqlite3_changes(store->state->db) == 0)
            return store_say(store, STORE_REFUSED, "two categories have the number %" PRId64 " or the slug %s",
                             categories[i].number, categories[i].slug);
    }
    return status == STORE_OK ? store_execute(store, take_over_categories) : status;
}

/* ---- Rules follow ---- */

/* Slugs that rules can say. */
#define IS_KEY(slug)                                                                                                   \
    "(length(" slug ") BETWEEN 1 AND 200 AND " slug " NOT GLOB '*[^a-z0-9-]*' AND " slug " NOT GLOB '-*'"              \
    " AND " slug " NOT GLOB '*-' AND " slug " NOT GLOB '*--*')"

/* Products whose slug is another one in the shop; and those whose slug is that of another product there. */
#define RENAMED                                                                                                        \
    "SELECT p.id, s.slug FROM product p JOIN shop_product s ON s.id = p.id WHERE s.slug <> p.slug AND " IS_KEY(        \
        "s.slug") " UNION ALL SELECT p.id, CASE WHEN s.id IS NULL THEN 'gone-' ELSE 'product-' END || p.id"            \
                  " || CASE WHEN EXISTS (SELECT 1 FROM product o WHERE o.slug IN ('gone-' || p.id, 'product-' || "     \
                  "p.id))"                                                                                             \
                  " OR EXISTS (SELECT 1 FROM shop_product o WHERE o.slug IN ('gone-' || p.id, 'product-' || p.id))"    \
                  "  THEN '-' || lower(hex(randomblob(8))) ELSE '' END"                                                \
                  " FROM product p LEFT JOIN shop_product s ON s.id = p.id"                                            \
                  " WHERE (s.id IS NULL OR NOT " IS_KEY(                                                               \
                      "s.slug") ")"                                                                                    \
                                " AND EXISTS (SELECT 1 FROM shop_product o WHERE o.slug = p.slug AND o.id <> p.id)"
#define MOVED                                                                                                          \
    "SELECT r.rule_key, r.excluded, c.slug FROM rule_category r JOIN shop_category_old o ON o.slug = r.category"       \
    " JOIN shop_category c ON c.number = o.number"

/* First all renamed products step aside: they may swap their slugs. */
static const char follow[] =
    "DELETE FROM temp.renamed; DELETE FROM temp.moved;"
    "INSERT INTO temp.renamed " RENAMED ";"
    "UPDATE product SET slug = 'aside-' || id || '-' || lower(hex(randomblob(16)))"
    " WHERE id IN (SELECT id FROM temp.renamed);"
    "UPDATE product SET slug = (SELECT r.slug FROM temp.renamed r WHERE r.id = product.id)"
    " WHERE id IN (SELECT id FROM temp.renamed);"
    "INSERT OR IGNORE INTO temp.moved " MOVED ";"
    "DELETE FROM rule_category WHERE category IN (SELECT slug FROM shop_category_old);"
    "INSERT OR IGNORE INTO rule_category (rule_key, excluded, category) SELECT * FROM temp.moved;" HAVE_FOLLOWED;

enum store_status sqlite_follow_shop(struct store *store)
{
    store->state->set.is_settled = false;
    return store_execute(store, follow);
}

/* Two products of one slug: rules could not tell them apart. */
static enum store_status check_slugs(struct store *store)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT slug FROM shop_product GROUP BY slug HAVING count(*) > 1 LIMIT 1");
    enum store_status status;

    while (store_next(store, statement, &status)) {
        status = store_say(store, STORE_REFUSED, "two products have the slug %s", column_text(statement, 0));
        sqlite3_reset(statement);
        break;
    }
    return status;
}

static enum store_status take_categories(struct store *store, int64_t telling, const struct shop_category *categories,
                                         size_t count)
{
    sqlite3_stmt *find = store_statement(store, "SELECT telling_at FROM shop");
    int64_t heard;
    enum store_status status = store_ask(store, find, 0, &heard);

    if (status == STORE_OK)
        status = check_telling(store, telling, heard);
    return status == STORE_OK ? put_categories(store, categories, count) : status;
}

enum store_status sqlite_tell_categories(struct store *store, int64_t telling, const struct shop_category *categories,
                                         size_t count, bool *must_follow)
{
    int64_t differs;
    enum store_status status = check_slugs(store);

    if (status == STORE_OK)
        status = begin_write(store);
    if (status != STORE_OK)
        return status;
    status = end_write(store, take_categories(store, telling, categories, count));
    if (status == STORE_OK)
        status =
            store_ask(store, store_statement(store, "SELECT EXISTS (" RENAMED ") OR EXISTS (" MOVED ")"), 0, &differs);
    if (status == STORE_OK)
        *must_follow = differs != 0;
    return status;
}

/* ---- A pass ends ---- */

static enum store_status end_pass(struct store *store, int64_t telling, int64_t now, int64_t *products)
{
    sqlite3_stmt *end =
        store_statement(store, "UPDATE shop SET told_shop = telling_shop, told_revision = telling_revision,"
                               " told_at = ?1, telling_shop = '' RETURNING products");
    enum store_status status = check_telling(store, telling, now);

    if (status == STORE_OK)
        status = store_execute(store, HAVE_FOLLOWED); /* there was nothing to follow, or they have */
    bind_number(end, 1, now);
    return status == STORE_OK ? store_ask(store, end, 0, products) : status;
}

enum store_status sqlite_end_telling(struct store *store, int64_t telling, int64_t now, int64_t *products)
{
    enum store_status status = begin_write(store);

    return status == STORE_OK ? end_write(store, end_pass(store, telling, now, products)) : status;
}
