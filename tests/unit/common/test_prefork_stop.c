/* SPDX-License-Identifier: MIT */
/* How a master and its workers end, and that they do. */
#include "tests/unit/common/prefork_harness.h"

static void drained_workers_end_the_master(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_nobody_left();
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), WORKERS);
    assert_int_equal(count_events(BORN, -1), WORKERS);
}

/* Drains for as long as the test says. */
static int drain_slowly(void *data, int index)
{
    int code = serve(data, index);

    while (atomic_load(&control->gate_is_closed))
        usleep(1000);
    tell(TOLD_TO_STOP, index); /* here: has drained */
    return code;
}

static void the_master_waits_for_workers_that_drain(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.work = drain_slowly;
    start_and_await_all(&prefork);
    atomic_store(&control->gate_is_closed, 1);
    kill(master, SIGTERM);
    await_event(TOLD_TO_DRAIN, -1, WORKERS);
    assert_int_equal(waitpid(master, NULL, WNOHANG), 0);
    atomic_store(&control->gate_is_closed, 0);
    assert_int_equal(await_master_end(), 0);
    assert_int_equal(count_events(TOLD_TO_STOP, -1), WORKERS);
}

/* Starts a stop; when the master has returned: how long it took. */
static int64_t time_stop_ms(int signal)
{
    int64_t from_ns = clock_now_ns();

    kill(master, signal);
    assert_int_equal(await_master_end(), 0);
    assert_nobody_left();
    return (clock_now_ns() - from_ns) / CLOCK_NS_PER_MS;
}

static void workers_that_do_not_drain_in_time_are_killed(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.drain_ms = 300;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    assert_true(time_stop_ms(SIGTERM) >= 300);
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), WORKERS);
}

static void stopped_workers_are_killed_in_time(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.drain_ms = 200;
    start_and_await_all(&prefork);
    for (int index = 0; index < WORKERS; index++)
        kill(find_event(BORN, index, 1)->pid, SIGSTOP);
    assert_true(time_stop_ms(SIGTERM) >= 200);
}

static void sigint_does_not_wait_for_a_drain(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    time_stop_ms(SIGINT);
    assert_int_equal(count_events(TOLD_TO_STOP, -1), WORKERS);
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), 0);
}

static void sigquit_does_not_wait_for_a_drain(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    time_stop_ms(SIGQUIT);
    assert_int_equal(count_events(TOLD_TO_STOP, -1), WORKERS);
}

static void workers_deaf_to_sigint_are_killed_after_half_a_second(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->is_deaf, 1);
    assert_true(time_stop_ms(SIGINT) >= 500);
}

static void sigint_cuts_a_drain_short(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    kill(master, SIGTERM);
    await_event(TOLD_TO_DRAIN, -1, WORKERS);
    time_stop_ms(SIGINT);
    assert_int_equal(count_events(TOLD_TO_STOP, -1), WORKERS);
}

/* A caller that keeps SIGTERM blocked, so that one too many does no harm after prefork_run(). */
static void start_master_with_sigterm_blocked(const struct prefork *prefork)
{
    master = fork();
    if (master == 0) {
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGTERM);
        sigprocmask(SIG_BLOCK, &blocked, NULL);
        _exit(prefork_run(prefork));
    }
}

static void a_second_sigterm_does_not_prolong_the_drain(void **state)
{
    struct prefork prefork = plain_prefork();
    int64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
    int status = 0;

    (void)state;
    prefork.drain_ms = 1000;
    start_master_with_sigterm_blocked(&prefork);
    await_event(STARTED, -1, 1);
    atomic_store(&control->keeps_serving, 1);
    /* Asked again and again, a drain that starts anew would never end. */
    do {
        kill(master, SIGTERM);
        usleep(20000);
        read_remaining_events();
        assert_true(clock_now_ns() < deadline_ns);
    } while (waitpid(master, &status, WNOHANG) == 0);
    master = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_nobody_left();
}

static void a_reload_during_a_stop_starts_nobody(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    kill(master, SIGTERM);
    await_event(TOLD_TO_DRAIN, -1, WORKERS);
    kill(master, SIGHUP);
    time_stop_ms(SIGINT);
    assert_int_equal(count_events(BORN, -1), WORKERS);
    assert_int_equal(count_events(ASKED_TO_RELOAD, -1), 0);
}

static void a_worker_that_dies_during_a_stop_is_not_replaced(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    atomic_store(&control->keeps_serving, 1);
    kill(master, SIGTERM);
    await_event(TOLD_TO_DRAIN, -1, WORKERS);
    for (int index = 0; index < WORKERS; index++)
        kill(find_event(BORN, index, 1)->pid, SIGKILL);
    assert_int_equal(await_master_end(), 0);
    assert_int_equal(count_events(BORN, -1), WORKERS);
}

static void a_killed_master_leaves_no_orphan(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    kill(master, SIGKILL);
    assert_int_equal(await_end(master), 1000 + SIGKILL);
    master = 0;
    for (int index = 0; index < WORKERS; index++) {
        pid_t worker = await_event(TOLD_TO_DRAIN, index, 1).pid;
        assert_int_equal(await_end(worker), 0);
    }
    assert_nobody_left();
}

