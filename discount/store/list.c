/* SPDX-License-Identifier: MIT */
/* Groups, members, products and revisions, a page at a time. */
#include "discount/store/internal.h"

#include <inttypes.h>

/* Runs a statement to its end and takes each row. On a failure the page is of no use. */
typedef void take_row_f(sqlite3_stmt *statement, void *item, struct arena *arena);

static enum store_status fill_page(struct store *store, sqlite3_stmt *statement, take_row_f *take, struct page *page,
                                   struct arena *arena)
{
    enum store_status status;

    while (store_next(store, statement, &status))
        take(statement, page_add(page), arena);
    return status;
}

/* ---- Groups ---- */

static void take_group(sqlite3_stmt *statement, void *item, struct arena *arena)
{
    *(struct group *)item = (struct group){
        .key = column_copy(statement, 0, arena),
        .label = column_copy(statement, 1, arena),
        .member_count = sqlite3_column_int64(statement, 2),
    };
}

enum store_status store_list_groups(struct store *store, int32_t customer_id, const char *after, size_t limit,
                                    struct arena *arena, struct group **groups, size_t *count, char *reason,
                                    size_t reason_size)
{
    sqlite3_stmt *all = store_statement(store, "SELECT g.key, g.label,"
                                               " (SELECT count(*) FROM group_member m WHERE m.group_key = g.key)"
                                               " FROM customer_group g WHERE g.key > ?1 ORDER BY g.key LIMIT ?2");
    sqlite3_stmt *of_customer =
        store_statement(store, "SELECT g.key, g.label,"
                               " (SELECT count(*) FROM group_member m WHERE m.group_key = g.key)"
                               " FROM group_member o JOIN customer_group g ON g.key = o.group_key"
                               " WHERE o.customer_id = ?3 AND o.group_key > ?1 ORDER BY o.group_key LIMIT ?2");
    sqlite3_stmt *statement = customer_id != 0 ? of_customer : all;
    struct page page = {.item_size = sizeof(struct group)};

    bind_text(statement, 1, after != NULL ? after : "");
    bind_number(statement, 2, page_limit(limit));
    if (customer_id != 0)
        bind_number(statement, 3, customer_id);
    enum store_status status = fill_page(store, statement, take_group, &page, arena);
    *groups = page_finish(&page, arena, count);
    return store_tell(store, status, reason, reason_size);
}

/* ---- Members ---- */

static void take_member(sqlite3_stmt *statement, void *item, struct arena *arena)
{
    (void)arena;
    *(int32_t *)item = sqlite3_column_int(statement, 0);
}

static enum store_status check_group(struct store *store, const char *group)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT 1 FROM customer_group WHERE key = ?1");
    int64_t is_there;

    bind_text(statement, 1, group);
    enum store_status status = store_ask(store, statement, 0, &is_there);
    if (status == STORE_OK && !is_there)
        return store_say(store, STORE_NOT_FOUND, "there is no group %s", group);
    return status;
}

enum store_status store_list_members(struct store *store, const char *group, int32_t after, size_t limit,
                                     struct arena *arena, int32_t **customer_ids, size_t *count, char *reason,
                                     size_t reason_size)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT customer_id FROM group_member WHERE group_key = ?1 AND customer_id > ?2"
                               " ORDER BY customer_id LIMIT ?3");
    struct page page = {.item_size = sizeof(int32_t)};
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return store_tell(store, status, reason, reason_size);
    status = check_group(store, group);
    if (status == STORE_OK) {
        bind_text(statement, 1, group);
        bind_number(statement, 2, after);
        bind_number(statement, 3, page_limit(limit));
        status = fill_page(store, statement, take_member, &page, arena);
    }
    *customer_ids = page_finish(&page, arena, count);
    store_end_read(store);
    return store_tell(store, status, reason, reason_size);
}

/* ---- Products ---- */

static void take_product(sqlite3_stmt *statement, void *item, struct arena *arena)
{
    *(struct known_product *)item = (struct known_product){
        .id = sqlite3_column_int(statement, 0),
        .slug = column_copy(statement, 1, arena),
        .floor = sqlite3_column_int64(statement, 2),
    };
}

enum store_status store_list_products(struct store *store, const char *slug, const char *after, size_t limit,
                                      struct arena *arena, struct known_product **products, size_t *count, char *reason,
                                      size_t reason_size)
{
    sqlite3_stmt *all =
        store_statement(store, "SELECT id, slug, floor FROM product WHERE slug > ?1 ORDER BY slug LIMIT ?2");
    sqlite3_stmt *one = store_statement(
        store, "SELECT id, slug, floor FROM product WHERE slug = ?3 AND slug > ?1 ORDER BY slug LIMIT ?2");
    sqlite3_stmt *statement = slug != NULL ? one : all;
    struct page page = {.item_size = sizeof(struct known_product)};

    bind_text(statement, 1, after != NULL ? after : "");
    bind_number(statement, 2, page_limit(limit));
    if (slug != NULL)
        bind_text(statement, 3, slug);
    enum store_status status = fill_page(store, statement, take_product, &page, arena);
    *products = page_finish(&page, arena, count);
    return store_tell(store, status, reason, reason_size);
}

enum store_status store_find_slug(struct store *store, int32_t id, struct arena *arena, const char **slug)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT slug FROM product WHERE id = ?1");
    enum store_status status;
    bool is_found = false;

    bind_number(statement, 1, id);
    while (store_next(store, statement, &status)) {
        *slug = column_copy(statement, 0, arena);
        is_found = true;
    }
    return status == STORE_OK && !is_found ? STORE_NOT_FOUND : status;
}

/* ---- Revisions ---- */

static void take_revision(sqlite3_stmt *statement, void *item, struct arena *arena)
{
    *(struct revision *)item = (struct revision){
        .number = sqlite3_column_int64(statement, 0),
        .made_at = sqlite3_column_int64(statement, 1),
        .author = column_copy(statement, 2, arena),
        .message = column_copy(statement, 3, arena),
        .changed = sqlite3_column_int64(statement, 4),
    };
}

/* An open change set is no revision yet. */
enum store_status store_list_revisions(struct store *store, int64_t before, size_t limit, struct arena *arena,
                                       struct revision **revisions, size_t *count, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT number, made_at, author, message, changed FROM revision WHERE number < ?1"
                               " ORDER BY number DESC LIMIT ?2");
    struct page page = {.item_size = sizeof(struct revision)};

    if (store->set.is_open && (before == 0 || before > store->set.number))
        before = store->set.number;
    bind_number(statement, 1, before != 0 ? before : INT64_MAX);
    bind_number(statement, 2, page_limit(limit));
    enum store_status status = fill_page(store, statement, take_revision, &page, arena);
    *revisions = page_finish(&page, arena, count);
    return store_tell(store, status, reason, reason_size);
}
