/* SPDX-License-Identifier: MIT */
/* A site whose store and Discount service the test plays, and what it answers. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_SITE_HARNESS_H
#define CATALOG_TESTS_UNIT_CATALOG_SITE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/clock.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/routes.h"
#include "tests/unit/catalog/fixture.h"

#define LOCAL "REMOTE_ADDR=127.0.0.1"
#define GET(path) "REQUEST_METHOD=GET", "SCRIPT_NAME=" path, "REQUEST_URI=" path, LOCAL
#define GET_PRODUCTS GET("/products")
#define ONE "{\"id\":1,\"slug\":\"a\",\"description\":\"b\",\"price_in_cents\":1000}"
#define LIST_PRICES "[" ONE "]\n"
#define ONE_OF_CUSTOMER                                                                                                \
    "{\"id\":1,\"slug\":\"a\",\"description\":\"b\",\"price_in_cents\":1000,"                                          \
    "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":900}}"
#define CUSTOMER_PRICES "[" ONE_OF_CUSTOMER "]\n"

/* ---- The store that the test plays ------------------------------------------------------------------------------- */

static enum store_status revision_status, list_status, customer_status;
static enum store_status category_status; /* of lists of a category, where others are there */
static bool has_category;                 /* products have one */
static size_t list_length;                /* products of a list of more than one */
static int64_t revision, changed_at;
static int times_listed, times_counted;
static int32_t price_cents = 1000;
static struct product_query listed;
static bool has_next, has_previous;
static bool is_slow;                     /* the store of the thread that serves everybody gives up */
static enum store_status patient_status; /* what the other one says then */
static struct store quick_store;         /* of the thread that serves everybody */

static enum store_status play_revision(struct store *store, int64_t *current)
{
    (void)store;
    if (revision_status == STORE_OK)
        *current = revision;
    return revision_status;
}

static enum store_status play_shop(struct store *store, struct shop *shop)
{
    (void)store;
    if (revision_status == STORE_OK)
        *shop = (struct shop){.revision = revision, .changed_at = changed_at, .secret = {{1, 2, 3}}};
    return revision_status;
}

static void fill_product(struct product *product)
{
    static const char *const own[] = {"c"};

    *product = (struct product){.id = 1, .price_cents = price_cents, .slug = "a", .description = "b"};
    if (has_category) {
        product->categories = own;
        product->category_count = product->own_category_count = 1;
    }
}

static enum store_status play_list(struct store *store, const struct product_query *query, struct arena *in,
                                   struct product_page *page)
{
    enum store_status status = is_slow ? store == &quick_store ? STORE_LIMITED : patient_status : list_status;
    size_t count = query->limit > 1 ? list_length : 1;

    times_listed++;
    if (status == STORE_OK && query->category != NULL)
        status = category_status;
    if (status != STORE_OK)
        return status;
    struct product *item = arena_get(in, count * sizeof *item);
    for (size_t i = 0; i < count; i++)
        fill_product(&item[i]);
    listed = *query;
    *page = (struct product_page){.products = {.items = item, .count = count},
                                  .has_next = has_next,
                                  .has_previous = has_previous,
                                  .first = {.is_set = true, .id = 1, .text = ""},
                                  .last = {.is_set = true, .id = 1, .text = ""},
                                  .shop_revision = revision,
                                  .shop_changed_at = changed_at};
    return STORE_OK;
}

static void play_close(struct store *store)
{
    (void)store;
}

static enum store_status play_count(struct store *store, const struct product_query *query, int64_t *count)
{
    (void)store;
    (void)query;
    times_counted++;
    *count = 77;
    return STORE_OK;
}

static enum store_status play_find_nearest(struct store *store, const char *text, struct arena *in,
                                           const char **nearest)
{
    (void)store;
    (void)text;
    (void)in;
    (void)nearest;
    return STORE_LIMITED;
}

static enum store_status play_find_product(struct store *store, const char *slug, struct arena *in,
                                           struct product *product)
{
    (void)store;
    (void)in;
    times_listed++;
    if (list_status != STORE_OK)
        return list_status;
    fill_product(product);
    return strcmp(slug, "a") == 0 ? STORE_OK : STORE_NOT_FOUND;
}

static enum store_status play_find_product_by_id(struct store *store, int32_t id, struct arena *in,
                                                 struct product *product)
{
    return play_find_product(store, id == 1 ? "a" : "", in, product);
}

static enum store_status play_find_old_slug(struct store *store, const char *old_slug, struct arena *in,
                                            const char **slug)
{
    (void)store;
    *slug = arena_print(in, "a");
    return strcmp(old_slug, "old") == 0 ? STORE_OK : STORE_NOT_FOUND;
}

static enum store_status play_list_categories(struct store *store, struct arena *in, struct category_list *categories)
{
    static const struct category_entry items[] = {{.slug = "c", .name = "C", .product_count = 2},
                                                  {.slug = "d", .name = "", .parent = "c", .product_count = 1}};

    (void)store;
    (void)in;
    *categories = (struct category_list){.items = items, .count = ARRAY_LENGTH(items)};
    return list_status;
}

static enum store_status play_find_customer(struct store *store, int32_t id, struct arena *in,
                                            struct customer *customer)
{
    (void)store;
    if (customer_status == STORE_OK && id != 1)
        return STORE_NOT_FOUND;
    if (customer_status == STORE_OK)
        *customer =
            (struct customer){.id = id, .first_name = arena_print(in, "John"), .last_name = "Snow", .login = ""};
    return customer_status;
}

