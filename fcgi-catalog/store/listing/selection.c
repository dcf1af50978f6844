/* SPDX-License-Identifier: MIT */
/* Which way a selection is read: in the sort's order, or along those that are met. */
#include "fcgi-catalog/store/listing/selection.h"

#include "fcgi-catalog/store/listing/selection_filter.h"
#include "fcgi-catalog/store/listing/selection_sql.h"
#include "fcgi-catalog/store/listing/selection_way.h"

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

int selection_plan(struct selection *selection, struct arena *arena)
{
    int result = SQLITE_DONE;

    selection->sort = selection->query->sort == SORT_RANK ? SORT_ID : selection->query->sort;
    if (selection->query->category != NULL)
        result = find_category(selection);
    if (result == SQLITE_DONE && selection->query->text != NULL && !selection->is_empty)
        result = filter_find_words(selection, arena);
    return result;
}

/* ---- What is known ---- */

static bool is_open(const struct selection *selection, enum filter filter)
{
    return filter_is_asked(selection, filter) && selection->sieves[filter] == NULL;
}

/* Whether those that are met are so few that each can be asked whether it has the word. */
static bool can_ask(const struct selection *selection)
{
    return selection->is_exact && selection->words.is_one && selection->met != NULL &&
           sieve_count(selection->met) <= SELECTION_FEW_ASKED;
}

/* Whether those that are met are few enough to be looked up, and each to be asked for what is still open. */
static bool can_lead(const struct selection *selection)
{
    return way_met_few(selection) && (!is_open(selection, FILTER_TEXT) || can_ask(selection));
}

/* Sieves for all filters, with that much effort; with all effort, until few are met. */
static int find_filters(struct selection *selection, enum effort effort, struct arena *arena)
{
    int result = SQLITE_DONE;

    for (enum filter filter = 0; filter < FILTER_COUNT && result == SQLITE_DONE; filter++) {
        if (effort != EFFORT_ALL || !can_lead(selection))
            result = filter_find(selection, filter, effort, arena);
    }
    return result;
}

/* ---- Which way ---- */

/* Sieves for the filters beside the search. */
static int load_others(struct selection *selection, struct arena *arena)
{
    int result = find_filters(selection, EFFORT_FEW, arena);

    for (enum filter filter = 0; filter < FILTER_COUNT && result == SQLITE_DONE && !way_met_few(selection); filter++) {
        if (filter != FILTER_TEXT)
            result = filter_find(selection, filter, EFFORT_ALL, arena);
    }
    return result;
}

/* Ranks come with the search; when a walk along it takes long, the others are met before, so that it passes over what
 * they do not leave. */
static int read_ranks(struct selection *selection, const struct selection_range *range, struct arena *arena,
                      struct keys *keys)
{
    int result = SQLITE_INTERRUPT;

    if (filter_count_open(selection, LEADER_SEARCH) == 0 && selection->met == NULL)
        return way_walk(selection, range, true, arena, keys);
    if (filter_count_open(selection, LEADER_SEARCH) > 0 && !way_met_few(selection))
        result = way_try(selection, range, SELECTION_TRY_RANKED, true, arena, keys);
    if (result != SQLITE_INTERRUPT)
        return result;
    *keys = (struct keys){0};
    result = load_others(selection, arena);
    if (result != SQLITE_DONE || (selection->met != NULL && sieve_count(selection->met) == 0))
        return result;
    return can_ask(selection) ? way_look_up(selection, range, true, arena, keys)
                              : way_walk(selection, range, true, arena, keys);
}

/* Whether a walk asks no search about one product after the other. */
static bool may_try(const struct selection *selection, enum leader leader)
{
    return !is_open(selection, FILTER_TEXT) || filter_is_led(selection, FILTER_TEXT, leader);
}

/* Whether nothing is left to find out: a walk passes over nothing in vain, or all filters are known. */
static bool is_settled(const struct selection *selection, enum leader leader)
{
    return can_lead(selection) || filter_count_open(selection, selection->met != NULL ? LEADER_MET : leader) == 0;
}

/*
 * Tries, and reads what it takes. SQLITE_DONE: *keys is filled; SQLITE_INTERRUPT: all is there to be read. Prices in
 * the order of ids are tried before they are measured: most ranges leave enough of the first thousand products.
 */
