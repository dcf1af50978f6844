/* SPDX-License-Identifier: MIT */
/* A page of a list: keys are read in the query's order from its position on, then the products that have them. */
#include <assert.h>
#include <string.h>

#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/listing/ranking.h"
#include "fcgi-catalog/store/sqlite/listing/plan_sql.h"

/* Reads keys in the query's order, or against it. */
static int read_keys(struct plan *plan, struct ranking *ranking, const struct key *after, bool is_backwards,
                     size_t limit, struct arena *arena, struct keys *keys)
{
    const struct range range = {.after = after, .is_backwards = is_backwards, .limit = limit};

    if (plan->query->sort == SORT_RANK)
        return ranking_read(ranking, &range, arena, keys);
    return plan_read(plan, &range, false, arena, keys);
}

static void reverse(struct keys *keys)
{
    for (size_t i = 0; i < keys->count / 2; i++) {
        struct key key = keys->items[i];
        keys->items[i] = keys->items[keys->count - 1 - i];
        keys->items[keys->count - 1 - i] = key;
    }
}

/* Keys of one page, in the query's order, and whether there are others on both sides. */
struct slice {
    struct keys keys;
    bool has_next, has_previous;
};

static int read_slice(struct plan *plan, struct ranking *ranking, struct arena *arena, struct slice *slice)
{
    const struct position *position = &plan->query->position;
    size_t limit = plan->query->limit > 0 ? (size_t)plan->query->limit : 0;
    struct key begin = {.number = position->number, .text = position->text, .id = position->id};
    bool is_backwards = position->is_backwards, has_more, has_others = false;
    struct keys others = {0}, *keys = &slice->keys;

    if (plan->query->text != NULL)
        begin.number &= ~PLAN_EXACT;
    int result = read_keys(plan, ranking, position->is_set ? &begin : NULL, is_backwards, limit + 1, arena, keys);
    if (result != SQLITE_DONE)
        return result;
    has_more = keys->count > limit;
    keys->count -= has_more;
    if (position->is_set && keys->count > 0) {
        struct key first = keys->items[0];
        result = read_keys(plan, ranking, &first, !is_backwards, 1, arena, &others);
        has_others = others.count > 0;
    }
    if (is_backwards)
        reverse(keys);
    slice->has_next = is_backwards ? has_others : has_more;
    slice->has_previous = is_backwards ? has_more : has_others;
    return result;
}

static struct position find_position(const struct plan *plan, const struct key *key)
{
    int64_t flag = plan->query->text != NULL && plan->is_exact ? PLAN_EXACT : 0;

    return (struct position){.is_set = true, .number = key->number | flag, .text = key->text, .id = key->id};
}

static int read_page(struct store_state *store, struct plan *plan, struct arena *arena, struct product_page *page,
                     struct reader_fault *fault)
{
    struct ranking ranking = {.plan = plan};
    struct slice slice = {0};
    struct shop shop;
    int result = plan_begin(plan, arena);

    if (result == SQLITE_DONE)
        result = read_slice(plan, &ranking, arena, &slice);
    if (result != SQLITE_DONE)
        return reader_fail(&store->reader, "products", result, fault);
    result = reader_read_shop(&store->reader, &shop, fault);
    if (result != SQLITE_ROW)
        return result; /* SQLITE_INTERRUPT, when the time is up, is no failure: see judge() */
    *page = (struct product_page){.has_next = slice.has_next,
                                  .has_previous = slice.has_previous,
                                  .shop_revision = shop.revision,
                                  .shop_changed_at = shop.changed_at};
    if (slice.keys.count > 0) {
        page->first = find_position(plan, &slice.keys.items[0]);
        page->last = find_position(plan, &slice.keys.items[slice.keys.count - 1]);
    }
    int64_t *ids = arena_get(arena, slice.keys.count * sizeof *ids);
    for (size_t i = 0; i < slice.keys.count; i++)
        ids[i] = slice.keys.items[i].id;
    return reader_read_products(&store->reader, ids, slice.keys.count, arena, &page->products, fault);
}

static struct plan make_plan(struct store_state *store, const struct product_query *query)
{
    return (struct plan){.db = store->db,
                         .meter = &store->meter,
                         .statements = store->statements,
                         .cache = &store->queries,
                         .tokenizer = &store->tokenizer,
                         .query = query};
}

/* The caller set the bound of time: to reach it is no failure of the store. */
static enum store_status judge(struct store_state *store, int result, const struct reader_fault *fault)
{
    if (result == SQLITE_INTERRUPT && store->meter.is_over)
        return STORE_LIMITED;
    return handle_judge_fault(store, SUBJECT_PRODUCTS, result, fault);
}

enum store_status sqlite_list(struct store *base, const struct product_query *query, struct arena *arena,
                              struct product_page *page)
{
    struct store_state *store = base->state;
    struct plan plan = make_plan(store, query);
    struct reader_fault fault = {0};
    struct product_page read = {.shop_revision = 0};

    assert(query->sort != SORT_RANK || query->text != NULL);
    int result = reader_begin(&store->reader, &fault);
    if (result == SQLITE_DONE) {
        query_cache_begin(&store->queries, store->reader.tree_version);
        meter_begin(&store->meter, store->db, base->budget_ns);
        result = read_page(store, &plan, arena, &read, &fault);
        meter_end(&store->meter, store->db);
        query_cache_end(&store->queries);
        reader_end(&store->reader);
    }
    if (result == SQLITE_DONE)
        *page = read;
    return judge(store, result, &fault);
}

enum store_status sqlite_count(struct store *base, const struct product_query *query, int64_t *count)
{
    struct store_state *store = base->state;
    struct product_query all = *query;
    struct plan plan = make_plan(store, &all);
    struct reader_fault fault = {0};
    struct arena arena = {0};
    int64_t counted;

    all.position = (struct position){.is_set = false};
    int result = reader_begin(&store->reader, &fault);
    if (result == SQLITE_DONE) {
        query_cache_begin(&store->queries, store->reader.tree_version);
        meter_begin(&store->meter, store->db, base->budget_ns);
        result = plan_begin(&plan, &arena);
        if (result == SQLITE_DONE)
            result = plan_count(&plan, &arena, &counted);
        meter_end(&store->meter, store->db);
        query_cache_end(&store->queries);
        if (result != SQLITE_DONE)
            reader_fail(&store->reader, "products", result, &fault);
        reader_end(&store->reader);
    }
    arena_release(&arena);
    if (result == SQLITE_DONE)
        *count = counted;
    return judge(store, result, &fault);
}
