/* SPDX-License-Identifier: MIT */
/* The plan of a query, and how it is followed. */
#include "fcgi-catalog/store/sqlite/listing/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/store/sqlite/listing/plan_sql.h"
#include "fcgi-catalog/store/sqlite/row.h"
#include "fcgi-catalog/store/store.h"

/* So few products can be checked one by one for a word. */
#define FEW_ASKED 100
/* A walk that is tried: so many thousands of steps of SQLite's virtual machine, some fifty rows each. */
#define TRY 20
#define TRY_RANKED 60 /* more rows are read, to be ranked */

/* ---- Filters ---- */

bool plan_asks_for(const struct plan *plan, enum filter filter)
{
    const struct product_query *query = plan->query;

    switch (filter) {
    case FILTER_CATEGORY:
        return query->category != NULL;
    case FILTER_TAG:
        return query->tag != NULL;
    case FILTER_TEXT:
        return query->text != NULL;
    case FILTER_PRICES:
        return query->min_price >= 0 || query->max_price >= 0;
    case FILTER_COUNT:
        break;
    }
    return false;
}

static bool is_by_price(const struct plan *plan)
{
    return plan->sort == SORT_PRICE || plan->sort == SORT_PRICE_DOWN;
}

bool plan_is_led(const struct plan *plan, enum filter filter, enum leader leader)
{
    static const enum leader leaders[] = {
        [FILTER_CATEGORY] = LEADER_CATEGORY, [FILTER_TAG] = LEADER_TAG, [FILTER_TEXT] = LEADER_SEARCH};

    if (filter == FILTER_PRICES)
        return is_by_price(plan) && (leader == LEADER_PRODUCTS || leader == LEADER_CATEGORY);
    return leaders[filter] == leader;
}

bool plan_is_open(const struct plan *plan, enum filter filter, enum leader leader)
{
    return plan_asks_for(plan, filter) && plan->sets[filter] == NULL && !plan_is_led(plan, filter, leader);
}

static bool has_open(const struct plan *plan, enum leader leader)
{
    for (enum filter filter = 0; filter < FILTER_COUNT; filter++) {
        if (plan_is_open(plan, filter, leader))
            return true;
    }
    return false;
}

enum leader plan_choose_leader(const struct plan *plan)
{
    const struct product_query *query = plan->query;

    if (is_by_price(plan))
        return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
    if (plan->sort != SORT_ID)
        return LEADER_PRODUCTS;
    if (query->text != NULL)
        return LEADER_SEARCH;
    if (query->tag != NULL)
        return LEADER_TAG;
    return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
}

/* ---- Id sets ---- */

/* The key of a filter's id set in the query cache. With `is_whole` the whole set is kept under it; without, the set if
 * it is small, or else that it is not (NULL). */
static const char *print_key(const struct plan *plan, enum filter filter, bool is_whole, struct arena *arena)
{
    const struct product_query *query = plan->query;
    const char *all = is_whole ? "all of " : "";

    switch (filter) {
    case FILTER_CATEGORY:
        return arena_print(arena, "%scategory %" PRId64, all, plan->category);
    case FILTER_TAG:
        return arena_print(arena, "%stag %s", all, query->tag);
    case FILTER_TEXT:
        return arena_print(arena, "%stext %s", all, plan->match);
    case FILTER_PRICES:
        return arena_print(arena, "%sprices %" PRId64 " %" PRId64, all, query->min_price, query->max_price);
    case FILTER_COUNT:
        break;
    }
    return "";
}

/* Reads and keeps the ids of the products that pass the filter; if they are more than the limit, keeps NULL. */
static int read_set(struct plan *plan, enum filter filter, size_t limit, const char *key)
{
    const struct range range = {.limit = limit < SIZE_MAX ? limit + 1 : limit};
    sqlite3_stmt *row = statement_cache_get(plan->statements, plan->db, plan_print_ids(filter));
    struct id_set *set = id_set_new();
    size_t count = 0;
    int result;

    if (row == NULL)
        return sqlite3_errcode(plan->db);
    plan_bind(plan, row);
    plan_bind_range(plan, &range, row);
    for (; (result = sqlite3_step(row)) == SQLITE_ROW; count++)
        id_set_add(set, sqlite3_column_int64(row, 0));
    sqlite3_reset(row);
    if (result != SQLITE_DONE || count > limit) {
        id_set_free(set);
        set = NULL;
    }
    if (result == SQLITE_DONE)
        plan->sets[filter] = query_cache_keep(plan->cache, key, set, NULL, 0)->ids;
    return result;
}

