/* SPDX-License-Identifier: MIT */
/*
 * quotes.h against a Discount server in this process that does what the test says: a server thread, a polling thread
 * as in catalog.fcgi, and the test as the one that asks.
 */
#ifndef TESTS_UNIT_CATALOG_QUOTES_HARNESS_H
#define TESTS_UNIT_CATALOG_QUOTES_HARNESS_H

#include <math.h>
#include <stdatomic.h>

#include "tests/unit/catalog/fake_discount.h"

#include "common/memory.h"
#include "fcgi-catalog/quotes/quotes.h"

#define A_LONG_TIME_MS (int64_t)20000

static struct quotes *quotes;
static pthread_t poller;
static bool is_polled;
static atomic_int asked, answered; /* over all asks of a test */

/* ---- Who asks ---- */

struct test_ask {
    struct quote_ask ask;
    struct product_list products;
    atomic_int done;
    enum quotes_result result;
    int64_t asked_ns, done_ns;
    struct stopwatch health; /* since it was asked */
};

static inline void on_done(struct quote_ask *ask, enum quotes_result result)
{
    struct test_ask *test = (struct test_ask *)ask;

    test->result = result;
    test->done_ns = clock_now_ns();
    atomic_fetch_add(&answered, 1);
    if (atomic_fetch_add(&test->done, 1) != 0)
        abort(); /* done() twice */
}

static inline struct test_ask *ask_new(int32_t customer_id, size_t product_count, int64_t deadline_ms)
{
    struct test_ask *test = memory_get_zeroed(1, sizeof *test);
    struct product *products = memory_get(product_count * sizeof *products);

    for (size_t i = 0; i < product_count; i++)
        products[i] =
            (struct product){.id = (int32_t)i + 1, .price_cents = 99999, .slug = "slug", .description = "text"};
    test->products = (struct product_list){.items = products, .count = product_count};
    test->health = stopwatch_start();
    test->asked_ns = clock_now_ns();
    test->ask = (struct quote_ask){.customer = {.id = customer_id, .first_name = "Ann", .last_name = "Bo"},
                                   .products = &test->products,
                                   .deadline_ns = test->asked_ns + deadline_ms * CLOCK_NS_PER_MS,
                                   .quotes = memory_get_zeroed(product_count, sizeof(struct quote)),
                                   .done = on_done};
    return test;
}

static inline void ask_free(struct test_ask *test)
{
    free((void *)test->products.items);
    free(test->ask.quotes);
    free(test);
}

/* Takes the place of the one thread that asks: at any moment only one of the test's threads does. */
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER;

static inline void flush_asks(void)
{
    pthread_mutex_lock(&asking);
    quotes_flush(quotes);
    pthread_mutex_unlock(&asking);
}

/* Asks, and does not let it leave. */
static inline struct test_ask *ask_only(int32_t customer_id, size_t product_count, int64_t deadline_ms)
{
    struct test_ask *test = ask_new(customer_id, product_count, deadline_ms);

    atomic_fetch_add(&asked, 1);
    pthread_mutex_lock(&asking);
    quotes_ask(quotes, &test->ask);
    pthread_mutex_unlock(&asking);
    return test;
}

/* Asks, and does not wait for the answer. */
static inline struct test_ask *ask_for(int32_t customer_id, size_t product_count, int64_t deadline_ms)
{
    struct test_ask *test = ask_only(customer_id, product_count, deadline_ms);

    flush_asks();
    return test;
}

static inline bool ask_is_done(void *test)
{
    return atomic_load(&((struct test_ask *)test)->done) > 0;
}

static inline enum quotes_result ask_await(struct test_ask *test)
{
    assert_true(wait_for(ask_is_done, test));
    return test->result;
}

static inline int64_t ask_took_ms(const struct test_ask *test)
{
    return (test->done_ns - test->asked_ns) / CLOCK_NS_PER_MS;
}

/* Whether it took no longer than that, but for what this machine had to do besides; of an ask that was answered just
 * now. */
static inline bool ask_was_within_ms(const struct test_ask *test, int64_t bound_ms)
{
    return stopwatch_less_held_ns(&test->health, test->done_ns - test->asked_ns) <= bound_ms * CLOCK_NS_PER_MS;
}

/* How long this machine had other work meanwhile. */
static inline int64_t ask_held_ms(const struct test_ask *test)
{
    int64_t took_ns = test->done_ns - test->asked_ns;

    return (took_ns - stopwatch_less_held_ns(&test->health, took_ns)) / CLOCK_NS_PER_MS;
}

/* Asks, waits and forgets. */
static inline enum quotes_result ask_once(int64_t deadline_ms)
{
    struct test_ask *test = ask_for(1, 3, deadline_ms);
    enum quotes_result result = ask_await(test);

    ask_free(test);
    return result;
}

static inline bool is_served(void *data)
{
    (void)data;
    return ask_once(A_LONG_TIME_MS) == QUOTES_OK;
}

/* An ask that is answered before quotes_ask() returns. */
static inline void assert_degraded_at_once(void)
{
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);

    assert_true(ask_is_done(ask));
    assert_int_equal(ask->result, QUOTES_DEGRADED);
    ask_free(ask);
}

static inline bool probed_three_times(void *data)
{
    (void)data;
    return fake_get(&fake.probe_count) >= 3;
}

/* ---- The fixture ---- */

static inline void *poll_quotes(void *data)
{
    while (quotes_poll(data))
        continue;
    return NULL;
}

static inline void start_polling(void)
{
    assert_int_equal(pthread_create(&poller, NULL, poll_quotes, quotes), 0);
    is_polled = true;
}

/* The quotes of a service at an address, which must outlive them. */
static inline int open_quotes(const char *service_host)
{
    static struct key_files files;
    char reason[512];

    files = name_keys(keys_directory, "catalog");
    const struct quotes_options options = {.service_host = service_host, .keyset = client_keys(&files)};
    quotes = quotes_new(&options);
    return quotes_open(quotes, reason, sizeof reason) ? 0 : -1;
}

/* Without a server. */
static inline int prepare_quotes(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    rpc_runtime_start();
    fake = (struct fake){.base = ECOMMERCE__DISCOUNT__INIT(fake_),
                         .lock = PTHREAD_MUTEX_INITIALIZER,
                         .changed = PTHREAD_COND_INITIALIZER,
                         .allowed = ALL};
    atomic_store(&asked, 0);
    atomic_store(&answered, 0);
    server_prepare(&server);
    return open_quotes(server.address);
}

static inline int start_quotes(void **state)
{
    int result = prepare_quotes(state);

    start_fake_server();
    start_polling();
    return result;
}

static inline void stop_quotes(void)
{
    const struct timespec end = patience_end();

    if (is_polled) {
        quotes_stop(quotes);
        assert_int_equal(pthread_timedjoin_np(poller, NULL, &end), 0);
    }
    is_polled = false;
    quotes_free(quotes);
    quotes = NULL;
}

/* Stops everything; whoever asked has been answered then. */
static inline int end_quotes(void **state)
{
    (void)state;
    fake_allow(ALL);
    stop_quotes();
    server_end(&server);
    rpc_runtime_stop();
    return atomic_load(&asked) == atomic_load(&answered) ? 0 : -1;
}

#define QUOTES_TEST(test) cmocka_unit_test_setup_teardown(test, start_quotes, end_quotes)
#define UNSERVED_TEST(test) cmocka_unit_test_setup_teardown(test, prepare_quotes, end_quotes)

#endif
