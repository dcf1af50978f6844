/* SPDX-License-Identifier: MIT */
/* Workers that start, die and are replaced. */
#include "tests/unit/common/prefork_harness.h"

#include "common/settings.h"

/* In this program fork(2) fails when a test says so. */
pid_t fork(void);
pid_t fork(void)
{
    if (control != NULL && atomic_load(&control->failing_forks) > 0) {
        atomic_fetch_sub(&control->failing_forks, 1);
        errno = EAGAIN;
        return -1;
    }
    return _Fork();
}

static int64_t ms_between(struct event first, struct event second)
{
    return (second.at_ns - first.at_ns) / CLOCK_NS_PER_MS;
}

/* ---- Start ---- */

static void the_master_says_once_that_all_are_ready(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    for (int index = 0; index < WORKERS; index++)
        assert_non_null(find_event(READY, index, 1));
    kill(master, SIGHUP);
    await_event(SERVING, -1, 2 * WORKERS);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_int_equal(count_events(STARTED, -1), 1);
}

static void the_master_does_not_say_so_before(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    atomic_store(&control->gate_is_closed, 1);
    start_master(&prefork);
    await_event(BORN, -1, WORKERS);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
    assert_int_equal(count_events(STARTED, -1), 0);
}

static void the_master_looks_again_and_again_while_workers_serve(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.look = say_looked;
    prefork.look_ms = 20;
    int64_t began_ns = clock_now_ns();
    start_and_await_all(&prefork);
    await_event(LOOKED, -1, 3);
    assert_true(clock_now_ns() - began_ns >= 3 * prefork.look_ms * CLOCK_NS_PER_MS);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
}

/* Serves if its signals are as the header promises. */
static int check_signals(void *data, int index)
{
    struct sigaction pipe_action, usr2_action;
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGPIPE, NULL, &pipe_action);
    sigaction(SIGUSR2, NULL, &usr2_action);
    bool right = sigismember(&mask, SIGTERM) && sigismember(&mask, SIGINT) && sigismember(&mask, SIGHUP) &&
                 sigismember(&mask, SIGCHLD) && sigismember(&mask, SIGWINCH) && !sigismember(&mask, SIGUSR1) &&
                 !sigismember(&mask, SIGUSR2) && !sigismember(&mask, SIGQUIT) && !sigismember(&mask, SIGPIPE) &&
                 pipe_action.sa_handler == SIG_IGN && usr2_action.sa_handler == SIG_DFL;
    return right ? serve(data, index) : SETTINGS_EXIT_CODE;
}

static void a_worker_is_born_with_the_promised_signals(void **state)
{
    struct prefork prefork = plain_prefork();
    sigset_t odd, before;

    (void)state;
    prefork.work = check_signals;
    sigemptyset(&odd);
    sigaddset(&odd, SIGWINCH);
    sigprocmask(SIG_SETMASK, &odd, &before);
    start_master(&prefork);
    sigprocmask(SIG_SETMASK, &before, NULL);
    await_event(STARTED, -1, 1);
}

static void being_ready_means_nothing_outside_a_worker(void **state)
{
    sigset_t wake_up, before, pending;

    (void)state;
    sigemptyset(&wake_up);
    sigaddset(&wake_up, SIGUSR2);
    sigprocmask(SIG_BLOCK, &wake_up, &before);
    pid_t child = fork();
    if (child == 0) {
        prefork_worker_ready();
        _exit(0);
    }
    assert_int_equal(await_end(child), 0);
    sigpending(&pending);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_false(sigismember(&pending, SIGUSR2));
}

static void a_failing_fork_is_tried_again(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    atomic_store(&control->failing_forks, 4);
    master = _Fork();
    if (master == 0)
        run_master(&prefork);
    await_event(STARTED, -1, 1);
    assert_int_equal(atomic_load(&control->failing_forks), 0);
    assert_int_equal(count_events(BORN, -1), WORKERS);
}

/* ---- Death ---- */

/* Until workers count as having lived. */
static void let_live(void)
{
    usleep(1100 * 1000);
}

static void a_worker_that_lived_is_replaced_at_once(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    await_event(SERVING, -1, WORKERS);
    let_live();
    for (int index = 0; index < WORKERS; index++) {
        kill(find_event(BORN, index, 1)->pid, SIGKILL);
        await_event(SERVING, index, 2);
    }
    assert_int_equal(count_logged("worker-delayed"), 0);
}

static int die_at_once(void *data, int index)
{
    (void)data;
    tell(BORN, index);
    return 1;
}

static void a_worker_that_cannot_start_is_tried_at_doubling_intervals(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.workers = 1;
    prefork.work = die_at_once;
    start_master(&prefork);
    int64_t pause_ms = 100;
    for (int nth = 1; nth <= 4; nth++, pause_ms *= 2) {
        char pause[30];
        assert_true(ms_between(await_event(BORN, 0, nth), await_event(BORN, 0, nth + 1)) >= pause_ms);
        snprintf(pause, sizeof pause, "again_in_ms=%d\n", (int)pause_ms);
        assert_int_equal(count_logged(pause), 1);
    }
}