/* The heir's pid, once it is the master with workers of its own. */
static pid_t await_heir(void)
{
    pid_t heir = await_event(STARTED, -1, 2).pid;

    for (int index = 0; index < WORKERS; index++) {
        await_event(TOLD_TO_DRAIN, index, 1);
        await_event(SERVING, index, 2);
    }
    return heir;
}

static void a_killed_master_has_an_heir(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.has_heir = true;
    start_and_await_all(&prefork);
    kill(master, SIGKILL);
    assert_int_equal(await_end(master), 1000 + SIGKILL);
    master = await_heir();
    for (int index = 0; index < WORKERS; index++)
        assert_int_equal(await_end(find_event(BORN, index, 1)->pid), 0);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_nobody_left();
}

static void say_abandoned(void *data)
{
    (void)data;
    tell(ABANDONED, -1);
}

/* Starts a master in a child of its own, which does nothing more. */
static pid_t start_by_another(const struct prefork *prefork)
{
    pid_t starter = fork();

    if (starter == 0) {
        start_master(prefork);
        alarm(2 * PATIENCE_NS / CLOCK_NS_PER_S);
        pause();
    }
    return starter;
}

static void an_heir_ends_with_whoever_started_the_first_master(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.has_heir = true;
    prefork.abandoned = say_abandoned;
    pid_t starter = start_by_another(&prefork);
    pid_t first = await_event(STARTED, -1, 1).pid;
    kill(first, SIGKILL);
    pid_t heir = await_heir();
    kill(starter, SIGKILL);
    await_event(ABANDONED, -1, 1);
    assert_int_equal(await_end(heir), 0);
    assert_int_equal(await_end(starter), 1000 + SIGKILL);
}

/* As spawn-fcgi does. */
static void an_heir_whose_starter_ended_long_ago_goes_on(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.has_heir = true;
    prefork.abandoned = say_abandoned;
    pid_t starter = start_by_another(&prefork);
    master = await_event(STARTED, -1, 1).pid;
    kill(starter, SIGKILL);
    assert_int_equal(await_end(starter), 1000 + SIGKILL);
    kill(master, SIGKILL);
    assert_int_equal(await_end(master), 1000 + SIGKILL);
    master = await_heir();
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_int_equal(count_events(ABANDONED, -1), 0);
}

static void other_children_of_the_process_are_left_alone(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    master = fork();
    if (master == 0) {
        pid_t other = fork();
        if (other == 0)
            _exit(7);
        int status, code = prefork_run(&prefork);
        _exit(code == 0 && waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 7 ? 0 : 1);
    }
    await_event(STARTED, -1, 1);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
}

static void the_caller_gets_its_signals_back(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    master = fork();
    if (master == 0) {
        sigset_t before, after;
        sigemptyset(&before);
        sigaddset(&before, SIGWINCH);
        sigprocmask(SIG_SETMASK, &before, NULL);
        int code = prefork_run(&prefork);
        sigprocmask(SIG_BLOCK, NULL, &after);
        _exit(memcmp(&before, &after, sizeof(long)) == 0 ? code : 1);
    }
    await_event(STARTED, -1, 1);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
}

static void an_ignored_sigchld_is_no_trap(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    master = fork();
    if (master == 0) {
        signal(SIGCHLD, SIG_IGN);
        exit(prefork_run(&prefork));
    }
    await_event(STARTED, -1, 1);
    kill(find_event(BORN, 0, 1)->pid, SIGKILL);
    await_event(SERVING, 0, 2);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREFORK_TEST(drained_workers_end_the_master),
        PREFORK_TEST(the_master_waits_for_workers_that_drain),
        PREFORK_TEST(workers_that_do_not_drain_in_time_are_killed),
        PREFORK_TEST(stopped_workers_are_killed_in_time),
        PREFORK_TEST(sigint_does_not_wait_for_a_drain),
        PREFORK_TEST(sigquit_does_not_wait_for_a_drain),
        PREFORK_TEST(workers_deaf_to_sigint_are_killed_after_half_a_second),
        PREFORK_TEST(sigint_cuts_a_drain_short),
        PREFORK_TEST(a_second_sigterm_does_not_prolong_the_drain),
        PREFORK_TEST(a_reload_during_a_stop_starts_nobody),
        PREFORK_TEST(a_worker_that_dies_during_a_stop_is_not_replaced),
        PREFORK_TEST(a_killed_master_leaves_no_orphan),
        PREFORK_TEST(a_killed_master_has_an_heir),
        PREFORK_TEST(an_heir_ends_with_whoever_started_the_first_master),
        PREFORK_TEST(an_heir_whose_starter_ended_long_ago_goes_on),
        PREFORK_TEST(other_children_of_the_process_are_left_alone),
        PREFORK_TEST(the_caller_gets_its_signals_back),
        PREFORK_TEST(an_ignored_sigchld_is_no_trap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