static int find_way(struct selection *selection, const struct selection_range *range, struct arena *arena,
                    struct keys *keys)
{
    enum leader leader = filter_choose_leader(selection);
    bool is_hopeful = selection->sort == SORT_ID && leader == LEADER_PRODUCTS;
    int result = SQLITE_INTERRUPT;

    if (is_settled(selection, leader))
        return SQLITE_INTERRUPT;
    if (is_hopeful)
        result = way_try(selection, range, SELECTION_TRY, false, arena, keys);
    if (result != SQLITE_INTERRUPT)
        return result;
    result = find_filters(selection, EFFORT_FEW, arena);
    if (result != SQLITE_DONE || is_settled(selection, leader))
        return result == SQLITE_DONE ? SQLITE_INTERRUPT : result;
    result = SQLITE_INTERRUPT;
    if (!is_hopeful && may_try(selection, leader))
        result = way_try(selection, range, SELECTION_TRY, false, arena, keys);
    if (result != SQLITE_INTERRUPT)
        return result;
    result = find_filters(selection, EFFORT_ALL, arena);
    return result == SQLITE_DONE ? SQLITE_INTERRUPT : result;
}

int selection_read(struct selection *selection, const struct selection_range *range, bool with_ranks,
                   struct arena *arena, struct keys *keys)
{
    *keys = (struct keys){0};
    if (selection->is_empty || range->limit == 0)
        return SQLITE_DONE;
    int result = find_filters(selection, EFFORT_RECALL, arena);
    if (result == SQLITE_DONE)
        result = with_ranks ? read_ranks(selection, range, arena, keys) : find_way(selection, range, arena, keys);
    if (with_ranks || result != SQLITE_INTERRUPT)
        return result;
    *keys = (struct keys){0};
    bool has_all = filter_count_open(selection, LEADER_MET) == 0;
    if (selection->met == NULL || (!has_all && !can_lead(selection)))
        return way_walk(selection, range, false, arena, keys);
    return has_all && selection->sort != SORT_ID ? way_follow(selection, range, arena, keys)
                                                 : way_look_up(selection, range, false, arena, keys);
}

/* Where a walk would pass over nothing it is counted, as SQLite does that quickest. */
static int count_rows(const struct selection *selection, struct arena *arena, int64_t *count)
{
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, selection_print_count(selection, arena));
    if (row == NULL)
        return sqlite3_errcode(selection->db);

    selection_bind(selection, row);
    int result = sqlite3_step(row);
    *count = result == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
    sqlite3_reset(row);
    return result == SQLITE_ROW ? SQLITE_DONE : result;
}

static int count_met(struct selection *selection, struct arena *arena, int64_t *count)
{
    const struct selection_range all = {.limit = SIZE_MAX};
    struct keys keys = {0};
    int result = find_filters(selection, EFFORT_FEW, arena);

    selection->sort = SORT_ID;
    if (result == SQLITE_DONE)
        result = find_filters(selection, EFFORT_ALL, arena);
    if (result != SQLITE_DONE)
        return result;
    if (filter_count_open(selection, LEADER_MET) == 0) {
        *count = (int64_t)sieve_count(selection->met);
        return SQLITE_DONE;
    }
    result = way_look_up(selection, &all, false, arena, &keys);
    *count = (int64_t)keys.count;
    return result;
}

static bool is_only_category(const struct selection *selection)
{
    bool is_only = filter_is_asked(selection, FILTER_CATEGORY);

    for (enum filter filter = 0; filter < FILTER_COUNT; filter++)
        is_only &= filter == FILTER_CATEGORY || !filter_is_asked(selection, filter);
    return is_only;
}

int selection_count(struct selection *selection, struct arena *arena, int64_t *count)
{
    enum sort sort = selection->sort;
    int result;

    *count = 0;
    if (selection->is_empty)
        return SQLITE_DONE;
    if (is_only_category(selection)) {
        *count = selection->category_count;
        return SQLITE_DONE;
    }
    selection->sort = SORT_PRICE; /* prices, and a category with them, lead */
    if (filter_count_open(selection, filter_choose_leader(selection)) == 0 && selection->met == NULL)
        result = count_rows(selection, arena, count);
    else
        result = count_met(selection, arena, count);
    selection->sort = sort;
    return result;
}