static void a_worker_that_dies_right_after_it_was_ready_is_not_replaced_at_once(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.workers = 1;
    start_and_await_all(&prefork);
    struct event serving = await_event(SERVING, 0, 1);
    kill(serving.pid, SIGKILL);
    assert_true(ms_between(serving, await_event(BORN, 0, 2)) >= 100);
}

static void a_worker_that_was_never_ready_has_not_lived(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.workers = 1;
    atomic_store(&control->gate_is_closed, 1);
    start_master(&prefork);
    pid_t worker = await_event(BORN, 0, 1).pid;
    let_live();
    struct event death = {.at_ns = clock_now_ns()};
    kill(worker, SIGKILL);
    assert_true(ms_between(death, await_event(BORN, 0, 2)) >= 100);
}

static void a_worker_that_is_never_ready_is_replaced(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.workers = 1;
    prefork.ready_ms = 300;
    atomic_store(&control->gate_is_closed, 1);
    start_master(&prefork);
    await_event(BORN, 0, 2);
    assert_true(count_logged("reason=\"was not ready in time\"") >= 1);
    atomic_store(&control->gate_is_closed, 0);
    pid_t worker = await_event(SERVING, 0, 1).pid;
    struct timespec longer = {.tv_nsec = 600 * CLOCK_NS_PER_MS}; /* than it may take to be ready */
    nanosleep(&longer, NULL);
    assert_int_equal(kill(worker, 0), 0);
}

static void a_life_makes_the_pauses_forgotten(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.workers = 1;
    atomic_store(&control->gate_is_closed, 1);
    start_master(&prefork);
    for (int nth = 1; nth <= 4; nth++)
        kill(await_event(BORN, 0, nth).pid, SIGKILL);
    await_event(BORN, 0, 5); /* after 800 ms */
    atomic_store(&control->gate_is_closed, 0);
    await_event(SERVING, 0, 1);
    let_live();
    int pauses = count_logged("worker-delayed");
    kill(find_event(SERVING, 0, 1)->pid, SIGKILL);
    await_event(BORN, 0, 6);
    assert_int_equal(count_logged("worker-delayed"), pauses);
}

static void a_dead_worker_s_neighbours_go_on(void **state)
{
    const struct prefork prefork = plain_prefork();

    (void)state;
    start_and_await_all(&prefork);
    kill(await_event(SERVING, 1, 1).pid, SIGKILL);
    await_event(SERVING, 1, 2);
    assert_int_equal(count_events(BORN, 0), 1);
    assert_int_equal(count_events(BORN, 2), 1);
    assert_int_equal(count_events(TOLD_TO_DRAIN, -1), 0);
}

/* ---- A wrong setting ---- */

static int find_wrong_setting(void *data, int index)
{
    if (index != WORKERS - 1)
        return serve(data, index);
    tell(BORN, index);
    while (atomic_load(&control->wrong_is_held))
        usleep(1000);
    return SETTINGS_EXIT_CODE;
}

static void a_wrong_setting_ends_the_master_with_its_code(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.work = find_wrong_setting;
    atomic_store(&control->gate_is_closed, 1);
    start_master(&prefork);
    assert_int_equal(await_master_end(), SETTINGS_EXIT_CODE);
    assert_nobody_left();
    assert_int_equal(count_events(BORN, WORKERS - 1), 1);
    assert_int_equal(count_events(STARTED, -1), 0);
}

static void after_somebody_served_a_wrong_setting_is_tried_again(void **state)
{
    struct prefork prefork = plain_prefork();

    (void)state;
    prefork.work = find_wrong_setting;
    atomic_store(&control->wrong_is_held, 1);
    start_master(&prefork);
    await_event(SERVING, 0, 1);
    atomic_store(&control->wrong_is_held, 0);
    await_event(BORN, WORKERS - 1, 2);
    kill(master, SIGTERM);
    assert_int_equal(await_master_end(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREFORK_TEST(the_master_says_once_that_all_are_ready),
        PREFORK_TEST(the_master_does_not_say_so_before),
        PREFORK_TEST(the_master_looks_again_and_again_while_workers_serve),
        PREFORK_TEST(a_worker_is_born_with_the_promised_signals),
        PREFORK_TEST(being_ready_means_nothing_outside_a_worker),
        PREFORK_TEST(a_failing_fork_is_tried_again),
        PREFORK_TEST(a_worker_that_lived_is_replaced_at_once),
        PREFORK_TEST(a_worker_that_cannot_start_is_tried_at_doubling_intervals),
        PREFORK_TEST(a_worker_that_dies_right_after_it_was_ready_is_not_replaced_at_once),
        PREFORK_TEST(a_worker_that_was_never_ready_has_not_lived),
        PREFORK_TEST(a_worker_that_is_never_ready_is_replaced),
        PREFORK_TEST(a_life_makes_the_pauses_forgotten),
        PREFORK_TEST(a_dead_worker_s_neighbours_go_on),
        PREFORK_TEST(a_wrong_setting_ends_the_master_with_its_code),
        PREFORK_TEST(after_somebody_served_a_wrong_setting_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