/* As plan_find_set(), but without the intersection. Few matches of a search are no more than can be ranked. */
static int find_set(struct plan *plan, enum filter filter, enum effort effort, struct arena *arena)
{
    size_t few = filter == FILTER_TEXT ? STORE_RANKED_MAX : PLAN_FEW;
    const char *key = print_key(plan, filter, false, arena), *key_of_all = print_key(plan, filter, true, arena);
    const struct query_result *known = query_cache_find(plan->cache, key_of_all);
    int result = SQLITE_DONE;

    if (known == NULL)
        known = query_cache_find(plan->cache, key);
    if (known != NULL)
        plan->sets[filter] = known->ids;
    else if (effort == EFFORT_FEW && (filter != FILTER_CATEGORY || plan->category_count <= (int64_t)few))
        result = read_set(plan, filter, few, key);
    if (result == SQLITE_DONE && effort == EFFORT_ALL && plan->sets[filter] == NULL)
        result = read_set(plan, filter, SIZE_MAX, key_of_all);
    return result;
}

/* Makes the intersection with the filter's set. Its key joins the keys of its sets, in the order in which they came. */
static void intersect(struct plan *plan, enum filter filter, struct arena *arena)
{
    const char *key = print_key(plan, filter, false, arena);

    if (plan->intersection == NULL) {
        plan->intersection = plan->sets[filter];
        plan->intersection_key = key;
        return;
    }
    plan->intersection_key = arena_print(arena, "%s\n%s", plan->intersection_key, key);
    const struct query_result *known = query_cache_find(plan->cache, plan->intersection_key);
    if (known == NULL)
        known = query_cache_keep(plan->cache, plan->intersection_key,
                                 id_set_intersect(plan->intersection, plan->sets[filter]), NULL, 0);
    plan->intersection = known->ids;
}

int plan_find_set(struct plan *plan, enum filter filter, enum effort effort, struct arena *arena)
{
    if (!plan_asks_for(plan, filter) || plan->sets[filter] != NULL)
        return SQLITE_DONE;
    int result = find_set(plan, filter, effort, arena);
    if (result == SQLITE_DONE && plan->sets[filter] != NULL)
        intersect(plan, filter, arena);
    return result;
}

static bool is_intersection_small(const struct plan *plan)
{
    return plan->intersection != NULL && id_set_count(plan->intersection) <= PLAN_FEW;
}

/* Whether the intersection is so small that each of its products can be checked for the word. */
static bool can_ask_for_word(const struct plan *plan)
{
    return plan->is_exact && plan->words.is_one && plan->intersection != NULL &&
           id_set_count(plan->intersection) <= FEW_ASKED;
}

/* Whether the products of the intersection can be looked up one by one, and checked against the open filters. */
static bool can_look_up(const struct plan *plan)
{
    return is_intersection_small(plan) &&
           (!plan_is_open(plan, FILTER_TEXT, LEADER_INTERSECTION) || can_ask_for_word(plan));
}

/* Finds id sets for all filters, with that effort; with EFFORT_ALL only until the intersection can be looked up. */
static int find_sets(struct plan *plan, enum effort effort, struct arena *arena)
{
    int result = SQLITE_DONE;

    for (enum filter filter = 0; filter < FILTER_COUNT && result == SQLITE_DONE; filter++) {
        if (effort != EFFORT_ALL || !can_look_up(plan))
            result = plan_find_set(plan, filter, effort, arena);
    }
    return result;
}

/* ---- The beginning ---- */

/* Reads the category's number and how many products it has. */
static int find_category(struct plan *plan)
{
    sqlite3_stmt *row =
        statement_cache_get(plan->statements, plan->db, "SELECT number, product_count FROM category WHERE slug = ?1");
    if (row == NULL)
        return sqlite3_errcode(plan->db);

    sqlite3_bind_text(row, 1, plan->query->category, -1, SQLITE_STATIC);
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW) {
        plan->category = sqlite3_column_int64(row, 0);
        plan->category_count = sqlite3_column_int64(row, 1);
    }
    sqlite3_reset(row);
    plan->is_empty |= result == SQLITE_DONE;
    return result == SQLITE_ROW ? SQLITE_DONE : result;
}

/* How many products match, counted up to one more than are ranked; or all, when counting takes long anyway. */
static int measure_words(struct plan *plan, const char *match, size_t *count, struct arena *arena)
{
    bool is_slow = match == plan->words.beginning && plan->words.is_beginning_slow;

    plan->match = match;
    plan->sets[FILTER_TEXT] = NULL;
    int result = find_set(plan, FILTER_TEXT, is_slow ? EFFORT_ALL : EFFORT_FEW, arena);
    *count = plan->sets[FILTER_TEXT] != NULL ? id_set_count(plan->sets[FILTER_TEXT]) : STORE_RANKED_MAX + 1;
    return result;
}

