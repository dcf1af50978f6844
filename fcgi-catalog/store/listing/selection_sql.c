/* SPDX-License-Identifier: MIT */
/* The text of a selection in SQL: what leads stands first (CROSS JOIN keeps the order) with the index that it goes by,
 * so that no statistics are needed and none can mislead. */
#include "fcgi-catalog/store/listing/selection_sql.h"

#include "fcgi-catalog/store/listing/selection_filter.h"

/* What a leader is called, and the expressions for what is asked of it. */
struct source {
    enum leader leader;
    const char *from; /* with the condition that it is led by */
    const char *where;
    const char *id, *price; /* price NULL: of the product only */
};

static bool is_by_price(const struct selection *selection)
{
    return selection->sort == SORT_PRICE || selection->sort == SORT_PRICE_DOWN;
}

static struct source find_source_of_products(const struct selection *selection)
{
    struct source source = {.leader = LEADER_PRODUCTS, .id = "p.id", .price = "p.price_in_cents", .where = "1"};

    switch (selection->sort) {
    case SORT_ID:
    case SORT_RANK:
        source.from = "product p NOT INDEXED";
        break;
    case SORT_NAME:
        source.from = "product p INDEXED BY product_by_name";
        break;
    case SORT_PRICE:
    case SORT_PRICE_DOWN:
        source.from = "product p INDEXED BY product_by_price";
        break;
    case SORT_UPDATED_DOWN:
        source.from = "product p INDEXED BY product_by_update";
        break;
    }
    return source;
}

static struct source find_source(const struct selection *selection, enum leader leader)
{
    switch (leader) {
    case LEADER_CATEGORY:
        return (struct source){.leader = leader,
                               .from = is_by_price(selection) ? "product_in i INDEXED BY product_in_by_price"
                                                              : "product_in i",
                               .where = "i.category = ?1",
                               .id = "i.product_id",
                               .price = "i.price_in_cents"};
    case LEADER_TAG:
        return (struct source){.leader = leader,
                               .from = "product_tag t INDEXED BY product_tag_by_tag",
                               .where = "t.tag = ?2",
                               .id = "t.product_id"};
    case LEADER_SEARCH:
        return (struct source){
            .leader = leader, .from = "product_search s", .where = "s.product_search MATCH ?3", .id = "s.rowid"};
    case LEADER_MET:
        return (struct source){.leader = leader,
                               .from = "product p NOT INDEXED",
                               .where = "p.id = ?7",
                               .id = "p.id",
                               .price = "p.price_in_cents"};
    case LEADER_PRODUCTS:
        break;
    }
    return find_source_of_products(selection);
}

/* A filter that the leader does not go through as it goes, and that no sieve stands for. */
static bool is_open(const struct selection *selection, enum filter filter, const struct source *source)
{
    return filter_is_asked(selection, filter) && selection->sieves[filter] == NULL &&
           !filter_is_led(selection, filter, source->leader);
}

static const char *print_filters(const struct selection *selection, const struct source *source, struct arena *arena)
{
    const char *category = "", *tag = "", *price = "", *text = "", *met = "";

    if (selection->met != NULL && source->leader != LEADER_MET)
        met = arena_print(arena, " AND is_met(?10, %s)", source->id);
    if (is_open(selection, FILTER_CATEGORY, source))
        category = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_in WHERE category = ?1 AND product_id = %s)",
                               source->id);
    if (is_open(selection, FILTER_TAG, source))
        tag = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_tag WHERE product_id = %s AND tag = ?2)",
                          source->id);
    if (is_open(selection, FILTER_PRICES, source))
        price = arena_print(arena, " AND +%s BETWEEN ?4 AND ?5",
                            source->price != NULL ? source->price : "p.price_in_cents");
    if (is_open(selection, FILTER_TEXT, source))
        text = arena_print(arena,
                           " AND EXISTS (SELECT 1 FROM product_search WHERE product_search MATCH ?3 AND rowid = %s)",
                           source->id);
    return arena_print(arena, "%s%s%s%s%s", met, category, tag, price, text);
}

/* FROM … WHERE … of all that match, but for the prices of what goes by them: see print_place(). */
static const char *print_body(const struct selection *selection, const struct source *source, struct arena *arena)
{
    bool needs_price = source->price == NULL && is_open(selection, FILTER_PRICES, source);
    const char *product = needs_price ? arena_print(arena, " CROSS JOIN product p ON p.id = %s", source->id) : "";

    return arena_print(arena, " FROM %s%s WHERE %s%s", source->from, product, source->where,
                       print_filters(selection, source, arena));
}

