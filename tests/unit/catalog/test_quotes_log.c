/* SPDX-License-Identifier: MIT */
/* What the log says of the Discount service: a line for each change, its cause, and no more. */
#include <fcntl.h>

#include "tests/unit/catalog/quotes_harness.h"

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
    (void)state;
    catch_log();
    quotes_check(quotes);
    quotes_stop(quotes);
    start_polling();
    stop_quotes();
    release_log();
    assert_int_equal(count_log_lines("discount-"), 0);
    fclose(log_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNSERVED_TEST(the_check_at_the_start_names_why_it_cannot_connect),
        UNSERVED_TEST(a_missed_deadline_is_followed_by_its_cause),
        QUOTES_TEST(the_log_has_one_line_for_each_change),
        QUOTES_TEST(a_server_that_only_answers_probes_does_not_fill_the_log),
        UNSERVED_TEST(an_end_while_a_probe_is_out_is_no_miss),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
