/* SPDX-License-Identifier: MIT */
/* Quotes from a Discount server that is there: how asks leave together, and how each is answered on its own. */
#include "tests/unit/catalog/quotes_harness.h"

#include <poll.h>
#include <sys/eventfd.h>

#define MANY 50

static void an_ask_gets_a_quote_for_every_product(void **state)
{
    (void)state;
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ask->ask.quotes[i].pct == (float)0.1);
        assert_int_equal(ask->ask.quotes[i].value_cents, 89999);
    }
    ask_free(ask);
}

static void whoever_has_no_discount_gets_empty_quotes(void **state)
{
    (void)state;
    struct test_ask *ask = ask_for(2, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ask->ask.quotes[i].pct == 0);
        assert_int_equal(ask->ask.quotes[i].value_cents, 0);
    }
    ask_free(ask);
}

static void an_ask_about_nothing_is_answered_at_once(void **state)
{
    (void)state;
    struct test_ask *ask = ask_for(1, 0, A_LONG_TIME_MS);
    assert_true(ask_is_done(ask));
    assert_int_equal(ask->result, QUOTES_OK);
    assert_int_equal(fake_get(&fake.batch_count), 0);
    ask_free(ask);
}

/* ---- Leaving together ---- */

/* An ask that is out, and will be until fake_allow(). */
static struct test_ask *hold_one(void)
{
    fake_allow(0);
    struct test_ask *held = ask_for(1, 1, A_LONG_TIME_MS);
    fake_await_held();
    return held;
}

static void await_and_free_all(struct test_ask *const *asks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(ask_await(asks[i]), QUOTES_OK);
        ask_free(asks[i]);
    }
}

