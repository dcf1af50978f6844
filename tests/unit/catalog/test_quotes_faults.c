/* SPDX-License-Identifier: MIT */
/* Quotes while Discount is slow, silent, away or refusing: every ask is answered in time, and service heals. */
#include "tests/unit/catalog/quotes_harness.h"
#include "tests/unit/common/middleman.h"

#define SOON_MS 1000 /* after a deadline, but for the time in which this machine had other work */
#define EARLY_MS 20  /* what gRPC core may take from it: it rounds, and looks at two clocks */

static void assert_at_deadline(struct test_ask *ask, int64_t deadline_ms)
{
    assert_int_equal(ask_await(ask), QUOTES_DEGRADED);
    if (ask_took_ms(ask) < deadline_ms - EARLY_MS - ask_held_ms(ask) || !ask_was_within_ms(ask, deadline_ms + SOON_MS))
        fail_msg("the deadline was %d ms, it took %d", (int)deadline_ms, (int)ask_took_ms(ask));
    ask_free(ask);
}

static void assert_heals(void)
{
    const struct stopwatch health = stopwatch_start();

    assert_true(wait_for(is_served, NULL));
    int64_t took_ms = stopwatch_ms(&health);
    if (took_ms >= 2000)
        fail_msg("it took %d ms to heal", (int)took_ms);
}

/* ---- Deadlines ---- */

static void a_silent_server_costs_an_ask_its_deadline(void **state)
{
    (void)state;
    fake_allow(0);
    assert_at_deadline(ask_for(1, 3, 200), 200);
}

static void asks_that_are_out_together_each_keep_their_deadline(void **state)
{
    (void)state;
    fake_allow(0);
    struct test_ask *held = ask_for(1, 1, A_LONG_TIME_MS);
    fake_await_held();
    struct test_ask *hurried = ask_for(1, 3, 500);
    struct test_ask *patient = ask_for(1, 3, A_LONG_TIME_MS);
    fake_allow(1);
    assert_int_equal(ask_await(held), QUOTES_OK);
    assert_at_deadline(hurried, 500);
    assert_int_equal(fake_batch(1).asks, 2);
    assert_false(ask_is_done(patient));
    fake_allow(ALL);
    assert_int_equal(ask_await(patient), QUOTES_OK);
    ask_free(held);
    ask_free(patient);
}

static void asks_that_leave_in_one_go_each_keep_their_deadline(void **state)
{
    (void)state;
    fake_allow(0);
    struct test_ask *patient = ask_only(1, 3, A_LONG_TIME_MS);
    struct test_ask *hurried = ask_only(1, 3, 200);
    flush_asks();
    assert_at_deadline(hurried, 200);
    assert_false(ask_is_done(patient));
    fake_allow(ALL);
    assert_int_equal(ask_await(patient), QUOTES_OK);
    ask_free(patient);
}

static void an_ask_that_waits_keeps_its_deadline_behind_one_with_more_time(void **state)
{
    (void)state;
    fake_allow(0);
    struct test_ask *held = ask_for(1, 1, A_LONG_TIME_MS);
    fake_await_held();
    assert_at_deadline(ask_for(1, 3, 200), 200);
    assert_false(ask_is_done(held));
    fake_allow(ALL);
    assert_int_equal(ask_await(held), QUOTES_OK);
    ask_free(held);
}

static void an_ask_whose_deadline_has_passed_is_answered(void **state)
{
    (void)state;
    struct test_ask *ask = ask_for(1, 3, -100);
    assert_int_equal(ask_await(ask), QUOTES_DEGRADED);
    ask_free(ask);
}

/* ---- Away ---- */

static void after_a_miss_asks_are_answered_at_once(void **state)
{
    (void)state;
    start_polling();
    assert_at_deadline(ask_for(1, 3, 200), 200);
    for (int i = 0; i < 100; i++)
        assert_degraded_at_once();
}

