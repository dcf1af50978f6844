/* SPDX-License-Identifier: MIT */
/* Which index leads: found out by how many rows each filter leaves. */
#include "fcgi-catalog/store/selection.h"

#include <string.h>

#include "fcgi-catalog/store/row.h"
#include "fcgi-catalog/store/selection_sql.h"
#include "fcgi-catalog/store/store.h"

static bool has_prices(const struct product_query *query)
{
    return query->min_price >= 0 || query->max_price >= 0;
}

static bool is_by_price(enum sort sort)
{
    return sort == SORT_PRICE || sort == SORT_PRICE_DOWN;
}

/* Runs a statement whose one row is one number. SQLITE_ROW, SQLITE_DONE (no row: 0) or an error. */
static int read_number(const struct selection *selection, const char *sql, int64_t limit, int64_t *number)
{
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, sql);
    if (row == NULL)
        return sqlite3_errcode(selection->db);

    selection_bind(selection, row);
    sqlite3_bind_int64(row, 8, limit);
    int result = sqlite3_step(row);
    *number = result == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
    sqlite3_reset(row);
    return result;
}

/* Reads the category's number and how many products it has. */
static int find_category(struct selection *selection)
{
    sqlite3_stmt *row =
        shapes_find(selection->shapes, selection->db, "SELECT number, product_count FROM category WHERE slug = ?1");
    if (row == NULL)
        return sqlite3_errcode(selection->db);

    sqlite3_bind_text(row, 1, selection->query->category, -1, SQLITE_STATIC);
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW) {
        selection->category = sqlite3_column_int64(row, 0);
        selection->category_count = sqlite3_column_int64(row, 1);
    }
    sqlite3_reset(row);
    selection->is_empty |= result == SQLITE_DONE;
    return result == SQLITE_ROW ? SQLITE_DONE : result;
}

bool selection_widen(struct selection *selection)
{
    if (!selection->is_tentative)
        return false;
    selection->is_tentative = selection->is_exact = false;
    selection->match = selection->beginning;
    return true;
}

/* Whether more than STORE_RANKED_MAX products have the words as they are. Whoever ranks them all finds out anyway. */
static int find_out_exactness(struct selection *selection)
{
    const struct product_query *query = selection->query;
    int64_t id;

    selection->is_exact = selection->is_tentative = true;
    if (query->sort == SORT_RANK && query->category == NULL && query->tag == NULL && !has_prices(query))
        return SQLITE_DONE;
    int result = read_number(selection, SELECT_SEARCH_PAST_RANKED, 1, &id);
    if (result == SQLITE_DONE)
        selection_widen(selection);
    selection->is_tentative = false;
    return result == SQLITE_ROW ? SQLITE_DONE : result;
}

static int find_words(struct selection *selection, struct arena *arena)
{
    if (!search_print(selection->search, selection->query->text, arena, &selection->match, &selection->beginning)) {
        selection->is_empty = true;
        return SQLITE_DONE;
    }
    if (!selection->query->position.is_set)
        return find_out_exactness(selection);
    selection->is_exact = (selection->query->position.number & SELECTION_EXACT) != 0;
    if (!selection->is_exact)
        selection->match = selection->beginning;
    return SQLITE_DONE;
}

/* What has the sort as it goes; among those of the order of ids the one whose rows are cheapest, where the others are
 * looked at row by row. */
static enum leader choose_native(const struct selection *selection)
{
    const struct product_query *query = selection->query;

    if (is_by_price(selection->sort))
        return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
    if (selection->sort != SORT_ID)
        return LEADER_PRODUCTS;
    if (query->text != NULL)
        return LEADER_SEARCH;
    if (query->tag != NULL)
        return LEADER_TAG;
    return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
}

static bool has_filter(const struct selection *selection, enum leader leader)
{
    switch (leader) {
    case LEADER_CATEGORY:
        return selection->query->category != NULL;
    case LEADER_TAG:
        return selection->query->tag != NULL;
    case LEADER_PRICES:
        return has_prices(selection->query);
    case LEADER_SEARCH:
        return selection->query->text != NULL;
    case LEADER_PRODUCTS:
        break;
    }
    return false;
}

/* Whether the leader goes through all filters as it goes, so that no row is looked at in vain. */
static bool is_complete(const struct selection *selection, enum leader leader)
{
    for (enum leader other = LEADER_CATEGORY; other <= LEADER_SEARCH; other++) {
        bool is_led = other == leader || (other == LEADER_PRICES && is_by_price(selection->sort));
        if (has_filter(selection, other) && !is_led)
            return false;
    }
    return true;
}

/* So many rows of a filter are worth reading them all. */
static int64_t find_few(const struct selection *selection, enum leader leader)
{
    return leader == LEADER_PRICES && selection->sort == SORT_ID ? SELECTION_FEW_PRICES : SELECTION_FEW;
}

/* How many rows a filter leaves, counted up to one more than a few. */
static int measure(const struct selection *selection, enum leader leader, int64_t *count)
{
    bool has_category = selection->query->category != NULL;
    int64_t limit = find_few(selection, leader) + 1;

    switch (leader) {
    case LEADER_TAG:
        return read_number(selection, COUNT_SOME_TAGGED, limit, count);
    case LEADER_PRICES:
        return read_number(selection, has_category ? COUNT_SOME_PRICES_IN : COUNT_SOME_PRICES, limit, count);
    case LEADER_SEARCH:
        return read_number(selection, COUNT_SOME_FOUND, limit, count);
    case LEADER_CATEGORY:
    case LEADER_PRODUCTS:
        break;
    }
    *count = selection->category_count;
    return SQLITE_DONE;
}