/*
 * Decides whether only the exact words match: more than STORE_RANKED_MAX products have them. The matches of the words
 * with a beginning include the exact ones: when those are few, the exact words are not counted, which can take long
 * when no product has all of them. A search by rank without another filter counts its matches with a beginning when it
 * ranks them.
 */
static int decide_exactness(struct plan *plan, struct arena *arena)
{
    const struct search_words *words = &plan->words;
    bool is_alone = plan->query->sort == SORT_RANK;
    size_t count = STORE_RANKED_MAX + 1;
    int result = SQLITE_DONE;

    for (enum filter filter = 0; filter < FILTER_COUNT; filter++)
        is_alone &= filter == FILTER_TEXT || !plan_asks_for(plan, filter);
    if (words->may_never_meet)
        result = measure_words(plan, words->beginning, &count, arena);
    if (result != SQLITE_DONE || count <= STORE_RANKED_MAX)
        return result;
    result = measure_words(plan, words->exact, &count, arena);
    plan->is_exact = count > STORE_RANKED_MAX;
    if (result != SQLITE_DONE || plan->is_exact)
        return result;
    if (!is_alone || words->is_beginning_slow)
        return measure_words(plan, words->beginning, &count, arena);
    plan->match = words->beginning;
    plan->sets[FILTER_TEXT] = NULL;
    return SQLITE_DONE;
}

int plan_begin(struct plan *plan, struct arena *arena)
{
    const struct product_query *query = plan->query;
    size_t count;
    int result = SQLITE_DONE;

    plan->sort = query->sort == SORT_RANK ? SORT_ID : query->sort;
    if (query->category != NULL)
        result = find_category(plan);
    if (result != SQLITE_DONE || query->text == NULL || plan->is_empty)
        return result;
    if (!search_print(plan->tokenizer, query->text, arena, &plan->words)) {
        plan->is_empty = true;
        return SQLITE_DONE;
    }
    if (query->position.is_set) { /* all pages match the same words as the first one */
        plan->is_exact = (query->position.number & PLAN_EXACT) != 0;
        result = measure_words(plan, plan->is_exact ? plan->words.exact : plan->words.beginning, &count, arena);
    } else {
        result = decide_exactness(plan, arena);
    }
    if (result == SQLITE_DONE && plan->sets[FILTER_TEXT] != NULL)
        intersect(plan, FILTER_TEXT, arena);
    return result;
}

/* ---- Along an index ---- */

/* A row of a statement: id, and key or rank. */
static struct key read_key(const struct plan *plan, sqlite3_stmt *row, bool with_ranks, struct arena *arena)
{
    struct key key = {.id = (int32_t)sqlite3_column_int64(row, 0), .text = ""};

    if (plan->sort == SORT_NAME && !with_ranks)
        key.text = row_copy_text(row, 1, arena);
    else
        key.number = sqlite3_column_int64(row, 1);
    return key;
}

static void add_key(struct keys *keys, struct key key, struct arena *arena)
{
    keys->items = arena_grow(arena, keys->items, keys->count, sizeof *keys->items);
    keys->items[keys->count++] = key;
}

/* Adds rows of one part until there are range->limit keys. */
static int read_part(const struct plan *plan, const struct range *range, enum part part, bool with_ranks,
                     struct arena *arena, struct keys *keys)
{
    struct range rest = *range;
    const char *sql = plan_print(plan, range, part, with_ranks, arena);
    sqlite3_stmt *row = statement_cache_get(plan->statements, plan->db, sql);
    int result;

    if (row == NULL)
        return sqlite3_errcode(plan->db);
    rest.limit -= keys->count;
    plan_bind(plan, row);
    plan_bind_range(plan, &rest, row);
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        add_key(keys, read_key(plan, row, with_ranks, arena), arena);
    sqlite3_reset(row);
    return result;
}

/* Reads the rows behind a place in the order: first those of the same key, then those beyond it. */
static int walk(const struct plan *plan, const struct range *range, bool with_ranks, struct arena *arena,
                struct keys *keys)
{
    *keys = (struct keys){0};
    if (range->after == NULL || plan->sort == SORT_ID)
        return read_part(plan, range, PART_ALL, with_ranks, arena, keys);
    int result = read_part(plan, range, PART_SAME_KEY, false, arena, keys);
    if (result == SQLITE_DONE && keys->count < range->limit)
        result = read_part(plan, range, PART_BEYOND, false, arena, keys);
    return result;
}

