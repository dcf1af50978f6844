/* SPDX-License-Identifier: MIT */
/* Pages: every query of a random catalog against one that is answered row by row, from page to page, forwards and
 * backwards, also while others change the catalog. */
#include "tests/unit/catalog/store_random.h"

#define MAX 13000

/* The same in SQL that looks at each row. */
static const char *print_plainly(const struct product_query *query)
{
    static const char *const orders[] = {
        "id", "sort_name, id", "price_in_cents, id", "price_in_cents DESC, id DESC", "updated_at DESC, id DESC", "id"};
    const char *sql = "SELECT id FROM product WHERE 1";
    char text[64];

    if (query->category != NULL)
        sql = arena_print(
            &arena,
            "%s AND id IN (WITH RECURSIVE d (slug) AS (SELECT '%s' UNION SELECT category.slug FROM category "
            "JOIN d ON parent = d.slug) SELECT product_id FROM product_category JOIN d ON category = slug)",
            sql, query->category);
    if (query->tag != NULL)
        sql =
            arena_print(&arena, "%s AND '%s' IN (SELECT tag FROM product_tag WHERE product_id = id)", sql, query->tag);
    if (query->min_price >= 0)
        sql = arena_print(&arena, "%s AND price_in_cents >= %d", sql, (int)query->min_price);
    if (query->max_price >= 0)
        sql = arena_print(&arena, "%s AND price_in_cents <= %d", sql, (int)query->max_price);
    if (query->text != NULL) {
        snprintf(text, sizeof text, "%s", query->text);
        for (char *word = strtok(text, " "), *next; word != NULL; word = next) {
            next = strtok(NULL, " ");
            sql = arena_print(&arena, "%s AND ' ' || name || ' ' || description || ' ' LIKE '%% %s%s%%'", sql, word,
                              next != NULL ? " " : "");
        }
    }
    return arena_print(&arena, "%s ORDER BY %s", sql, orders[query->sort]);
}

struct ids {
    int items[MAX];
    int count;
};

static void read_plainly(const struct product_query *query, struct ids *ids)
{
    sqlite3 *db;
    sqlite3_stmt *row;

    ids->count = 0;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, print_plainly(query), -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW && ids->count < MAX)
        ids->items[ids->count++] = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static struct product_page read_page(const struct product_query *query)
{
    struct product_page page;

    assert_int_equal(store->methods->list(store, query, &arena, &page), STORE_OK);
    assert_true(page.products.count <= (size_t)query->limit);
    return page;
}

/* From page to page to the end; with `meanwhile` between two pages. */
static void read_forwards(struct product_query query, struct ids *ids, void (*meanwhile)(void))
{
    ids->count = 0;
    for (;;) {
        struct product_page page = read_page(&query);
        if (meanwhile == NULL)
            assert_int_equal(page.has_previous, ids->count > 0);
        for (size_t i = 0; i < page.products.count; i++)
            ids->items[ids->count++] = page.products.items[i].id;
        if (!page.has_next)
            return;
        assert_true(page.products.count > 0);
        query.position = page.last;
        if (meanwhile != NULL)
            meanwhile();
    }
}

/* From the last page back to the first. `count` is how many there are. */
static void read_backwards(struct product_query query, int count, struct ids *ids)
{
    struct product_page page = read_page(&query);

    while (page.has_next) {
        query.position = page.last;
        page = read_page(&query);
    }
    ids->count = count;
    for (;;) {
        for (size_t i = page.products.count; i > 0; i--) {
            assert_true(ids->count > 0);
            ids->items[--ids->count] = page.products.items[i - 1].id;
        }
        if (!page.has_previous)
            break;
        query.position = page.first;
        query.position.is_backwards = true;
        page = read_page(&query);
        assert_true(page.has_next);
    }
    assert_int_equal(ids->count, 0);
    ids->count = count;
}

