/* SPDX-License-Identifier: MIT */
/* The text of a selection in SQL: what leads stands first (CROSS JOIN keeps the order) with the index that it goes by,
 * so that no statistics are needed and none can mislead. */
#include "fcgi-catalog/store/selection_sql.h"

#include <string.h>

#define IS_PRICED "price_in_cents BETWEEN ?4 AND ?5"

/* What a leader is called, and the expressions for what is asked of it. */
struct source {
    const char *from; /* with the condition that it is led by */
    const char *where;
    const char *id, *price; /* price NULL: of the product only */
    bool is_by_price;       /* it goes by an index of prices, which has the range of prices as well */
};

static bool has_prices(const struct selection *selection)
{
    return selection->query->min_price >= 0 || selection->query->max_price >= 0;
}

static bool is_by_price(const struct selection *selection)
{
    return selection->sort == SORT_PRICE || selection->sort == SORT_PRICE_DOWN;
}

static struct source find_source_in_category(bool goes_by_price)
{
    return (struct source){.from = goes_by_price ? "product_in i INDEXED BY product_in_by_price" : "product_in i",
                           .where = "i.category = ?1",
                           .id = "i.product_id",
                           .price = "i.price_in_cents",
                           .is_by_price = goes_by_price};
}

static struct source find_source_of_prices(void)
{
    return (struct source){.from = "product p INDEXED BY product_by_price",
                           .where = "1",
                           .id = "p.id",
                           .price = "p.price_in_cents",
                           .is_by_price = true};
}

static struct source find_source_of_products(const struct selection *selection)
{
    struct source source = {.id = "p.id", .price = "p.price_in_cents", .where = "1"};

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
        return find_source_of_prices();
    case SORT_UPDATED_DOWN:
        source.from = "product p INDEXED BY product_by_update";
        break;
    }
    return source;
}

static struct source find_source(const struct selection *selection)
{
    switch (selection->leader) {
    case LEADER_CATEGORY:
        return find_source_in_category(is_by_price(selection));
    case LEADER_TAG:
        return (struct source){
            .from = "product_tag t INDEXED BY product_tag_by_tag", .where = "t.tag = ?2", .id = "t.product_id"};
    case LEADER_PRICES:
        return selection->query->category != NULL ? find_source_in_category(true) : find_source_of_prices();
    case LEADER_SEARCH:
        return (struct source){.from = "product_search s", .where = "s.product_search MATCH ?3", .id = "s.rowid"};
    case LEADER_PRODUCTS:
        break;
    }
    return find_source_of_products(selection);
}

static bool leads_products(const struct source *source)
{
    return strncmp(source->from, "product p", 9) == 0;
}

/* Filters that the leader does not go through as it goes. */
static const char *print_filters(const struct selection *selection, const struct source *source, bool joins_search,
                                 struct arena *arena)
{
    const struct product_query *query = selection->query;
    bool leads_category = strstr(source->where, "?1") != NULL;
    const char *category = "", *tag = "", *price = "", *text = "";

    if (query->category != NULL && !leads_category)
        category = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_in WHERE category = ?1 AND product_id = %s)",
                               source->id);
    if (query->tag != NULL && selection->leader != LEADER_TAG)
        tag = arena_print(arena, " AND EXISTS (SELECT 1 FROM product_tag WHERE product_id = %s AND tag = ?2)",
                          source->id);
    if (has_prices(selection) && !source->is_by_price)
        price = arena_print(arena, " AND +%s BETWEEN ?4 AND ?5",
                            source->price != NULL ? source->price : "p.price_in_cents");
    if (joins_search)
        text = " AND s.product_search MATCH ?3";
    else if (query->text != NULL && selection->leader != LEADER_SEARCH)
        text = arena_print(arena,
                           " AND EXISTS (SELECT 1 FROM product_search WHERE product_search MATCH ?3 AND rowid = %s)",
                           source->id);
    return arena_print(arena, "%s%s%s%s", category, tag, price, text);
}

/* FROM … WHERE … of all that match, but for the prices of what goes by them: see print_place(). */
static const char *print_body(const struct selection *selection, const struct source *source, bool needs_product,
                              bool with_ranks, struct arena *arena)
{
    bool joins_search = with_ranks && selection->leader != LEADER_SEARCH;
    bool joins_product = !leads_products(source) && (needs_product || (has_prices(selection) && source->price == NULL));
    const char *product = "", *search = "";

    if (joins_product)
        product = arena_print(arena, " CROSS JOIN product p ON p.id = %s", source->id);
    if (joins_search)
        search = arena_print(arena, " CROSS JOIN product_search s ON s.rowid = %s", source->id);
    return arena_print(arena, " FROM %s%s%s WHERE %s%s", source->from, product, search, source->where,
                       print_filters(selection, source, joins_search, arena));
}

