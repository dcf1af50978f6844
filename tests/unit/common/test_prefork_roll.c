/* SPDX-License-Identifier: MIT */
/* SIGHUP: new workers first, and somebody serves at every moment. */
#include "tests/unit/common/prefork_harness.h"

/*
 * How few workers served at any one moment after the start. A worker serves from its READY, which it tells before the
 * master can know, to its TOLD_TO_DRAIN, which it tells after the master decided.
 */
static int least_serving(void)
{
    int serving = 0, least = WORKERS;

    for (size_t i = 0; i < history_count; i++) {
        if (history[i].what == READY)
            serving++;
        for (size_t before = 0; history[i].what == TOLD_TO_DRAIN && before < i; before++) {
            if (history[before].what == READY && history[before].pid == history[i].pid)
                serving--;
        }
        if (find_event(STARTED, -1, 1) < &history[i] && serving < least)
            least = serving;
    }
    return least;
}

static void stop_master(void)
{
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_nobody_left();
}

static void close_gate(bool closed)
{
    atomic_store(&control->gate_is_closed, closed);
}

static void every_worker_is_replaced(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++) {
        await_event(SERVING, index, 2);
        struct event told = await_event(TOLD_TO_DRAIN, index, 1);
        assert_int_equal(told.pid, find_event(BORN, index, 1)->pid);
    }
    assert_int_equal(count_events(BORN, -1), 2 * WORKERS);
}

static void the_new_ones_serve_before_the_old_ones_are_told(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    for (int roll = 1; roll <= 5; roll++) {
        kill(master, SIGHUP);
        await_event(SERVING, -1, (roll + 1) * WORKERS);
        await_event(TOLD_TO_DRAIN, -1, roll * WORKERS);
    }
    assert_int_equal(least_serving(), WORKERS);
}

static void while_the_new_ones_are_not_ready_the_old_ones_serve(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    close_gate(true);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++)
        await_event(BORN, index, 2);
    /* A death makes the master go round once more, with everything else as it was. */
    kill(find_event(BORN, 0, 2)->pid, SIGKILL);
    await_event(BORN, 0, 3);
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), 0);
    close_gate(false);
    await_event(TOLD_TO_DRAIN, -1, WORKERS);
    assert_int_equal(least_serving(), WORKERS);
}

static void a_refused_reload_changes_nothing(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->refuses_reload, 1);
    kill(master, SIGHUP);
    await_event(ASKED_TO_RELOAD, -1, 1);
    kill(master, SIGHUP); /* the second question comes after all that followed the first answer */
    await_event(ASKED_TO_RELOAD, -1, 2);
    stop_master();
    assert_int_equal(count_events(BORN, -1), WORKERS);
}

static void without_a_question_every_reload_is_agreed_to(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.reload = NULL;
    start_and_await_all(&prefork);
    kill(master, SIGHUP);
    await_event(SERVING, -1, 2 * WORKERS);
}

static void a_second_reload_replaces_whoever_is_not_ready_yet(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    close_gate(true);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++)
        await_event(BORN, index, 2);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++) {
        await_event(BORN, index, 3);
        assert_int_equal(await_event(TOLD_TO_DRAIN, index, 1).pid, find_event(BORN, index, 2)->pid);
    }
    close_gate(false);
    for (int index = 0; index < WORKERS; index++) {
        assert_int_equal(await_event(SERVING, index, 2).pid, find_event(BORN, index, 3)->pid);
        assert_int_equal(await_event(TOLD_TO_DRAIN, index, 2).pid, find_event(BORN, index, 1)->pid);
    }
    assert_int_equal(least_serving(), WORKERS);
    stop_master();
    assert_int_equal(count_events(BORN, -1), 3 * WORKERS);
}

