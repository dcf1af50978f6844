/* SPDX-License-Identifier: MIT */
/* Groups, members, products and revisions, a page at a time; how many there are, and the latest revision. */
#include "discount/store/sqlite/internal.h"

/* What is found of one kind, in the caller's arena. */
struct found_items {
    struct arena *arena;
    void *items;
    size_t count;
};

/* Room for one more. */
static void *add_item(struct found_items *found, size_t item_size)
{
    found->items = arena_grow(found->arena, found->items, found->count, item_size);
    return (char *)found->items + item_size * found->count++;
}

int64_t page_limit(uint64_t limit)
{
    return limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
}

/* ---- Groups ---- */

static enum store_status take_group(struct store *store, sqlite3_stmt *row, void *data)
{
    struct found_items *found = data;

    (void)store;
    *(struct group *)add_item(found, sizeof(struct group)) = (struct group){
        .key = column_copy(row, 0, found->arena),
        .label = column_copy(row, 1, found->arena),
        .member_count = sqlite3_column_int64(row, 2),
    };
    return STORE_OK;
}

enum store_status sqlite_list_groups(struct store *store, int32_t customer_id, const char *after, size_t limit,
                                     struct arena *arena, struct group **groups, size_t *count)
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
    struct found_items found = {.arena = arena};

    bind_text(statement, 1, after != NULL ? after : "");
    bind_number(statement, 2, page_limit(limit));
    if (customer_id != 0)
        bind_number(statement, 3, customer_id);
    enum store_status status = store_each(store, statement, take_group, &found);
    *groups = found.items;
    *count = found.count;
    return status;
}

/* ---- Members ---- */

static enum store_status take_member(struct store *store, sqlite3_stmt *row, void *data)
{
    (void)store;
    *(int32_t *)add_item(data, sizeof(int32_t)) = sqlite3_column_int(row, 0);
    return STORE_OK;
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

enum store_status sqlite_list_members(struct store *store, const char *group, int32_t after, size_t limit,
                                      struct arena *arena, int32_t **customer_ids, size_t *count)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT customer_id FROM group_member WHERE group_key = ?1 AND customer_id > ?2"
                               " ORDER BY customer_id LIMIT ?3");
    struct found_items found = {.arena = arena};
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return status;
    status = check_group(store, group);
    if (status == STORE_OK) {
        bind_text(statement, 1, group);
        bind_number(statement, 2, after);
        bind_number(statement, 3, page_limit(limit));
        status = store_each(store, statement, take_member, &found);
    }
    store_end_read(store);
    *customer_ids = found.items;
    *count = found.count;
    return status;
}

/* ---- Products ---- */

static enum store_status take_product(struct store *store, sqlite3_stmt *row, void *data)
{
    struct found_items *found = data;
    bool is_in_shop = sqlite3_column_type(row, 3) != SQLITE_NULL;

    (void)store;
    *(struct known_product *)add_item(found, sizeof(struct known_product)) = (struct known_product){
        .id = sqlite3_column_int(row, 0),
        .slug = column_copy(row, 1, found->arena),
        .floor = sqlite3_column_int64(row, 2),
        .is_in_shop = is_in_shop,
        .price = sqlite3_column_int(row, 3),
        .categories = is_in_shop ? column_copy(row, 4, found->arena) : NULL,
    };
    return STORE_OK;
}

/* ?1: behind this slug; ?2: the limit; ?3: the slug or id. A product that is in both tables has the shop's slug as a
 * list of the shop has it, and the rules' as a list of what is declared has it; but for a pass under way they are the
 * same. */
#define DECLARED                                                                                                       \
    "SELECT p.id, p.slug, p.floor, s.price, s.categories FROM product p LEFT JOIN shop_product s ON s.id = p.id"
#define ALL(where)                                                                                                     \
    "SELECT s.id, s.slug, coalesce(p.floor, 0), s.price, s.categories"                                                 \
    " FROM shop_product s LEFT JOIN product p ON p.id = s.id WHERE s." where " UNION ALL"                              \
    " SELECT p.id, p.slug, p.floor, NULL, NULL FROM product p WHERE p." where                                          \
    " AND NOT EXISTS (SELECT 1 FROM shop_product s WHERE s.id = p.id)"