/* What is sorted by before the id; NULL: nothing. */
static const char *find_key(const struct selection *selection, const struct source *source)
{
    switch (selection->sort) {
    case SORT_NAME:
        return "p.sort_name";
    case SORT_PRICE:
    case SORT_PRICE_DOWN:
        return source->price != NULL ? source->price : "p.price_in_cents";
    case SORT_UPDATED_DOWN:
        return "p.updated_at";
    case SORT_ID:
    case SORT_RANK:
        break;
    }
    return NULL;
}

/* The sort's own direction, turned round when it is read backwards. */
static bool goes_down(const struct selection *selection, const struct selection_range *range)
{
    bool is_down = selection->sort == SORT_PRICE_DOWN || selection->sort == SORT_UPDATED_DOWN;

    return is_down != range->is_backwards;
}

/* Where a part begins, and the prices of what goes by them: one condition for each end, so that the index begins at the
 * place and not at the lowest price. What is gathered is sorted anyway and takes it all in one. */
static const char *print_place(const struct selection *selection, const struct selection_range *range, enum part part,
                               const struct source *source, const char *key, struct arena *arena)
{
    bool is_down = goes_down(selection, range), has_ends = source->is_by_price && has_prices(selection);
    const char *than = is_down ? "<" : ">", *id = source->id, *place = "";

    if (part == PART_SAME_KEY)
        return arena_print(arena, " AND %s = ?6 AND %s %s ?7", key, id, than);
    if (part == PART_BEYOND && has_ends)
        return arena_print(arena, " AND %s %s ?6 AND %s %s", key, than, key, is_down ? ">= ?4" : "<= ?5");
    if (part == PART_BEYOND)
        return arena_print(arena, " AND %s %s ?6", key, than);
    if (range->after != NULL && key != NULL)
        place = arena_print(arena, " AND (+%s, +%s) %s (?6, ?7)", key, id, than);
    else if (range->after != NULL)
        place = arena_print(arena, " AND %s %s ?7", id, than);
    if (range->last_id > 0)
        place = arena_print(arena, "%s AND %s <= ?9", place, id);
    return has_ends ? arena_print(arena, "%s AND %s BETWEEN ?4 AND ?5", place, source->price) : place;
}

/* The next few products by id, whatever they cost, and of them those in the price range. */
static const char *print_try(const struct selection_range *range, struct arena *arena)
{
    const char *direction = range->is_backwards ? " DESC" : "";
    const char *place = range->after == NULL ? "" : range->is_backwards ? " WHERE id < ?7" : " WHERE id > ?7";

    return arena_print(arena,
                       "SELECT id, 0 FROM (SELECT id, price_in_cents FROM product NOT INDEXED%s ORDER BY id%s "
                       "LIMIT " TEXT_OF(SELECTION_TRY) ") WHERE " IS_PRICED " ORDER BY id%s LIMIT ?8",
                       place, direction, direction);
}

const char *selection_print(const struct selection *selection, const struct selection_range *range, enum part part,
                            bool with_ranks, struct arena *arena)
{
    struct source source = find_source(selection);
    const char *key = find_key(selection, &source);
    bool is_down = goes_down(selection, range);
    bool needs_product = key != NULL && key[0] == 'p';
    const char *direction = is_down ? " DESC" : "";
    const char *order = selection->is_gathered ? "+" : ""; /* an expression, which no index has */
    const char *column = with_ranks ? "product_rank(s.product_search)" : key != NULL ? key : "0";

    if (part == PART_TRY)
        return print_try(range, arena);
    const char *head = arena_print(arena, "SELECT %s, %s%s%s ORDER BY ", source.id, column,
                                   print_body(selection, &source, needs_product, with_ranks, arena),
                                   print_place(selection, range, part, &source, key, arena));
    if (key != NULL && part != PART_SAME_KEY)
        head = arena_print(arena, "%s%s%s%s, ", head, order, key, direction);
    return arena_print(arena, "%s%s%s%s LIMIT ?8", head, order, source.id, direction);
}

const char *selection_print_count(const struct selection *selection, struct arena *arena)
{
    struct source source = find_source(selection);

    const struct selection_range all = {.limit = 0};

    return arena_print(arena, "SELECT count(*)%s%s", print_body(selection, &source, false, false, arena),
                       print_place(selection, &all, PART_ALL, &source, NULL, arena));
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