static void a_storm_of_reloads_never_leaves_nobody(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    for (int i = 1; i <= 20; i++) {
        kill(master, SIGHUP);
        await_event(ASKED_TO_RELOAD, -1, i);
    }
    /* The last reload's workers are the youngest; once they serve the storm is over. */
    int born;
    do {
        born = count_events(BORN, -1);
        for (int index = 0; index < WORKERS; index++) {
            struct event youngest = *find_event(BORN, index, count_events(BORN, index));
            while (find_event(SERVING, index, 1) == NULL ||
                   find_event(SERVING, index, count_events(SERVING, index))->pid != youngest.pid) {
                read_event(clock_now_ns() + PATIENCE_NS, SERVING);
                youngest = *find_event(BORN, index, count_events(BORN, index));
            }
        }
    } while (born != count_events(BORN, -1));
    assert_int_equal(least_serving(), WORKERS);
    stop_master();
}

static void an_old_worker_that_dies_is_replaced_by_the_one_under_way(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    close_gate(true);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++)
        await_event(BORN, index, 2);
    kill(find_event(BORN, 0, 1)->pid, SIGKILL);
    close_gate(false);
    await_event(TOLD_TO_DRAIN, 1, 1);
    await_event(TOLD_TO_DRAIN, 2, 1);
    await_event(SERVING, 0, 2);
    stop_master();
    assert_int_equal(count_events(BORN, 0), 2);
}

static void a_new_worker_that_dies_is_tried_again_while_the_old_one_serves(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    close_gate(true);
    kill(master, SIGHUP);
    kill(await_event(BORN, 0, 2).pid, SIGKILL);
    kill(await_event(BORN, 0, 3).pid, SIGKILL);
    await_event(BORN, 0, 4);
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), 0);
    close_gate(false);
    assert_int_equal(await_event(SERVING, 0, 2).pid, find_event(BORN, 0, 4)->pid);
    assert_int_equal(await_event(TOLD_TO_DRAIN, 0, 1).pid, find_event(BORN, 0, 1)->pid);
    assert_int_equal(least_serving(), WORKERS);
}

static void an_old_worker_that_does_not_end_is_killed_in_time(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.drain_ms = 200;
    start_and_await_all(&prefork);
    await_event(SERVING, -1, WORKERS); /* all have said it themselves, before they are stopped */
    for (int index = 0; index < WORKERS; index++)
        kill(find_event(BORN, index, 1)->pid, SIGSTOP); /* SIGTERM does not reach them */
    kill(master, SIGHUP);
    await_event(SERVING, -1, 2 * WORKERS);
    for (int index = 0; index < WORKERS; index++) {
        int64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
        while (kill(find_event(BORN, index, 1)->pid, 0) == 0) {
            assert_true(clock_now_ns() < deadline_ns);
            usleep(2000);
        }
    }
    stop_master();
    assert_int_equal(count_events(BORN, -1), 2 * WORKERS);
}

static void a_stop_ends_old_and_new_workers(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    close_gate(true);
    kill(master, SIGHUP);
    for (int index = 0; index < WORKERS; index++)
        await_event(BORN, index, 2);
    stop_master();
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), 2 * WORKERS);
    assert_int_equal(count_events(BORN, -1), 2 * WORKERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREFORK_TEST(every_worker_is_replaced),
        PREFORK_TEST(the_new_ones_serve_before_the_old_ones_are_told),
        PREFORK_TEST(while_the_new_ones_are_not_ready_the_old_ones_serve),
        PREFORK_TEST(a_refused_reload_changes_nothing),
        PREFORK_TEST(without_a_question_every_reload_is_agreed_to),
        PREFORK_TEST(a_second_reload_replaces_whoever_is_not_ready_yet),
        PREFORK_TEST(a_storm_of_reloads_never_leaves_nobody),
        PREFORK_TEST(an_old_worker_that_dies_is_replaced_by_the_one_under_way),
        PREFORK_TEST(a_new_worker_that_dies_is_tried_again_while_the_old_one_serves),
        PREFORK_TEST(an_old_worker_that_does_not_end_is_killed_in_time),
        PREFORK_TEST(a_stop_ends_old_and_new_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