static int compare_ints(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void assert_same(const struct ids *ids, const struct ids *expected, const char *what,
                        const struct product_query *query)
{
    if (ids->count != expected->count || memcmp(ids->items, expected->items, (size_t)ids->count * sizeof(int)) != 0)
        fail_msg("%s: %d of %d, or another order: %s", what, ids->count, expected->count, print_plainly(query));
}

/* Backwards without a position a page begins at the end. */
static void assert_ends_with(const struct ids *expected, struct product_query query)
{
    query.position.is_backwards = true;
    const struct product_page page = read_page(&query);
    const int *last = expected->items + expected->count - page.products.count;

    assert_int_equal(page.has_previous, (size_t)expected->count > page.products.count);
    assert_false(page.has_next);
    for (size_t i = 0; i < page.products.count; i++)
        assert_int_equal(page.products.items[i].id, last[i]);
}

static void pages_are_the_plain_list_cut(void **state)
{
    static struct ids expected, ids;
    int64_t count;

    (void)state;
    open_catalog(400);
    for (int round = 0; round < 120; round++) {
        struct product_query query = draw_query((enum sort)(round % 5));
        read_plainly(&query, &expected);
        read_forwards(query, &ids, NULL);
        assert_same(&ids, &expected, "forwards", &query);
        read_backwards(query, expected.count, &ids);
        assert_same(&ids, &expected, "backwards", &query);
        assert_ends_with(&expected, query);
        assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
        assert_int_equal(count, expected.count);
        arena_reset(&arena);
    }
}

static void pages_by_rank_are_the_plain_list_in_one_order(void **state)
{
    static struct ids expected, ids, whole;

    (void)state;
    open_catalog(400);
    for (int round = 0; round < 36; round++) {
        struct product_query query = draw_query(SORT_RANK);
        read_plainly(&query, &expected);
        read_forwards(query, &ids, NULL);
        query.limit = 1000;
        read_forwards(query, &whole, NULL);
        assert_same(&ids, &whole, "cut", &query);
        read_backwards(query, expected.count, &ids);
        assert_same(&ids, &whole, "backwards", &query);
        qsort(ids.items, (size_t)ids.count, sizeof(int), compare_ints);
        assert_same(&ids, &expected, "sorted", &query);
        arena_reset(&arena);
    }
}

/* More matches than are ranked, and more rows than are gathered. */
static void many_products_are_paged_alike(void **state)
{
    static struct ids expected, ids;

    (void)state;
    open_catalog(4500);
    for (int round = 0; round < 36; round++) {
        struct product_query query = draw_query((enum sort)(round % 6));
        query.limit = 250;
        read_plainly(&query, &expected);
        read_forwards(query, &ids, NULL);
        if (query.sort == SORT_RANK)
            qsort(ids.items, (size_t)ids.count, sizeof(int), compare_ints);
        /* The word as it is leaves out those that begin with it, once there are enough. */
        if (query.text == NULL || strcmp(query.text, "cedar") != 0)
            assert_same(&ids, &expected, "forwards", &query);
        struct ids once = ids;
        read_backwards(query, ids.count, &ids);
        if (query.sort == SORT_RANK)
            qsort(ids.items, (size_t)ids.count, sizeof(int), compare_ints);
        assert_same(&ids, &once, "backwards", &query);
        arena_reset(&arena);
    }
}

/* Half of the products are at one end of the order of names and of prices, with one tag and in one category; the other
 * half has the others. What seldom meets is found by other ways, and more is met than is looked up and sorted. */
static void filters_that_seldom_meet_are_paged_alike(void **state)
{
    static const char halves[] =
        "UPDATE product SET sort_name = char(97 + id % 2) || sort_name, price_in_cents = 1000 + id % 2 * 1000 + id % 7;"
        "DELETE FROM product_tag; DELETE FROM product_category;"
        "INSERT INTO product_tag SELECT id, CASE id % 2 WHEN 0 THEN 't0' ELSE 't1' END FROM product;"
        "INSERT INTO product_category SELECT id, CASE id % 2 WHEN 0 THEN 'c4' ELSE 'c3' END FROM product;";
    static const struct product_query queries[] = {
        {.tag = "t0", .category = "c3", .min_price = -1, .max_price = -1},
        {.tag = "t0", .min_price = 1500, .max_price = -1},
        {.tag = "t1", .min_price = -1, .max_price = -1},
        {.category = "c3", .min_price = 2003, .max_price = -1},
        {.tag = "t1", .text = "amber", .min_price = -1, .max_price = -1},
        {.category = "c3", .text = "amber birch", .min_price = -1, .max_price = -1},
        {.tag = "t1", .text = "em", .min_price = 2001, .max_price = 2004},
    };
    static struct ids expected, ids;
    int64_t count;

    (void)state;
    open_catalog(12000);
    assert_int_equal(change(halves), SQLITE_OK);
    for (size_t i = 0; i < ARRAY_LENGTH(queries) * 6; i++) {
        struct product_query query = queries[i / 6];
        query.sort = query.text == NULL && i % 6 == SORT_RANK ? SORT_ID : (enum sort)(i % 6);
        query.limit = 250;
        read_plainly(&query, &expected);
        for (int again = 0; again < 2; again++) {
            read_forwards(query, &ids, NULL);
            if (query.sort == SORT_RANK)
                qsort(ids.items, (size_t)ids.count, sizeof(int), compare_ints);
            assert_same(&ids, &expected, "forwards", &query);
        }
        read_backwards(query, expected.count, &ids);
        if (query.sort == SORT_RANK)
            qsort(ids.items, (size_t)ids.count, sizeof(int), compare_ints);
        assert_same(&ids, &expected, "backwards", &query);
        assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
        assert_int_equal(count, expected.count);
        arena_reset(&arena);
    }
}

/* ---- While others change the catalog ---- */

static unsigned next_id;
static bool is_gone[MAX]; /* at least for a while */

static void change_some(void)
{
    char sql[128];

    for (int i = 0; i < 2; i++) {
        unsigned id = 1 + draw(next_id - 1);
        snprintf(sql, sizeof sql, "DELETE FROM product WHERE id = %u", id);
        assert_int_equal(change(sql), SQLITE_OK);
        is_gone[id] = true;
    }
    /* Some with an id of the middle. */
    unsigned id = 1 + draw(next_id - 1);
    snprintf(sql, sizeof sql, "SELECT 1 FROM product WHERE id = %u", id);
    if (ask(sql)[0] == '\0')
        is_gone[id] = true;
    else
        id = next_id++;
    add_products(id, 1);
}

static void each_product_that_stays_is_met_once_while_others_come_and_go(void **state)
{
    static struct ids before, ids;
    static int met[MAX];

    (void)state;
    open_catalog(300);
    next_id = 301;
    for (int round = 0; round < 12; round++) {
        struct product_query query = draw_query((enum sort)(round % 6));
        query.limit = 3 + (int)draw(8);
        memset(is_gone, 0, sizeof is_gone);
        memset(met, 0, sizeof met);
        read_plainly(&query, &before);
        read_forwards(query, &ids, change_some);
        for (int i = 0; i < ids.count; i++)
            met[ids.items[i]]++;
        for (int i = 0; i < before.count; i++) {
            if (!is_gone[before.items[i]] && met[before.items[i]] != 1)
                fail_msg("product %d was met %d times: %s", before.items[i], met[before.items[i]],
                         print_plainly(&query));
        }
        for (int id = 1; id < MAX; id++) {
            if (met[id] > 1 && !is_gone[id])
                fail_msg("product %d was met %d times: %s", id, met[id], print_plainly(&query));
        }
        arena_reset(&arena);
    }
}

static void ranks_hold_on_to_their_place_while_the_first_thousand_change(void **state)
{
    static struct ids before, ids;
    static int met[MAX];
    struct product_query query = {.sort = SORT_RANK, .min_price = -1, .max_price = -1, .text = "amber", .limit = 60};

    (void)state;
    open_catalog(4000);
    next_id = 4001;
    memset(is_gone, 0, sizeof is_gone);
    read_plainly(&query, &before);
    assert_true(before.count > STORE_RANKED_MAX);
    read_forwards(query, &ids, change_some);
    for (int i = 0; i < ids.count; i++)
        met[ids.items[i]]++;
    for (int i = 0; i < before.count; i++)
        assert_true(is_gone[before.items[i]] || met[before.items[i]] == 1);
}

/* A hundred come before those that were ranked first. */
static void fill_the_front(void)
{
    if (ask("SELECT 1 FROM product WHERE id = 1")[0] == '\0')
        add_products(1, 100);
}

static void more_among_the_first_thousand_push_none_out(void **state)
{
    static struct ids before, ids;
    static int met[MAX];
    struct product_query query = {.sort = SORT_RANK, .min_price = -1, .max_price = -1, .text = "amber", .limit = 60};

    (void)state;
    open_catalog(4000);
    assert_int_equal(change("DELETE FROM product WHERE id <= 100"), SQLITE_OK);
    read_plainly(&query, &before);
    read_forwards(query, &ids, fill_the_front);
    for (int i = 0; i < ids.count; i++)
        met[ids.items[i]]++;
    for (int i = 0; i < before.count; i++)
        assert_int_equal(met[before.items[i]], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages_are_the_plain_list_cut),
        TEST(pages_by_rank_are_the_plain_list_in_one_order),
        TEST(many_products_are_paged_alike),
        TEST(filters_that_seldom_meet_are_paged_alike),
        TEST(each_product_that_stays_is_met_once_while_others_come_and_go),
        TEST(ranks_hold_on_to_their_place_while_the_first_thousand_change),
        TEST(more_among_the_first_thousand_push_none_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