static void asks_that_come_while_an_rpc_is_out_leave_together_in_the_next(void **state)
{
    struct test_ask *asks[MANY + 1];

    (void)state;
    asks[0] = hold_one();
    for (int32_t i = 1; i <= MANY; i++)
        asks[i] = ask_for(i % 2 + 1, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    for (int i = 1; i <= MANY; i++) {
        assert_int_equal(ask_await(asks[i]), QUOTES_OK);
        assert_int_equal(asks[i]->ask.quotes[2].value_cents, i % 2 == 0 ? 89999 : 0);
    }
    await_and_free_all(asks, MANY + 1);
    assert_int_equal(fake_get(&fake.batch_count), 2);
    assert_int_equal(fake_batch(0).asks, 1);
    assert_int_equal(fake_batch(1).asks, MANY);
}

static void what_waits_is_left_to_the_asking_thread_that_can_be_woken(void **state)
{
    struct test_ask *asks[MANY + 1];
    int event_fd = eventfd(0, EFD_NONBLOCK);
    struct pollfd woken = {.fd = event_fd, .events = POLLIN};
    eventfd_t count;

    (void)state;
    quotes_wake_by(quotes, event_fd);
    start_fake_server();
    start_polling();
    asks[0] = hold_one();
    for (int32_t i = 1; i < MANY; i++)
        asks[i] = ask_for(1, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    assert_int_equal(ask_await(asks[0]), QUOTES_OK);
    assert_int_equal(poll(&woken, 1, A_LONG_TIME_MS), 1);
    asks[MANY] = ask_only(1, 3, A_LONG_TIME_MS);
    assert_int_equal(fake_get(&fake.batch_count), 1);
    flush_asks();
    await_and_free_all(asks, MANY + 1);
    assert_int_equal(fake_get(&fake.batch_count), 2);
    assert_int_equal(fake_batch(1).asks, MANY);
    assert_int_equal(eventfd_read(event_fd, &count), 0);
    assert_int_equal(count, 1); /* woken once */
    stop_quotes();
    close(event_fd);
}

/* A page of the largest products: 250 of them, each in 64 categories of the longest names. */
static struct test_ask *ask_for_a_large_page(void)
{
    static const char category[65] = "a-category-with-a-name-of-64-characters-is-about-as-long-as-goes";
    static const char *categories[PRODUCT_CATEGORIES_MAX];
    struct test_ask *test = ask_new(1, 250, A_LONG_TIME_MS);
    struct product *products = (struct product *)test->products.items;

    for (size_t i = 0; i < PRODUCT_CATEGORIES_MAX; i++)
        categories[i] = category;
    for (size_t i = 0; i < test->products.count; i++) {
        products[i].categories = categories;
        products[i].category_count = PRODUCT_CATEGORIES_MAX;
    }
    atomic_fetch_add(&asked, 1);
    pthread_mutex_lock(&asking);
    quotes_ask(quotes, &test->ask);
    quotes_flush(quotes);
    pthread_mutex_unlock(&asking);
    return test;
}

static void large_asks_travel_in_messages_that_the_service_takes(void **state)
{
    struct test_ask *asks[11];

    (void)state;
    asks[0] = hold_one();
    for (int i = 1; i <= 10; i++)
        asks[i] = ask_for_a_large_page();
    fake_allow(ALL);
    await_and_free_all(asks, 11);
    assert_int_equal(fake_batch(1).products, 500); /* two are 2.2 MB, three were 3.3 */
}

static void what_is_asked_in_one_go_leaves_together(void **state)
{
    struct test_ask *asks[3];

    (void)state;
    for (int32_t i = 0; i < 3; i++)
        asks[i] = ask_only(1, 3, A_LONG_TIME_MS);
    flush_asks();
    await_and_free_all(asks, 3);
    assert_int_equal(fake_get(&fake.batch_count), 1);
    assert_int_equal(fake_batch(0).asks, 3);
}

static void a_flush_of_nothing_sends_nothing(void **state)
{
    (void)state;
    flush_asks();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    flush_asks();
    assert_int_equal(fake_get(&fake.batch_count), 1);
}

static void an_ask_leaves_at_once_when_nothing_is_out(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
        assert_int_equal(fake_get(&fake.batch_count), i);
        assert_int_equal(fake_batch(i - 1).asks, 1);
    }
}

static void an_ask_that_would_pass_the_bound_waits_for_the_next_rpc(void **state)
{
    const size_t half = QUOTES_BATCH_PRODUCTS / 2;
    struct test_ask *asks[6];

    (void)state;
    asks[0] = hold_one();
    asks[1] = ask_for(1, half, A_LONG_TIME_MS);
    asks[2] = ask_for(1, half, A_LONG_TIME_MS); /* exactly the bound */
    asks[3] = ask_for(1, half, A_LONG_TIME_MS);
    asks[4] = ask_for(1, half + 1, A_LONG_TIME_MS); /* one over it */
    asks[5] = ask_for(1, 1, A_LONG_TIME_MS);
    fake_allow(ALL);
    await_and_free_all(asks, 6);
    assert_int_equal(fake_get(&fake.batch_count), 4);
    assert_int_equal(fake_batch(1).asks, 2);
    assert_int_equal(fake_batch(1).products, 2 * half);
    assert_int_equal(fake_batch(2).asks, 1);
    assert_int_equal(fake_batch(3).asks, 2);
}

static void an_ask_larger_than_the_bound_travels_alone(void **state)
{
    struct test_ask *asks[4];

    (void)state;
    asks[0] = hold_one();
    asks[1] = ask_for(1, 1, A_LONG_TIME_MS);
    asks[2] = ask_for(1, QUOTES_BATCH_PRODUCTS + 1, A_LONG_TIME_MS);
    asks[3] = ask_for(1, 1, A_LONG_TIME_MS);
    fake_allow(ALL);
    await_and_free_all(asks, 4);
    assert_int_equal(fake_get(&fake.batch_count), 4);
    assert_int_equal(fake_batch(2).products, QUOTES_BATCH_PRODUCTS + 1);
}

/* ---- Each on its own ---- */

static void a_refused_ask_fails_alone(void **state)
{
    struct test_ask *asks[3];

    (void)state;
    fake_set(&fake.refused_customer, 7);
    asks[0] = hold_one();
    asks[1] = ask_for(7, 3, A_LONG_TIME_MS);
    asks[2] = ask_for(1, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    assert_int_equal(ask_await(asks[0]), QUOTES_OK);
    assert_int_equal(ask_await(asks[1]), QUOTES_DEGRADED);
    assert_int_equal(ask_await(asks[2]), QUOTES_OK);
    assert_int_equal(fake_get(&fake.batch_count), 2);
    for (int i = 0; i < 3; i++)
        ask_free(asks[i]);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK); /* it was no miss */
}

static void another_number_of_quotes_than_products_is_refused(void **state)
{
    (void)state;
    fake_set(&fake.quotes_more, 1);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
    fake_set(&fake.quotes_more, -1);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
    fake_set(&fake.quotes_more, 0);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
}

static enum quotes_result ask_for_odd(float pct, int32_t value)
{
    fake_lock();
    fake.quotes_are_odd = true;
    ecommerce__discount_value__init(&fake.odd);
    fake.odd.pct = pct;
    fake.odd.value_in_cents = value;
    fake_unlock();
    return ask_once(A_LONG_TIME_MS);
}

static void quotes_that_no_rule_can_give_are_refused(void **state)
{
    (void)state;
    assert_int_equal(ask_for_odd(NAN, 1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(INFINITY, 1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(-0.1F, 1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(1.1F, 1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(0.1F, -1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(0.1F, 99999 + 1), QUOTES_DEGRADED);
    assert_int_equal(ask_for_odd(0.1F, 99999), QUOTES_OK);
}

static void another_number_of_answers_than_asks_fails_the_rpc(void **state)
{
    struct test_ask *asks[3];

    (void)state;
    fake_set(&fake.answers_more, 1);
    asks[0] = hold_one();
    asks[1] = ask_for(1, 3, A_LONG_TIME_MS);
    asks[2] = ask_for(1, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask_await(asks[i]), QUOTES_DEGRADED);
        ask_free(asks[i]);
    }
}

/* ---- The end ---- */

static void stopping_waits_for_what_is_out_and_what_waits(void **state)
{
    const struct timespec end = patience_end();

    (void)state;
    struct test_ask *held = hold_one();
    struct test_ask *waiting = ask_for(1, 1, A_LONG_TIME_MS);
    quotes_stop(quotes);
    assert_false(ask_is_done(held));
    fake_allow(ALL);
    assert_int_equal(pthread_timedjoin_np(poller, NULL, &end), 0);
    is_polled = false;
    assert_true(ask_is_done(held) && held->result == QUOTES_OK);
    assert_true(ask_is_done(waiting) && waiting->result == QUOTES_OK);
    ask_free(held);
    ask_free(waiting);
}

static void an_idle_process_stops_at_once(void **state)
{
    const struct timespec end = patience_end();

    (void)state;
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    const struct stopwatch health = stopwatch_start();
    quotes_stop(quotes);
    assert_int_equal(pthread_timedjoin_np(poller, NULL, &end), 0);
    is_polled = false;
    assert_true(stopwatch_ms(&health) < 1000);
}

static void the_first_ask_opens_what_was_not_opened(void **state)
{
    struct key_files files = name_keys(keys_directory, "catalog");
    struct quotes_options options = {.service_host = server.address, .keyset = client_keys(&files)};

    (void)state;
    struct quotes *opened = quotes;
    quotes = quotes_new(&options);
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    while (!ask_is_done(ask) && quotes_poll(quotes))
        continue;
    assert_int_equal(ask->result, QUOTES_OK);
    ask_free(ask);
    quotes_free(quotes);
    quotes = opened;
}

static void keys_that_are_no_good_degrade_the_first_ask(void **state)
{
    struct quotes_options options = {.service_host = server.address, .keyset = {.ca = "/nowhere/ca.crt"}};

    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1); /* it is told in the log */
    struct quotes *opened = quotes;
    quotes = quotes_new(&options);
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    assert_true(ask_is_done(ask));
    assert_int_equal(ask->result, QUOTES_DEGRADED);
    ask_free(ask);
    quotes_free(quotes);
    quotes_free(NULL);
    quotes = opened;
}

/* ---- Wanting to know why ---- */

static void whoever_wants_to_know_why_is_told_and_nobody_else(void **state)
{
    struct arena arena = {0};
    struct applied_rules applied[3];
    struct test_ask *held = hold_one(), *before = ask_for(1, 3, A_LONG_TIME_MS);
    struct test_ask *why = ask_new(1, 3, A_LONG_TIME_MS);

    (void)state;
    memset(applied, 0x55, sizeof applied);
    why->ask.products = before->ask.products; /* the same page */
    why->ask.applied = applied;
    why->ask.arena = &arena;
    atomic_fetch_add(&asked, 1);
    quotes_ask(quotes, &why->ask);
    struct test_ask *after = ask_for(2, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    assert_int_equal(ask_await(why), QUOTES_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(why->ask.quotes[i].value_cents, 89999);
        assert_int_equal(applied[i].count, 1);
        assert_string_equal(applied[i].items[0].key, "tenth");
        assert_int_equal(applied[i].items[0].after_cents, 89999);
    }
    ask_await(after);
    assert_int_equal(fake_get(&fake.batch_count), 2);
    assert_int_equal(fake_batch(1).asks, 3);
    await_and_free_all((struct test_ask *[]){held, why, before, after}, 4);
    arena_release(&arena);
}

static void a_service_of_singles_does_not_know_why(void **state)
{
    struct arena arena = {0};
    struct applied_rules applied[3];
    struct test_ask *why = ask_new(1, 3, A_LONG_TIME_MS);

    (void)state;
    memset(applied, 0x55, sizeof applied);
    fake_set(&fake.knows_only_singles, true);
    why->ask.applied = applied;
    why->ask.arena = &arena;
    atomic_fetch_add(&asked, 1);
    quotes_ask(quotes, &why->ask);
    flush_asks();
    assert_int_equal(ask_await(why), QUOTES_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(why->ask.quotes[i].value_cents, 89999);
        assert_int_equal(applied[i].count, 0);
    }
    ask_free(why);
    arena_release(&arena);
}

/* ---- What the prices are of -------------------------------------------------------------------------------------- */

#define FAR_AHEAD (FAR_AHEAD_MINUTES * INT64_C(60)) /* seconds since 1970 */
#define FAR_AHEAD_MINUTES 68374080                  /* in 2100 */

static void an_answer_tells_its_revision_and_the_next_change(void **state)
{
    (void)state;
    fake_set(&fake.rules_revision, 7);
    fake_set(&fake.next_change_minutes, FAR_AHEAD_MINUTES);
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    assert_int_equal(ask->ask.rules_revision, 7);
    assert_int_equal(quotes_steady_until(quotes), FAR_AHEAD);
    ask_free(ask);
    fake_set(&fake.next_change_minutes, 0);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    assert_true(quotes_steady_until(quotes) == INT64_MAX);
}

static bool knows_the_next_change(void *data)
{
    (void)data;
    return quotes_steady_until(quotes) == FAR_AHEAD;
}

/* What is not known is taken to stay for ten seconds, less two. */
static void assert_steady_for_seconds(void)
{
    int64_t before = time(NULL), until = quotes_steady_until(quotes);

    assert_in_range(until, before + 8, time(NULL) + 10);
}

/* Nobody asks for a quote; whoever wants to know how long prices stay makes it look. */
static void what_was_not_told_lately_is_looked_up(void **state)
{
    (void)state;
    fake_set(&fake.next_change_minutes, FAR_AHEAD_MINUTES);
    assert_steady_for_seconds();
    assert_true(wait_for(knows_the_next_change, NULL));
}

/* The window has begun or ended: what follows is looked up, however lately that was told. */
static void a_change_that_has_come_is_looked_behind(void **state)
{
    (void)state;
    fake_set(&fake.next_change_minutes, 4000);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_set(&fake.next_change_minutes, FAR_AHEAD_MINUTES);
    assert_steady_for_seconds();
    assert_true(wait_for(knows_the_next_change, NULL));
}

/* A look is no ask: who is away for it is not away for customers. */
static bool was_looked(void *data)
{
    (void)data;
    return fake_get(&fake.probe_count) > 0;
}

static void a_look_that_is_refused_is_no_miss(void **state)
{
    (void)state;
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_set(&fake.next_change_minutes, 4000);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_set(&fake.fails_with, RPC_UNAVAILABLE);
    quotes_steady_until(quotes);
    assert_true(wait_for(was_looked, NULL));
    fake_set(&fake.fails_with, RPC_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
}

/* Before anybody asks. */
static void a_probe_tells_the_next_change(void **state)
{
    (void)state;
    fake_set(&fake.next_change_minutes, FAR_AHEAD_MINUTES);
    start_fake_server();
    quotes_check(quotes);
    start_polling();
    assert_true(wait_for(knows_the_next_change, NULL));
}

static void a_service_of_singles_tells_no_revision(void **state)
{
    (void)state;
    fake_set(&fake.rules_revision, 7);
    fake_set(&fake.knows_only_singles, true);
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    assert_int_equal(ask->ask.rules_revision, 0);
    ask_free(ask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUOTES_TEST(an_ask_gets_a_quote_for_every_product),
        QUOTES_TEST(whoever_has_no_discount_gets_empty_quotes),
        QUOTES_TEST(an_ask_about_nothing_is_answered_at_once),
        QUOTES_TEST(asks_that_come_while_an_rpc_is_out_leave_together_in_the_next),
        UNSERVED_TEST(what_waits_is_left_to_the_asking_thread_that_can_be_woken),
        QUOTES_TEST(large_asks_travel_in_messages_that_the_service_takes),
        QUOTES_TEST(what_is_asked_in_one_go_leaves_together),
        QUOTES_TEST(a_flush_of_nothing_sends_nothing),
        QUOTES_TEST(an_ask_leaves_at_once_when_nothing_is_out),
        QUOTES_TEST(an_ask_that_would_pass_the_bound_waits_for_the_next_rpc),
        QUOTES_TEST(an_ask_larger_than_the_bound_travels_alone),
        QUOTES_TEST(a_refused_ask_fails_alone),
        QUOTES_TEST(another_number_of_quotes_than_products_is_refused),
        QUOTES_TEST(quotes_that_no_rule_can_give_are_refused),
        QUOTES_TEST(another_number_of_answers_than_asks_fails_the_rpc),
        QUOTES_TEST(stopping_waits_for_what_is_out_and_what_waits),
        QUOTES_TEST(an_idle_process_stops_at_once),
        QUOTES_TEST(the_first_ask_opens_what_was_not_opened),
        QUOTES_TEST(keys_that_are_no_good_degrade_the_first_ask),
        QUOTES_TEST(whoever_wants_to_know_why_is_told_and_nobody_else),
        QUOTES_TEST(a_service_of_singles_does_not_know_why),
        QUOTES_TEST(an_answer_tells_its_revision_and_the_next_change),
        UNSERVED_TEST(a_probe_tells_the_next_change),
        QUOTES_TEST(what_was_not_told_lately_is_looked_up),
        QUOTES_TEST(a_change_that_has_come_is_looked_behind),
        QUOTES_TEST(a_look_that_is_refused_is_no_miss),
        QUOTES_TEST(a_service_of_singles_tells_no_revision),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