/* A walk that is given up after so many thousands of steps of SQLite's virtual machine: SQLITE_INTERRUPT. */
static int try_walk(const struct plan *plan, const struct range *range, int steps, bool with_ranks, struct arena *arena,
                    struct keys *keys)
{
    meter_try(plan->meter, steps);
    int result = walk(plan, range, with_ranks, arena, keys);
    meter_try(plan->meter, 0);
    return result;
}

/* ---- Along the intersection ---- */

static int compare_by_number(const void *a, const void *b)
{
    const struct key *one = a, *other = b;

    if (one->number != other->number)
        return one->number < other->number ? -1 : 1;
    return (one->id > other->id) - (one->id < other->id);
}

static int compare_by_text(const void *a, const void *b)
{
    const struct key *one = a, *other = b;
    int order = strcmp(one->text, other->text);

    return order != 0 ? order : (one->id > other->id) - (one->id < other->id);
}

static int compare_by_number_down(const void *a, const void *b)
{
    return compare_by_number(b, a);
}

static int compare_by_text_down(const void *a, const void *b)
{
    return compare_by_text(b, a);
}

/* Keeps the keys behind the range's place, at most its limit of them, sorted in its direction. */
static void sort_keys(const struct plan *plan, const struct range *range, struct keys *keys)
{
    bool is_down = plan_goes_down(plan, range);
    int (*compare)(const void *, const void *) = plan->sort == SORT_NAME
                                                     ? (is_down ? compare_by_text_down : compare_by_text)
                                                     : (is_down ? compare_by_number_down : compare_by_number);
    size_t kept = 0;

    for (size_t i = 0; i < keys->count; i++) {
        if (range->after == NULL || compare(&keys->items[i], range->after) > 0)
            keys->items[kept++] = keys->items[i];
    }
    if (kept > 0)
        qsort(keys->items, kept, sizeof *keys->items, compare);
    keys->count = kept < range->limit ? kept : range->limit;
}

/* Looks up the products of the intersection, and checks each against the open filters. In the order of ids, ranks
 * included, from the range's place on, up to its limit; for another order all are looked up, then sorted. */
static int look_up(const struct plan *plan, const struct range *range, bool with_ranks, struct arena *arena,
                   struct keys *keys)
{
    const struct id_set *ids = plan->intersection;
    bool is_by_id = plan->sort == SORT_ID;
    int32_t (*next)(const struct id_set *, int64_t) = range->is_backwards ? id_set_previous : id_set_next;
    int64_t begin = range->is_backwards ? INT64_C(1) << 31 : 0;
    sqlite3_stmt *row = NULL;

    *keys = (struct keys){0};
    if (with_ranks || !is_by_id || has_open(plan, LEADER_INTERSECTION)) {
        row = statement_cache_get(plan->statements, plan->db, plan_print_one(plan, with_ranks, arena));
        if (row == NULL)
            return sqlite3_errcode(plan->db);
        plan_bind(plan, row);
    }
    for (int32_t id = next(ids, is_by_id && range->after != NULL ? range->after->id : begin);
         id != 0 && (!is_by_id || keys->count < range->limit); id = next(ids, id)) {
        int result = SQLITE_ROW;
        if (range->last_id > 0 && id > range->last_id)
            continue;
        if (row != NULL) {
            sqlite3_bind_int64(row, 7, id);
            result = sqlite3_step(row);
        }
        if (result == SQLITE_ROW)
            add_key(keys, row != NULL ? read_key(plan, row, false, arena) : (struct key){.id = id, .text = ""}, arena);
        sqlite3_reset(row);
        if (result != SQLITE_ROW && result != SQLITE_DONE)
            return result;
    }
    if (!is_by_id)
        sort_keys(plan, range, keys);
    return SQLITE_DONE;
}

/* ---- Reading ---- */

/* Ranks come from the search index. When a walk along the matches takes long, the other filters are intersected first,
 * so that a second walk passes over products that are not in the intersection. */
