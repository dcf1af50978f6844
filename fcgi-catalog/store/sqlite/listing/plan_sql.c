/* SPDX-License-Identifier: MIT */
/* The text of a plan in SQL: the leader stands first (CROSS JOIN keeps the order) with the index that it is read by,
 * so that no statistics are needed and none can mislead. */
#include "fcgi-catalog/store/sqlite/listing/plan_sql.h"

/* A leader in SQL: its table, its condition, and its columns of what is asked. */
struct source {
    enum leader leader;
    const char *from; /* the table, with the index; its rows are selected by `where` */
    const char *where;
    const char *id, *price; /* price NULL: only the product has it */
};

static struct source find_source(const struct plan *plan, enum leader leader)
{
    static const char *const products[] = {
        [SORT_ID] = "product p NOT INDEXED",
        [SORT_RANK] = "product p NOT INDEXED",
        [SORT_NAME] = "product p INDEXED BY product_by_name",
        [SORT_PRICE] = "product p INDEXED BY product_by_price",
        [SORT_PRICE_DOWN] = "product p INDEXED BY product_by_price",
        [SORT_UPDATED_DOWN] = "product p INDEXED BY product_by_update",
    };
    struct source source = {.leader = leader, .id = "p.id", .price = "p.price_in_cents"};

    switch (leader) {
    case LEADER_CATEGORY:
        source.from = plan->sort == SORT_PRICE || plan->sort == SORT_PRICE_DOWN
                          ? "product_in i INDEXED BY product_in_by_price"
                          : "product_in i";
        source.where = "i.category = ?1";
        source.id = "i.product_id";
        source.price = "i.price_in_cents";
        break;
    case LEADER_TAG:
        source.from = "product_tag t INDEXED BY product_tag_by_tag";
        source.where = "t.tag = ?2";
        source.id = "t.product_id";
        source.price = NULL;
        break;
    case LEADER_SEARCH:
        source.from = "product_search s";
        source.where = "s.product_search MATCH ?3";
        source.id = "s.rowid";
        source.price = NULL;
        break;
    case LEADER_INTERSECTION:
        source.from = "product p NOT INDEXED";
        source.where = "p.id = ?7";
        break;
    case LEADER_PRODUCTS:
        source.from = products[plan->sort];
        source.where = "1";
        break;
    }
    return source;
}

static const char *print_filters(const struct plan *plan, const struct source *source, struct arena *arena)
{
    const char *category = "", *tag = "", *price = "", *text = "", *common = "";

    if (plan->intersection != NULL && source->leader != LEADER_INTERSECTION)
        common = arena_print(arena, " AND in_set(?10, %s)", source->id);
    if (plan_is_open(plan, FILTER_CATEGORY, source->leader))
        category = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_in WHERE category = ?1 AND product_id = %s)",
                               source->id);
    if (plan_is_open(plan, FILTER_TAG, source->leader))
        tag = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_tag WHERE product_id = %s AND tag = ?2)",
                          source->id);
    if (plan_is_open(plan, FILTER_PRICES, source->leader))
        price = arena_print(arena, " AND +%s BETWEEN ?4 AND ?5",
                            source->price != NULL ? source->price : "p.price_in_cents");
    if (plan_is_open(plan, FILTER_TEXT, source->leader))
        text = arena_print(arena,
                           " AND EXISTS (SELECT 1 FROM product_search WHERE product_search MATCH ?3 AND rowid = %s)",
                           source->id);
    return arena_print(arena, "%s%s%s%s%s", common, category, tag, price, text);
}

/* FROM … WHERE … of all that match. The price range of a leader in the order of prices comes from print_place(). */
static const char *print_body(const struct plan *plan, const struct source *source, struct arena *arena)
{
    bool needs_price = source->price == NULL && plan_is_open(plan, FILTER_PRICES, source->leader);
    const char *product = needs_price ? arena_print(arena, " CROSS JOIN product p ON p.id = %s", source->id) : "";

    return arena_print(arena, " FROM %s%s WHERE %s%s", source->from, product, source->where,
                       print_filters(plan, source, arena));
}

/* The key that rows are sorted by, before the id; NULL: none. */
static const char *find_key(const struct plan *plan, const struct source *source)
{
    switch (plan->sort) {
    case SORT_NAME:
        return "p.sort_name";
    case SORT_PRICE:
    case SORT_PRICE_DOWN:
        return source->price;
    case SORT_UPDATED_DOWN:
        return "p.updated_at";
    case SORT_ID:
    case SORT_RANK:
        break;
    }
    return NULL;
}

bool plan_goes_down(const struct plan *plan, const struct range *range)
{
    return (plan->sort == SORT_PRICE_DOWN || plan->sort == SORT_UPDATED_DOWN) != range->is_backwards;
}

/* Where a part begins, and the price range of a leader in the order of prices: one condition for each end, so that the
 * index is entered at the place and not at the lowest price. */