static void asks_that_wait_when_a_miss_comes_are_answered_with_it(void **state)
{
    (void)state;
    start_polling();
    struct test_ask *missed = ask_for(1, 3, 200);
    struct test_ask *waiting = ask_for(1, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(waiting), QUOTES_DEGRADED);
    assert_true(ask_was_within_ms(waiting, 200 + SOON_MS));
    assert_int_equal(ask_await(missed), QUOTES_DEGRADED);
    ask_free(missed);
    ask_free(waiting);
}

static void a_server_that_comes_is_used_within_two_seconds(void **state)
{
    (void)state;
    start_polling();
    assert_int_equal(ask_once(200), QUOTES_DEGRADED);
    start_fake_server();
    assert_heals();
}

static void a_server_that_comes_back_is_used_within_two_seconds(void **state)
{
    (void)state;
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    for (int i = 0; i < 2; i++) {
        server_stop(&server, 0);
        assert_int_equal(ask_once(200), QUOTES_DEGRADED);
        start_fake_server();
        assert_heals();
    }
}

static void a_server_that_was_silent_is_used_within_two_seconds(void **state)
{
    (void)state;
    fake_allow(0);
    assert_int_equal(ask_once(200), QUOTES_DEGRADED);
    assert_degraded_at_once();
    fake_allow(ALL);
    assert_heals();
}

/* The connection is dead and nobody says so; a new one works. */
static void a_dead_connection_is_replaced_within_two_seconds(void **state)
{
    static struct middleman middleman;

    (void)state;
    start_fake_server();
    middleman_start(&middleman, &server.port, 0);
    quotes_free(quotes);
    assert_int_equal(open_quotes(middleman.port.address), 0);
    start_polling();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    middleman_fall_silent(&middleman);
    assert_int_equal(ask_once(200), QUOTES_DEGRADED);
    assert_heals();
    stop_quotes();
    middleman_end(&middleman);
}

static void a_server_that_refuses_is_asked_by_probes_alone(void **state)
{
    (void)state;
    fake_set(&fake.fails_with, RPC_PERMISSION_DENIED);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
    for (int i = 0; i < 20; i++)
        assert_degraded_at_once();
    assert_true(wait_for(probed_three_times, NULL));
    assert_degraded_at_once();
    assert_int_equal(fake_get(&fake.batch_count), 1);
    fake_set(&fake.fails_with, RPC_OK);
    assert_heals();
}

static bool probed_once(void *data)
{
    (void)data;
    return fake_get(&fake.probe_count) >= 1;
}

static void the_check_at_the_start_connects(void **state)
{
    (void)state;
    start_fake_server();
    quotes_check(quotes);
    start_polling();
    assert_true(wait_for(probed_once, NULL));
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    assert_int_equal(count_connections(&server.port), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUOTES_TEST(a_silent_server_costs_an_ask_its_deadline),
        QUOTES_TEST(asks_that_are_out_together_each_keep_their_deadline),
        QUOTES_TEST(asks_that_leave_in_one_go_each_keep_their_deadline),
        QUOTES_TEST(an_ask_that_waits_keeps_its_deadline_behind_one_with_more_time),
        QUOTES_TEST(an_ask_whose_deadline_has_passed_is_answered),
        UNSERVED_TEST(after_a_miss_asks_are_answered_at_once),
        UNSERVED_TEST(asks_that_wait_when_a_miss_comes_are_answered_with_it),
        UNSERVED_TEST(a_server_that_comes_is_used_within_two_seconds),
        QUOTES_TEST(a_server_that_comes_back_is_used_within_two_seconds),
        QUOTES_TEST(a_server_that_was_silent_is_used_within_two_seconds),
        UNSERVED_TEST(a_dead_connection_is_replaced_within_two_seconds),
        QUOTES_TEST(a_server_that_refuses_is_asked_by_probes_alone),
        UNSERVED_TEST(the_check_at_the_start_connects),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