#define PAGE " ORDER BY 2 LIMIT ?2"

enum store_status sqlite_list_products(struct store *store, const struct product_filter *filter, const char *after,
                                       size_t limit, struct arena *arena, struct known_product **products,
                                       size_t *count)
{
    static const char *const lists[2][3] = {
        {ALL("slug > ?1") PAGE, ALL("slug = ?3 AND ?3 > ?1") PAGE, ALL("id = ?3") PAGE},
        {DECLARED " WHERE p.slug > ?1" PAGE, DECLARED " WHERE p.slug = ?3 AND p.slug > ?1" PAGE,
         DECLARED " WHERE p.id = ?3 AND p.slug > ?1" PAGE}};
    sqlite3_stmt *statement = store_statement(store, lists[filter->is_declared][filter->slug != NULL ? 1
                                                                                : filter->id != 0    ? 2
                                                                                                     : 0]);
    struct found_items found = {.arena = arena};

    bind_text(statement, 1, after != NULL ? after : "");
    bind_number(statement, 2, page_limit(limit));
    if (filter->slug != NULL)
        bind_text(statement, 3, filter->slug);
    else if (filter->id != 0)
        bind_number(statement, 3, filter->id);
    enum store_status status = store_each(store, statement, take_product, &found);
    *products = found.items;
    *count = found.count;
    return status;
}

/* ---- Revisions ---- */

static enum store_status take_revision(struct store *store, sqlite3_stmt *row, void *data)
{
    struct found_items *found = data;

    (void)store;
    *(struct revision *)add_item(found, sizeof(struct revision)) = (struct revision){
        .number = sqlite3_column_int64(row, 0),
        .made_at = sqlite3_column_int64(row, 1),
        .author = column_copy(row, 2, found->arena),
        .message = column_copy(row, 3, found->arena),
        .changed = sqlite3_column_int64(row, 4),
    };
    return STORE_OK;
}

/* An open change set is no revision yet. */
enum store_status sqlite_list_revisions(struct store *store, int64_t before, size_t limit, struct arena *arena,
                                        struct revision **revisions, size_t *count)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT number, made_at, author, message, changed FROM revision WHERE number < ?1"
                               " ORDER BY number DESC LIMIT ?2");
    const struct change_set *set = &store->state->set;
    struct found_items found = {.arena = arena};

    if (set->is_open && (before == 0 || before > set->number))
        before = set->number;
    bind_number(statement, 1, before != 0 ? before : INT64_MAX);
    bind_number(statement, 2, page_limit(limit));
    enum store_status status = store_each(store, statement, take_revision, &found);
    *revisions = found.items;
    *count = found.count;
    return status;
}

enum store_status sqlite_revision(struct store *store, int64_t *revision)
{
    enum store_status status =
        store_ask(store, store_statement(store, "SELECT max(number) FROM revision"), 0, revision);

    if (status == STORE_OK && *revision < 1)
        return store_say(store, STORE_FAILED, "it has no revision");
    return status;
}

enum store_status find_revision(struct store *store, int64_t revision, bool *is_there)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT 1 FROM revision WHERE number = ?1");
    int64_t found;

    bind_number(statement, 1, revision);
    enum store_status status = store_ask(store, statement, 0, &found);
    *is_there = found != 0;
    return status;
}

/* ---- How many ---- */

static enum store_status take_counts(struct store *store, sqlite3_stmt *row, void *data)
{
    (void)store;
    *(struct store_counts *)data = (struct store_counts){
        .rules = sqlite3_column_int64(row, 0),
        .groups = sqlite3_column_int64(row, 1),
        .products = sqlite3_column_int64(row, 2),
    };
    return STORE_OK;
}

enum store_status sqlite_count(struct store *store, struct store_counts *counts)
{
    return store_each(store,
                      store_statement(store, "SELECT (SELECT count(*) FROM rule),"
                                             " (SELECT count(*) FROM customer_group),"
                                             " (SELECT count(*) FROM product)"),
                      take_counts, counts);
}
