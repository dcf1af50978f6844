/* SPDX-License-Identifier: MIT */
/* Quotes while Discount is slow, silent, away or refusing: every ask is answered in time, and service heals. */
#include <fcntl.h>

#include "tests/unit/catalog/quotes_harness.h"

#define SOON_MS 1000 /* what a loaded machine may add to a deadline */
#define EARLY_MS 20  /* what gRPC core's rounding may take from it */

static void assert_at_deadline(struct test_ask *ask, int64_t deadline_ms)
{
    assert_int_equal(ask_await(ask), QUOTES_DEGRADED);
    if (ask_took_ms(ask) < deadline_ms - EARLY_MS || ask_took_ms(ask) > deadline_ms + SOON_MS)
        fail_msg("the deadline was %d ms, it took %d", (int)deadline_ms, (int)ask_took_ms(ask));
    ask_free(ask);
}

/* An ask that is answered before quotes_ask() returns. */
static void assert_degraded_at_once(void)
{
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);

    assert_true(ask_is_done(ask));
    assert_int_equal(ask->result, QUOTES_DEGRADED);
    ask_free(ask);
}

static void assert_heals(void)
{
    int64_t from_ns = clock_now_ns();

    assert_true(wait_for(is_served, NULL));
    int64_t took_ms = (clock_now_ns() - from_ns) / CLOCK_NS_PER_MS;
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
    assert_true(ask_took_ms(waiting) < 200 + SOON_MS);
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

static bool probed_three_times(void *data)
{
    (void)data;
    return fake_get(&fake.probe_count) >= 3;
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

static void the_check_at_the_start_connects(void **state)
{
    (void)state;
    start_fake_server();
    quotes_check(quotes);
    start_polling();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    assert_int_equal(fake_get(&fake.probe_count), 1);
}

/* ---- The log ---- */

static FILE *log_file;
static int kept_stderr;

static void catch_log(void)
{
    log_file = tmpfile();
    fcntl(fileno(log_file), F_SETFL, O_APPEND); /* it is read while others write */
    kept_stderr = dup(STDERR_FILENO);
    dup2(fileno(log_file), STDERR_FILENO);
    log_set_level(LOG_LEVEL_INFO);
}

static void release_log(void)
{
    log_set_level(LOG_LEVEL_ERROR);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
}

static int count_log_lines(const char *event)
{
    char line[LOG_LINE_MAX];
    int count = 0;

    rewind(log_file);
    while (fgets(line, sizeof line, log_file) != NULL)
        count += strstr(line, event) != NULL;
    return count;
}

static void the_log_has_one_line_for_each_change(void **state)
{
    (void)state;
    catch_log();
    fake_set(&fake.fails_with, RPC_PERMISSION_DENIED);
    for (int i = 0; i < 20; i++)
        ask_once(A_LONG_TIME_MS);
    bool is_probed = wait_for(probed_three_times, NULL);
    fake_set(&fake.fails_with, RPC_OK);
    bool is_healed = wait_for(is_served, NULL);
    release_log();
    assert_true(is_probed && is_healed);
    assert_int_equal(count_log_lines("discount-degraded"), 1);
    assert_int_equal(count_log_lines("PERMISSION_DENIED"), 1);
    assert_int_equal(count_log_lines("discount-restored"), 1);
    fclose(log_file);
}

static bool cause_is_logged(void *data)
{
    (void)data;
    return count_log_lines("Connection refused") > 0;
}

static void the_check_at_the_start_names_why_it_cannot_connect(void **state)
{
    (void)state;
    catch_log();
    quotes_check(quotes);
    start_polling();
    bool is_logged = wait_for(cause_is_logged, NULL);
    release_log();
    assert_true(is_logged);
    assert_degraded_at_once();
    fclose(log_file);
}

static void a_missed_deadline_is_followed_by_its_cause(void **state)
{
    (void)state;
    catch_log();
    start_polling();
    ask_once(200);
    bool is_logged = wait_for(cause_is_logged, NULL);
    release_log();
    assert_true(is_logged);
    assert_int_equal(count_log_lines("discount-degraded"), 1);
    assert_int_equal(count_log_lines("discount-cause"), 1);
    fclose(log_file);
}

/* Probes are answered and asks are not: a state that changes all the time. */
static void a_server_that_only_answers_probes_does_not_fill_the_log(void **state)
{
    (void)state;
    catch_log();
    fake_set(&fake.answers_more, 1);
    for (int64_t until_ns = clock_now_ns() + CLOCK_NS_PER_S; clock_now_ns() < until_ns; pause_briefly())
        ask_once(A_LONG_TIME_MS);
    release_log();
    assert_in_range(count_log_lines("discount-degraded"), 1, 4);
    fclose(log_file);
}

static void an_end_while_a_probe_is_out_is_no_miss(void **state)
{
    const struct timespec end = patience_end();

    (void)state;
    catch_log();
    quotes_check(quotes);
    quotes_stop(quotes);
    start_polling();
    assert_int_equal(pthread_timedjoin_np(poller, NULL, &end), 0);
    is_polled = false;
    quotes_free(quotes);
    quotes = NULL;
    release_log();
    assert_int_equal(count_log_lines("discount-"), 0);
    fclose(log_file);
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
        QUOTES_TEST(a_server_that_refuses_is_asked_by_probes_alone),
        UNSERVED_TEST(the_check_at_the_start_connects),
        UNSERVED_TEST(the_check_at_the_start_names_why_it_cannot_connect),
        UNSERVED_TEST(a_missed_deadline_is_followed_by_its_cause),
        QUOTES_TEST(the_log_has_one_line_for_each_change),
        QUOTES_TEST(a_server_that_only_answers_probes_does_not_fill_the_log),
        UNSERVED_TEST(an_end_while_a_probe_is_out_is_no_miss),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
