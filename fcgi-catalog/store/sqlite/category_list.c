/* SPDX-License-Identifier: MIT */
/* Categories as people see them. */
#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/row.h"

static struct category_entry read_entry(sqlite3_stmt *row, struct arena *arena)
{
    bool is_at_top = sqlite3_column_type(row, 2) == SQLITE_NULL;

    return (struct category_entry){.number = sqlite3_column_int64(row, 4),
                                   .slug = row_copy_text(row, 0, arena),
                                   .name = row_copy_text(row, 1, arena),
                                   .parent = is_at_top ? NULL : row_copy_text(row, 2, arena),
                                   .product_count = sqlite3_column_int64(row, 3)};
}

/* SQLITE_DONE: *list is filled. */
static int read_entries(struct store_state *store, struct arena *arena, struct category_list *list,
                        struct reader_fault *fault)
{
    static const char sql[] = "SELECT slug, name, parent, product_count, number FROM category ORDER BY slug";
    struct category_entry *items = NULL;
    size_t count = 0;
    int result;
    sqlite3_stmt *row = statement_cache_get(store->statements, store->db, sql);

    if (row == NULL)
        return reader_fail(&store->reader, "categories", sqlite3_errcode(store->db), fault);
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

enum store_status sqlite_list_categories(struct store *base, struct arena *arena, struct category_list *categories)
{
    struct store_state *store = base->state;
    struct reader_fault fault = {0};
    struct category_list list = {0};
    int result = reader_begin(&store->reader, &fault); /* which checks that the categories are a tree */

    if (result == SQLITE_DONE) {
        result = read_entries(store, arena, &list, &fault);
        reader_end(&store->reader);
    }
    if (result == SQLITE_DONE)
        *categories = list;
    return handle_judge_fault(store, SUBJECT_CATEGORIES, result, &fault);
}