/* What is sorted by before the id; NULL: nothing. */
static const char *find_key(const struct selection *selection, const struct source *source)
{
    switch (selection->sort) {
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

bool selection_is_down(const struct selection *selection)
{
    return selection->sort == SORT_PRICE_DOWN || selection->sort == SORT_UPDATED_DOWN;
}

bool selection_goes_down(const struct selection *selection, const struct selection_range *range)
{
    return selection_is_down(selection) != range->is_backwards;
}

/* Where a part begins, and the prices of what goes by them: one condition for each end, so that the index begins at the
 * place and not at the lowest price. */
static const char *print_place(const struct selection *selection, const struct selection_range *range, enum part part,
                               const struct source *source, struct arena *arena)
{
    bool has_ends =
        filter_is_asked(selection, FILTER_PRICES) && filter_is_led(selection, FILTER_PRICES, source->leader);
    bool is_down = selection_goes_down(selection, range);
    const char *than = is_down ? "<" : ">", *id = source->id, *key = find_key(selection, source), *place = "";

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

const char *selection_print(const struct selection *selection, const struct selection_range *range, enum part part,
                            bool with_ranks, struct arena *arena)
{
    struct source source = find_source(selection, filter_choose_leader(selection));
    const char *key = find_key(selection, &source), *direction = selection_goes_down(selection, range) ? " DESC" : "";
    const char *column = with_ranks ? "product_rank(s.product_search)" : key != NULL ? key : "0";
    const char *order = key != NULL && part != PART_SAME_KEY ? arena_print(arena, "%s%s, ", key, direction) : "";

    return arena_print(arena, "SELECT %s, %s%s%s ORDER BY %s%s%s LIMIT ?8", source.id, column,
                       print_body(selection, &source, arena), print_place(selection, range, part, &source, arena),
                       order, source.id, direction);
}

static const char *print_one_ranked(const struct selection *selection, struct arena *arena)
{
    const struct source source = {.leader = LEADER_SEARCH,
                                  .from = "product_search s",
                                  .where = "s.product_search MATCH ?3 AND s.rowid = ?7",
                                  .id = "s.rowid"};

    return arena_print(arena, "SELECT s.rowid, product_rank(s.product_search)%s",
                       print_body(selection, &source, arena));
}

const char *selection_print_one(const struct selection *selection, bool with_ranks, struct arena *arena)
{
    struct source source = find_source(selection, LEADER_MET);
    const char *key = find_key(selection, &source);

    if (with_ranks)
        return print_one_ranked(selection, arena);

    return arena_print(arena, "SELECT p.id, %s%s", key != NULL ? key : "0", print_body(selection, &source, arena));
}

const char *selection_print_count(const struct selection *selection, struct arena *arena)
{
    struct source source = find_source(selection, filter_choose_leader(selection));
    const struct selection_range all = {.limit = 0};

    return arena_print(arena, "SELECT count(*)%s%s", print_body(selection, &source, arena),
                       print_place(selection, &all, PART_ALL, &source, arena));
}

const char *selection_print_ids(enum filter filter)
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

void selection_bind(const struct selection *selection, sqlite3_stmt *statement)
{
    const struct product_query *query = selection->query;

    /* A value that a statement does not have is refused, and nobody minds. */
    sqlite3_bind_int64(statement, 1, selection->category);
    sqlite3_bind_text(statement, 2, query->tag, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, selection->match, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, query->min_price >= 0 ? query->min_price : 0);
    sqlite3_bind_int64(statement, 5, query->max_price >= 0 ? query->max_price : INT64_MAX);
    sieve_bind(selection->met, statement, 10);
}

void selection_bind_range(const struct selection *selection, const struct selection_range *range,
                          sqlite3_stmt *statement)
{
    if (range->after != NULL) {
        if (selection->sort == SORT_NAME)
            sqlite3_bind_text(statement, 6, range->after->text, -1, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, 6, range->after->number);
        sqlite3_bind_int64(statement, 7, range->after->id);
    }
    sqlite3_bind_int64(statement, 8, range->limit > INT32_MAX ? -1 : (int64_t)range->limit); /* -1: all */
    sqlite3_bind_int64(statement, 9, range->last_id);
}
