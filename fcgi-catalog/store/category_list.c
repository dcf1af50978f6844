/* SPDX-License-Identifier: MIT */
/* Categories as people see them. */
#include "fcgi-catalog/store/handle.h"
#include "fcgi-catalog/store/row.h"

#define SELECT "SELECT slug, name, parent, product_count FROM category "

static struct category_entry read_entry(sqlite3_stmt *row, struct arena *arena)
{
    bool is_at_top = sqlite3_column_type(row, 2) == SQLITE_NULL;

    return (struct category_entry){.slug = row_copy_text(row, 0, arena),
                                   .name = row_copy_text(row, 1, arena),
                                   .parent = is_at_top ? NULL : row_copy_text(row, 2, arena),
                                   .product_count = sqlite3_column_int64(row, 3)};
}

/* Every row of a statement with at most one text. SQLITE_DONE: *list is filled. */
static int read_entries(struct store *store, const char *sql, const char *text, struct arena *arena,
                        struct category_list *list, struct reader_fault *fault)
{
    struct category_entry *items = NULL;
    size_t count = 0;
    int result;
    sqlite3_stmt *row = statement_cache_get(store->statements, store->db, sql);

    if (row == NULL)
        return reader_fail(&store->reader, "categories", sqlite3_errcode(store->db), fault);
    if (text != NULL)
        sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        items = arena_grow(arena, items, count, sizeof *items);
        items[count++] = read_entry(row, arena);
    }
    if (result != SQLITE_DONE)
        reader_fail(&store->reader, "categories", result, fault);
    sqlite3_reset(row);
    *list = (struct category_list){.items = items, .count = count};
    return result;
}

/* In a transaction, which also makes sure that they are a tree. */
static int read_tree(struct store *store, const char *sql, const char *text, struct arena *arena,
                     struct category_list *list, struct category_list *children, struct reader_fault *fault)
{
    int result = reader_begin(&store->reader, fault);

    if (result != SQLITE_DONE)
        return result;
    result = read_entries(store, sql, text, arena, list, fault);
    if (result == SQLITE_DONE && children != NULL)
        result = read_entries(store, SELECT "WHERE parent = ?1 ORDER BY slug", text, arena, children, fault);
    reader_end(&store->reader);
    return result;
}

enum store_status store_list_categories(struct store *store, struct arena *arena, struct category_list *categories)
{
    struct reader_fault fault = {0};
    struct category_list list;
    int result = read_tree(store, SELECT "ORDER BY slug", NULL, arena, &list, NULL, &fault);

    if (result == SQLITE_DONE)
        *categories = list;
    return handle_judge_fault(store, SUBJECT_CATEGORIES, result, &fault);
}

enum store_status store_find_category(struct store *store, const char *slug, struct arena *arena,
                                      struct category_entry *category, struct category_list *children)
{
    struct reader_fault fault = {0};
    struct category_list found, below;
    int result =
        read_tree(store, SELECT "WHERE slug = ?1", slug, arena, &found, children != NULL ? &below : NULL, &fault);
    enum store_status status = handle_judge_fault(store, SUBJECT_CATEGORIES, result, &fault);

    if (status == STORE_OK && found.count == 0)
        return STORE_NOT_FOUND;
    if (status == STORE_OK) {
        *category = found.items[0];
        if (children != NULL)
            *children = below;
    }
    return status;
}