/* ---- A walk of as many products as the test says ---- */

static int walk_length, open_walks, walk_fails_at; /* 0: it does not */

static enum store_status play_next(struct store_walk *walk, size_t limit, struct arena *in,
                                   struct product_list *products)
{
    struct product *items = arena_get(in, limit * sizeof *items);
    size_t count = 0;

    for (; count < limit && walk->place < walk_length; count++) {
        fill_product(&items[count]);
        items[count].id = (int32_t)++walk->place;
    }
    *products = (struct product_list){.items = items, .count = count};
    return walk_fails_at > 0 && walk->place >= walk_fails_at ? STORE_FAILED : list_status;
}

static int64_t log_growth;

static int64_t play_log_growth(const struct store_walk *walk)
{
    (void)walk;
    return log_growth;
}

static void play_end(struct store_walk *walk)
{
    open_walks--;
    free(walk);
}

static enum store_status play_begin_walk(struct store *store, struct store_walk **walk)
{
    *walk = calloc(1, sizeof **walk);
    **walk = (struct store_walk){.next = play_next, .log_growth = play_log_growth, .end = play_end};
    open_walks++;
    return play_shop(store, &(*walk)->shop);
}

static const struct store_methods played_store = {
    .close = play_close,
    .revision = play_revision,
    .shop = play_shop,
    .list = play_list,
    .count = play_count,
    .find_product = play_find_product,
    .find_product_by_id = play_find_product_by_id,
    .find_old_slug = play_find_old_slug,
    .begin_walk = play_begin_walk,
    .find_nearest = play_find_nearest,
    .list_categories = play_list_categories,
    .find_customer = play_find_customer,
};

static struct store quick_store = {.methods = &played_store};

/* For the background, which closes it. */
static inline struct store *make_patient_store(void)
{
    struct store *store = calloc(1, sizeof *store);

    store->methods = &played_store;
    return store;
}

/* ---- The Discount service that the test plays -------------------------------------------------------------------- */

static struct quote_ask *asked;
static int64_t steady_until, rules_revision;
static size_t rule_count; /* how many it knows of the rules that made a price */
static int32_t customer_price;

void quotes_ask(struct quotes *quotes, struct quote_ask *ask)
{
    (void)quotes;
    asked = ask;
}

void quotes_flush(struct quotes *quotes)
{
    (void)quotes;
}

int64_t quotes_steady_until(struct quotes *quotes)
{
    (void)quotes;
    return steady_until;
}

static inline void discount_answers(enum quotes_result result)
{
    static const struct applied_rule rule = {
        .key = "k", .label = "l", .lane = "contract", .before_cents = 1000, .after_cents = 900};
    struct quote_ask *ask = asked;

    assert_non_null(ask);
    asked = NULL;
    if (result == QUOTES_OK) {
        ask->quotes[0] = (struct quote){.pct = 0.1f, .value_cents = customer_price};
        ask->rules_revision = rules_revision;
    }
    if (result == QUOTES_OK && ask->applied != NULL)
        ask->applied[0] = (struct applied_rules){&rule, rule_count};
    ask->done(ask, result);
}

/* ---- The site ---------------------------------------------------------------------------------------------------- */

static struct site site;

static int open_site(void **state)
{
    (void)state;
    revision_status = list_status = customer_status = category_status = STORE_OK;
    list_length = 1;
    has_category = false;
    revision = 1;
    changed_at = 0;
    times_listed = times_counted = 0;
    has_next = has_previous = is_slow = false;
    patient_status = STORE_OK;
    price_cents = 1000;
    walk_length = open_walks = walk_fails_at = 0;
    log_growth = 0;
    asked = NULL;
    steady_until = INT64_MAX;
    rules_revision = 5;
    rule_count = 1;
    customer_price = 900;
    exchange.error_page = page_print_error;
    exchange.error_data = &site;
    site = (struct site){.store = &quick_store,
                         .identity = {.is_local_trusted = true},
                         .shop_name = "Catalog",
                         .deadline_ns = 1000 * CLOCK_NS_PER_MS};
    return 0;
}

static int close_site(void **state)
{
    site_release(&site);
    return release_exchange(state);
}

static void handle(const char *const *variables)
{
    begin(variables);
    site_refresh(&site);
    routes_handle(&site, &exchange);
}

#define HANDLE(...) handle((const char *const[]){__VA_ARGS__, NULL})

static void assert_answer(int status, const char *body)
{
    assert_int_equal(times_finished, 1);
    assert_int_equal(exchange.response.status, status);
    if (body != NULL)
        assert_string_equal(body_text(), body);
}

static void assert_header(const char *line)
{
    if (strstr(head_text(), line) == NULL)
        fail_msg("no %s in %s", line, head_text());
}

static inline void assert_no_header(const char *name)
{
    if (strstr(head_text(), name) != NULL)
        fail_msg("%s in %s", name, head_text());
}

static inline void assert_refused(int status, const char *detail)
{
    assert_answer(status, NULL);
    if (strstr(body_text(), detail) == NULL)
        fail_msg("no %s in %s", detail, body_text());
    assert_header("Cache-Control: private, no-store\r\n");
    assert_header("Content-Type: application/problem+json\r\n");
    assert_null(asked);
}

/* The ETag of the answer, in static storage. */
static inline const char *answered_tag(void)
{
    static char tag[80];
    const char *line = strstr(head_text(), "\r\nETag: ");

    assert_non_null(line);
    assert_int_equal(sscanf(line, "\r\nETag: %79s", tag), 1);
    return tag;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

#endif