static int read_ranks(struct plan *plan, const struct range *range, struct arena *arena, struct keys *keys)
{
    bool has_others = has_open(plan, LEADER_SEARCH);
    int result = SQLITE_INTERRUPT;

    if (!has_others && plan->intersection == NULL)
        return walk(plan, range, true, arena, keys);
    if (has_others && !is_intersection_small(plan))
        result = try_walk(plan, range, TRY_RANKED, true, arena, keys);
    if (result != SQLITE_INTERRUPT)
        return result;
    *keys = (struct keys){0};
    result = find_sets(plan, EFFORT_FEW, arena);
    for (enum filter filter = 0; filter < FILTER_COUNT && result == SQLITE_DONE; filter++) {
        if (filter != FILTER_TEXT && !is_intersection_small(plan))
            result = plan_find_set(plan, filter, EFFORT_ALL, arena);
    }
    if (result != SQLITE_DONE || (plan->intersection != NULL && id_set_count(plan->intersection) == 0))
        return result;
    return can_ask_for_word(plan) ? look_up(plan, range, true, arena, keys) : walk(plan, range, true, arena, keys);
}

/* Whether nothing is left to find out: the intersection can be looked up, or no filter is open. */
static bool is_settled(const struct plan *plan, enum leader leader)
{
    return can_look_up(plan) || !has_open(plan, plan->intersection != NULL ? LEADER_INTERSECTION : leader);
}

int plan_read(struct plan *plan, const struct range *range, bool with_ranks, struct arena *arena, struct keys *keys)
{
    enum leader leader = plan_choose_leader(plan);
    /* In the order of ids, a walk is tried before the products in a range of prices are counted: in most ranges the
     * first thousand products fill a page. */
    bool walks_first = plan->sort == SORT_ID && leader == LEADER_PRODUCTS;

    *keys = (struct keys){0};
    if (plan->is_empty || range->limit == 0)
        return SQLITE_DONE;
    int result = find_sets(plan, EFFORT_RECALL, arena);
    if (result != SQLITE_DONE || with_ranks)
        return result == SQLITE_DONE ? read_ranks(plan, range, arena, keys) : result;
    for (enum effort effort = walks_first ? EFFORT_RECALL : EFFORT_FEW;
         effort <= EFFORT_ALL && result == SQLITE_DONE && !is_settled(plan, leader); effort++) {
        result = find_sets(plan, effort, arena);
        bool is_walk_due = effort == (walks_first ? EFFORT_RECALL : EFFORT_FEW);
        if (result != SQLITE_DONE || !is_walk_due || is_settled(plan, leader) ||
            (plan_is_open(plan, FILTER_TEXT, leader)))
            continue;
        result = try_walk(plan, range, TRY, false, arena, keys);
        if (result != SQLITE_INTERRUPT)
            return result;
        result = plan->meter->is_over ? result : SQLITE_DONE;
    }
    if (result != SQLITE_DONE)
        return result;
    bool is_whole = plan->intersection != NULL && !has_open(plan, LEADER_INTERSECTION);
    if (can_look_up(plan) || (is_whole && plan->sort == SORT_ID))
        return look_up(plan, range, false, arena, keys);
    return walk(plan, range, false, arena, keys);
}

/* ---- Counting ---- */

int plan_count(struct plan *plan, struct arena *arena, int64_t *count)
{
    const struct range all = {.limit = SIZE_MAX};
    bool is_only_category = plan_asks_for(plan, FILTER_CATEGORY);
    struct keys keys;

    for (enum filter filter = 0; filter < FILTER_COUNT; filter++)
        is_only_category &= filter == FILTER_CATEGORY || !plan_asks_for(plan, filter);
    *count = is_only_category ? plan->category_count : 0;
    if (plan->is_empty || is_only_category)
        return SQLITE_DONE;
    plan->sort = SORT_PRICE; /* makes the prices lead, or the category with its prices */
    if (plan->intersection == NULL && !has_open(plan, plan_choose_leader(plan))) {
        sqlite3_stmt *row = statement_cache_get(plan->statements, plan->db, plan_print_count(plan, arena));
        if (row == NULL)
            return sqlite3_errcode(plan->db);
        plan_bind(plan, row);
        int counted = sqlite3_step(row);
        *count = counted == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
        sqlite3_reset(row);
        return counted == SQLITE_ROW ? SQLITE_DONE : counted;
    }
    plan->sort = SORT_ID;
    int result = find_sets(plan, EFFORT_FEW, arena);
    if (result == SQLITE_DONE)
        result = find_sets(plan, EFFORT_ALL, arena);
    if (result == SQLITE_DONE && !has_open(plan, LEADER_INTERSECTION))
        *count = (int64_t)id_set_count(plan->intersection);
    else if (result == SQLITE_DONE && (result = look_up(plan, &all, false, arena, &keys)) == SQLITE_DONE)
        *count = (int64_t)keys.count;
    return result;
}