static const char *print_place(const struct plan *plan, const struct range *range, enum part part,
                               const struct source *source, struct arena *arena)
{
    bool has_ends = plan_asks_for(plan, FILTER_PRICES) && plan_is_led(plan, FILTER_PRICES, source->leader);
    bool is_down = plan_goes_down(plan, range);
    const char *than = is_down ? "<" : ">", *id = source->id, *key = find_key(plan, source), *place = "";

    if (part == PART_SAME_KEY)
        return arena_print(arena, " AND %s = ?6 AND %s %s ?7", key, id, than);
    if (part == PART_BEYOND && has_ends)
        return arena_print(arena, " AND %s %s ?6 AND %s %s", key, than, key, is_down ? ">= ?4" : "<= ?5");
    if (part == PART_BEYOND)
        return arena_print(arena, " AND %s %s ?6", key, than);
    if (range->after != NULL)
        place = arena_print(arena, " AND %s %s ?7", id, than);
    if (range->last_id > 0)
        place = arena_print(arena, "%s AND %s <= ?9", place, id);
    return has_ends ? arena_print(arena, "%s AND %s BETWEEN ?4 AND ?5", place, source->price) : place;
}

const char *plan_print(const struct plan *plan, const struct range *range, enum part part, bool with_ranks,
                       struct arena *arena)
{
    struct source source = find_source(plan, plan_choose_leader(plan));
    const char *key = find_key(plan, &source), *direction = plan_goes_down(plan, range) ? " DESC" : "";
    const char *column = with_ranks ? "product_rank(s.product_search)" : key != NULL ? key : "0";
    const char *order = key != NULL && part != PART_SAME_KEY ? arena_print(arena, "%s%s, ", key, direction) : "";

    return arena_print(arena, "SELECT %s, %s%s%s ORDER BY %s%s%s LIMIT ?8", source.id, column,
                       print_body(plan, &source, arena), print_place(plan, range, part, &source, arena), order,
                       source.id, direction);
}

const char *plan_print_one(const struct plan *plan, bool with_ranks, struct arena *arena)
{
    struct source source = find_source(plan, with_ranks ? LEADER_SEARCH : LEADER_INTERSECTION);
    const char *key = find_key(plan, &source);

    if (with_ranks) {
        source.where = "s.product_search MATCH ?3 AND s.rowid = ?7";
        key = "product_rank(s.product_search)";
    }
    return arena_print(arena, "SELECT %s, %s%s", source.id, key != NULL ? key : "0", print_body(plan, &source, arena));
}

const char *plan_print_count(const struct plan *plan, struct arena *arena)
{
    struct source source = find_source(plan, plan_choose_leader(plan));
    const struct range all = {.limit = 0};

    return arena_print(arena, "SELECT count(*)%s%s", print_body(plan, &source, arena),
                       print_place(plan, &all, PART_ALL, &source, arena));
}

const char *plan_print_ids(enum filter filter)
{
    static const char *const texts[] = {
        [FILTER_CATEGORY] = "SELECT product_id FROM product_in WHERE category = ?1 ORDER BY product_id LIMIT ?8",
        [FILTER_TAG] = "SELECT product_id FROM product_tag INDEXED BY product_tag_by_tag WHERE tag = ?2 "
                       "ORDER BY product_id LIMIT ?8",
        [FILTER_TEXT] = "SELECT rowid FROM product_search WHERE product_search MATCH ?3 ORDER BY rowid LIMIT ?8",
        [FILTER_PRICES] = "SELECT id FROM product INDEXED BY product_by_price "
                          "WHERE price_in_cents BETWEEN ?4 AND ?5 LIMIT ?8",
    };

    return texts[filter];
}

/* ---- Values ---- */

void plan_bind(const struct plan *plan, sqlite3_stmt *statement)
{
    const struct product_query *query = plan->query;

    /* To bind a value that a statement does not have fails, and changes nothing. */
    sqlite3_bind_int64(statement, 1, plan->category);
    sqlite3_bind_text(statement, 2, query->tag, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, plan->match, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, query->min_price >= 0 ? query->min_price : 0);
    sqlite3_bind_int64(statement, 5, query->max_price >= 0 ? query->max_price : INT64_MAX);
    id_set_bind(plan->intersection, statement, 10);
}

void plan_bind_range(const struct plan *plan, const struct range *range, sqlite3_stmt *statement)
{
    if (range->after != NULL) {
        if (plan->sort == SORT_NAME)
            sqlite3_bind_text(statement, 6, range->after->text, -1, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, 6, range->after->number);
        sqlite3_bind_int64(statement, 7, range->after->id);
    }
    sqlite3_bind_int64(statement, 8, range->limit > INT32_MAX ? -1 : (int64_t)range->limit); /* -1: all */
    sqlite3_bind_int64(statement, 9, range->last_id);
}
