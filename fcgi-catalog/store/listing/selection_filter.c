/* SPDX-License-Identifier: MIT */
/* What one filter leaves: read into a sieve, few or all of it, and kept. */
#include "fcgi-catalog/store/listing/selection_filter.h"

#include <inttypes.h>

#include "fcgi-catalog/store/listing/selection_sql.h"
#include "fcgi-catalog/store/store.h"

bool filter_is_asked(const struct selection *selection, enum filter filter)
{
    const struct product_query *query = selection->query;

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

static bool is_by_price(const struct selection *selection)
{
    return selection->sort == SORT_PRICE || selection->sort == SORT_PRICE_DOWN;
}

bool filter_is_led(const struct selection *selection, enum filter filter, enum leader leader)
{
    switch (filter) {
    case FILTER_CATEGORY:
        return leader == LEADER_CATEGORY;
    case FILTER_TAG:
        return leader == LEADER_TAG;
    case FILTER_TEXT:
        return leader == LEADER_SEARCH;
    case FILTER_PRICES:
        return is_by_price(selection) && (leader == LEADER_PRODUCTS || leader == LEADER_CATEGORY);
    case FILTER_COUNT:
        break;
    }
    return false;
}

enum leader filter_choose_leader(const struct selection *selection)
{
    const struct product_query *query = selection->query;

    if (is_by_price(selection))
        return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
    if (selection->sort != SORT_ID)
        return LEADER_PRODUCTS;
    if (query->text != NULL)
        return LEADER_SEARCH;
    if (query->tag != NULL)
        return LEADER_TAG;
    return query->category != NULL ? LEADER_CATEGORY : LEADER_PRODUCTS;
}

unsigned filter_count_open(const struct selection *selection, enum leader leader)
{
    unsigned count = 0;

    for (enum filter filter = 0; filter < FILTER_COUNT; filter++)
        count += filter_is_asked(selection, filter) && selection->sieves[filter] == NULL &&
                 !filter_is_led(selection, filter, leader);
    return count;
}

/* ---- What a filter leaves ---- */

static const char *print_key(const struct selection *selection, enum filter filter, struct arena *arena)
{
    const struct product_query *query = selection->query;

    switch (filter) {
    case FILTER_CATEGORY:
        return arena_print(arena, "category %" PRId64, selection->category);
    case FILTER_TAG:
        return arena_print(arena, "tag %s", query->tag);
    case FILTER_TEXT:
        return arena_print(arena, "text %s", selection->match);
    case FILTER_PRICES:
        return arena_print(arena, "prices %" PRId64 " %" PRId64, query->min_price, query->max_price);
    case FILTER_COUNT:
        break;
    }
    return "";
}

/* A search that has more matches than are ranked has many. */
static size_t find_few(enum filter filter)
{
    return filter == FILTER_TEXT ? STORE_RANKED_MAX : SELECTION_FEW;
}

/* Reads at most so many ids, and counts them. SQLITE_DONE or an error. */
static int read_ids(const struct selection *selection, enum filter filter, size_t limit, struct sieve *sieve,
                    size_t *count)
{
    const struct selection_range range = {.limit = limit};
    sqlite3_stmt *row = shapes_find(selection->shapes, selection->db, selection_print_ids(filter));
    int result;

    if (row == NULL)
        return sqlite3_errcode(selection->db);
    selection_bind(selection, row);
    selection_bind_range(selection, &range, row);
    for (*count = 0; (result = sqlite3_step(row)) == SQLITE_ROW; ++*count)
        sieve_add(sieve, sqlite3_column_int64(row, 0));
    sqlite3_reset(row);
    return result;
}

/* The key of all that are met together: it names what is in it in the order in which it came. */
static void meet(struct selection *selection, const struct sieve *sieve, const char *key, struct arena *arena)
{
    if (selection->met == NULL) {
        selection->met = sieve;
        selection->met_key = key;
        return;
    }
    selection->met_key = arena_print(arena, "%s\n%s", selection->met_key, key);
    const struct finding *known = findings_find(selection->findings, selection->met_key);
    selection->met = known != NULL
                         ? known->sieve
                         : findings_keep(selection->findings, selection->met_key, sieve_meet(selection->met, sieve));
}

/* Reads what the filter leaves, up to one more than the limit; more than that are too many. Keeps it. */
static int read_filter(struct selection *selection, enum filter filter, size_t limit, const char *key)
{
    struct sieve *sieve = sieve_new();
    size_t count = 0;
    int result = read_ids(selection, filter, limit < SIZE_MAX ? limit + 1 : limit, sieve, &count);

    if (result != SQLITE_DONE || count > limit) {
        sieve_free(sieve);
        sieve = NULL;
    }
    if (result == SQLITE_DONE)
        selection->sieves[filter] = findings_keep(selection->findings, key, sieve);
    return result;
}

static bool are_few(const struct selection *selection, enum filter filter)
{
    return filter != FILTER_CATEGORY || selection->category_count <= (int64_t)find_few(filter);
}

/* A key of its own for all, as "there are many" is kept under the other. */
static const char *print_key_of_all(const char *key, struct arena *arena)
{
    return arena_print(arena, "all of %s", key);
}

static const struct finding *find_known(const struct selection *selection, const char *key, struct arena *arena)
{
    const struct finding *all = findings_find(selection->findings, print_key_of_all(key, arena));

    return all != NULL ? all : findings_find(selection->findings, key);
}

static int find_sieve(struct selection *selection, enum filter filter, enum effort effort, struct arena *arena)
{
    const char *key = print_key(selection, filter, arena);
    const struct finding *known = find_known(selection, key, arena);
    int result = SQLITE_DONE;

    if (known != NULL)
        selection->sieves[filter] = known->sieve;
    else if (effort == EFFORT_FEW && are_few(selection, filter))
        result = read_filter(selection, filter, find_few(filter), key);
    if (result == SQLITE_DONE && effort == EFFORT_ALL && selection->sieves[filter] == NULL)
        result = read_filter(selection, filter, SIZE_MAX, print_key_of_all(key, arena));
    return result;
}

int filter_find(struct selection *selection, enum filter filter, enum effort effort, struct arena *arena)
{
    if (!filter_is_asked(selection, filter) || selection->sieves[filter] != NULL)
        return SQLITE_DONE;
    int result = find_sieve(selection, filter, effort, arena);
    if (result == SQLITE_DONE && selection->sieves[filter] != NULL)
        meet(selection, selection->sieves[filter], print_key(selection, filter, arena), arena);
    return result;
}

/* ---- Words ---- */

/* How many products have the words, counted up to one more than are ranked; or all, when it takes long anyway. */
static int measure_words(struct selection *selection, const char *match, size_t *count, struct arena *arena)
{
    bool is_slow = match == selection->words.beginning && selection->words.is_beginning_slow;

    selection->match = match;
    selection->sieves[FILTER_TEXT] = NULL;
    int result = find_sieve(selection, FILTER_TEXT, is_slow ? EFFORT_ALL : EFFORT_FEW, arena);
    const struct sieve *found = selection->sieves[FILTER_TEXT];
    *count = found != NULL ? sieve_count(found) : STORE_RANKED_MAX + 1;
    return result;
}

/* Whether a search by rank is all that there is: its ranks tell what is found, too. */
static bool is_ranked_alone(const struct selection *selection)
{
    const struct product_query *query = selection->query;

    return query->sort == SORT_RANK && query->category == NULL && query->tag == NULL && query->min_price < 0 &&
           query->max_price < 0;
}

/*
 * Whether more than STORE_RANKED_MAX products have the words as they are. Among those with a beginning are all of them:
 * where there are few of those, nothing else is to be asked, and it takes long to find out that words never meet.
 */
static int decide_exactness(struct selection *selection, struct arena *arena)
{
    const struct search_words *words = &selection->words;
    size_t count = STORE_RANKED_MAX + 1;
    int result = SQLITE_DONE;

    if (words->may_never_meet)
        result = measure_words(selection, words->beginning, &count, arena);
    if (result != SQLITE_DONE || count <= STORE_RANKED_MAX)
        return result;
    result = measure_words(selection, words->exact, &count, arena);
    selection->is_exact = count > STORE_RANKED_MAX;
    if (result != SQLITE_DONE || selection->is_exact)
        return result;
    if (is_ranked_alone(selection) && !words->is_beginning_slow) {
        selection->match = words->beginning;
        selection->sieves[FILTER_TEXT] = NULL;
        return SQLITE_DONE;
    }
    return measure_words(selection, words->beginning, &count, arena);
}

int filter_find_words(struct selection *selection, struct arena *arena)
{
    const struct position *position = &selection->query->position;
    size_t count;
    int result;

    if (!search_print(selection->search, selection->query->text, arena, &selection->words)) {
        selection->is_empty = true;
        return SQLITE_DONE;
    }
    if (position->is_set) {
        selection->is_exact = (position->number & SELECTION_EXACT) != 0;
        result = measure_words(selection, selection->is_exact ? selection->words.exact : selection->words.beginning,
                               &count, arena);
    } else {
        result = decide_exactness(selection, arena);
    }
    if (result == SQLITE_DONE && selection->sieves[FILTER_TEXT] != NULL)
        meet(selection, selection->sieves[FILTER_TEXT], print_key(selection, FILTER_TEXT, arena), arena);
    return result;
}