static bool has_order(const struct selection *selection, enum leader leader)
{
    if (selection->sort == SORT_ID)
        return leader != LEADER_PRICES;
    return is_by_price(selection->sort) && (leader == LEADER_CATEGORY || leader == LEADER_PRICES);
}

/* The filter that leaves fewest rows leads, when they are few; else what has the order. */
static int choose_leader(struct selection *selection)
{
    enum leader native = choose_native(selection), best = native;
    int64_t least = INT64_MAX;

    if (!is_complete(selection, native)) {
        for (enum leader leader = LEADER_CATEGORY; leader <= LEADER_SEARCH; leader++) {
            int64_t count;
            if (!has_filter(selection, leader))
                continue;
            int result = measure(selection, leader, &count);
            if (result != SQLITE_ROW && result != SQLITE_DONE)
                return result;
            if (count < least && count <= find_few(selection, leader)) {
                least = count;
                best = leader;
            }
        }
    }
    selection->leader = best;
    selection->is_gathered = best != native && !has_order(selection, best);
    return SQLITE_DONE;
}

int selection_plan(struct selection *selection, struct arena *arena)
{
    const struct product_query *query = selection->query;
    int result = SQLITE_DONE;

    selection->sort = query->sort == SORT_RANK ? SORT_ID : query->sort;
    if (query->category != NULL)
        result = find_category(selection);
    if (result == SQLITE_DONE && query->text != NULL && !selection->is_empty)
        result = find_words(selection, arena);
    selection->is_hopeful =
        selection->sort == SORT_ID && choose_native(selection) == LEADER_PRODUCTS && has_prices(query);
    if (result == SQLITE_DONE && !selection->is_empty && !selection->is_hopeful)
        result = choose_leader(selection);
    return result;
}

/* ---- Reading ---- */

static struct key read_key(const struct selection *selection, sqlite3_stmt *row, bool with_ranks, struct arena *arena)
{
    struct key key = {.id = (int32_t)sqlite3_column_int64(row, 0), .text = ""};

    if (selection->sort == SORT_NAME && !with_ranks)
        key.text = row_copy_text(row, 1, arena);
    else
        key.number = sqlite3_column_int64(row, 1);
    return key;
}

static void add_key(struct keys *keys, size_t *room, struct key key, struct arena *arena)
{
    if (keys->count == *room) {
        struct key *grown = arena_get(arena, (*room = *room > 0 ? *room * 2 : 128) * sizeof *grown);
        if (keys->count > 0)
            memcpy(grown, keys->items, keys->count * sizeof *grown);
        keys->items = grown;
    }
    keys->items[keys->count++] = key;
}

static int read_part(const struct selection *selection, const struct selection_range *range, enum part part,
                     bool with_ranks, struct arena *arena, struct keys *keys)
{
    const char *sql = selection_print(selection, range, part, with_ranks, arena);
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, sql);
    size_t room = 0;
    int result;

    if (row == NULL)
        return sqlite3_errcode(selection->db);
    selection_bind(selection, row);
    selection_bind_range(selection, range, row);
    *keys = (struct keys){0};
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        add_key(keys, &room, read_key(selection, row, with_ranks, arena), arena);
    sqlite3_reset(row);
    return result;
}

/* Those of the same key, then those beyond. */
static int read_parts(const struct selection *selection, const struct selection_range *range, struct arena *arena,
                      struct keys *keys)
{
    struct selection_range rest = *range;
    struct keys beyond = {0};
    int result = read_part(selection, range, PART_SAME_KEY, false, arena, keys);

    rest.limit -= keys->count;
    if (result != SQLITE_DONE || rest.limit == 0)
        return result;
    result = read_part(selection, &rest, PART_BEYOND, false, arena, &beyond);
    size_t room = keys->count; /* it may be more */
    for (size_t i = 0; i < beyond.count; i++)
        add_key(keys, &room, beyond.items[i], arena);
    return result;
}

int selection_read(struct selection *selection, const struct selection_range *range, bool with_ranks,
                   struct arena *arena, struct keys *keys)
{
    *keys = (struct keys){0};
    if (selection->is_empty || range->limit == 0)
        return SQLITE_DONE;
    if (selection->is_hopeful) {
        int result = read_part(selection, range, PART_TRY, false, arena, keys);
        if (result != SQLITE_DONE || keys->count == range->limit)
            return result;
        selection->is_hopeful = false;
        result = choose_leader(selection);
        if (result != SQLITE_DONE)
            return result;
    }
    if (range->after != NULL && selection->sort != SORT_ID && !selection->is_gathered)
        return read_parts(selection, range, arena, keys);
    return read_part(selection, range, PART_ALL, with_ranks, arena, keys);
}

int selection_count(struct selection *selection, struct arena *arena, int64_t *count)
{
    *count = 0;
    if (selection->is_empty)
        return SQLITE_DONE;
    if (selection->is_hopeful) {
        int result = choose_leader(selection);
        if (result != SQLITE_DONE)
            return result;
    }
    if (selection->query->category != NULL && is_complete(selection, LEADER_CATEGORY) &&
        !has_filter(selection, LEADER_PRICES)) {
        *count = selection->category_count;
        return SQLITE_DONE;
    }
    int result = read_number(selection, selection_print_count(selection, arena), 1, count);
    return result == SQLITE_ROW ? SQLITE_DONE : result;
}
