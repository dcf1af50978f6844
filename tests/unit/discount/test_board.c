/* SPDX-License-Identifier: MIT */
/* The board: when a revision is used, seen by workers that live, die, stop and come late. Workers are forked. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/log.h"
#include "discount/service/board.h"

#define SEATS 4
#define WATCHDOG_S 600

static struct board *board;

static int make_board(void **state)
{
    (void)state;
    alarm(WATCHDOG_S);
    board = board_new(SEATS);
    return board == NULL;
}

static int free_board(void **state)
{
    (void)state;
    board_free(board);
    return 0;
}

/* A worker in a process of its own: it sits, prepares `revision` (0: nothing), says so through a pipe, and lives until
 * it is killed. */
struct worker {
    pid_t pid;
    int orders; /* a byte in here lets it leave its seat and end */
};

static bool are_heard_of; /* workers that are started from now on say once that they run */

static struct worker start_worker(int64_t revision)
{
    struct worker worker;
    int ready[2], orders[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(orders), 0);
    worker.pid = fork();
    assert_true(worker.pid >= 0);
    if (worker.pid == 0) {
        close(orders[1]);
        struct board_seat *seat = board_sit(board);
        if (seat != NULL && revision > 0)
            board_prepared(board, seat, revision);
        if (seat != NULL && are_heard_of)
            board_beat(seat, false);
        if (write(ready[1], seat != NULL ? "y" : "n", 1) != 1 || read(orders[0], &byte, 1) != 1)
            _exit(1);
        board_leave(board, seat);
        _exit(0);
    }
    close(ready[1]);
    close(orders[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    close(ready[0]);
    worker.orders = orders[1];
    return worker;
}

static int await_end(struct worker *worker)
{
    int status;

    assert_int_equal(waitpid(worker->pid, &status, 0), worker->pid);
    close(worker->orders);
    return status;
}

static void kill_worker(struct worker *worker)
{
    kill(worker->pid, SIGKILL);
    await_end(worker);
}

static int64_t soon(void)
{
    return clock_now_ns() + 100 * CLOCK_NS_PER_MS;
}

static int64_t later(void)
{
    return clock_now_ns() + WATCHDOG_S * CLOCK_NS_PER_S;
}

static void a_revision_is_active_when_every_worker_has_prepared_it(void **state)
{
    (void)state;
    struct worker other = start_worker(7);
    struct board_seat *seat = board_sit(board);

    assert_int_equal(board_active(board), 7); /* it was alone when it prepared */
    board_prepared(board, seat, 8);
    assert_int_equal(board_active(board), 7);
    assert_false(board_await(board, 8, soon()));
    kill_worker(&other);
    assert_true(board_await(board, 8, later()));
    board_leave(board, seat);
}

static void a_worker_that_still_reads_keeps_a_revision_from_becoming_active(void **state)
{
    (void)state;
    struct board_seat *seat = board_sit(board);
    board_prepared(board, seat, 1);
    struct worker newborn = start_worker(0);

    board_prepared(board, seat, 2);
    assert_false(board_await(board, 2, soon()));
    kill_worker(&newborn);
    assert_true(board_await(board, 2, later()));
    board_leave(board, seat);
}

static void a_worker_that_leaves_keeps_nobody_waiting(void **state)
{
    (void)state;
    struct worker other = start_worker(1);
    struct board_seat *seat = board_sit(board);

    board_prepared(board, seat, 2);
    assert_int_equal(write(other.orders, "!", 1), 1);
    assert_int_equal(await_end(&other), 0);
    assert_int_equal(board_active(board), 2); /* without anybody asking */
    board_leave(board, seat);
}

static void a_dead_workers_seat_can_be_taken_again(void **state)
{
    struct worker workers[SEATS];

    (void)state;
    for (int i = 0; i < SEATS; i++)
        workers[i] = start_worker(1);
    assert_null(board_sit(board));
    kill_worker(&workers[1]);
    struct board_seat *seat = board_sit(board);
    assert_non_null(seat);
    board_leave(board, seat);
    kill_worker(&workers[0]);
    kill_worker(&workers[2]);
    kill_worker(&workers[3]);
}

static void a_worker_that_is_stopped_is_ended(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct worker stopped = start_worker(1);
    struct board_seat *seat = board_sit(board);

    kill(stopped.pid, SIGSTOP);
    board_prepared(board, seat, 2);
    assert_true(board_await(board, 2, later()));
    int status = await_end(&stopped);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    board_leave(board, seat);
}

static void a_worker_that_falls_silent_is_ended_before_a_slow_one(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    are_heard_of = true;
    struct worker silent = start_worker(1);
    are_heard_of = false;
    struct worker slow = start_worker(1);
    int64_t begin_ns = clock_now_ns();
    int status;

    kill(silent.pid, SIGSTOP);
    assert_false(board_await(board, 2, begin_ns + (BOARD_SILENCE_MS + BOARD_PATIENCE_MS) / 2 * CLOCK_NS_PER_MS));
    status = await_end(&silent);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(waitpid(slow.pid, &status, WNOHANG), 0);
    kill_worker(&slow);
}

static void who_waits_is_told_when_a_worker_refuses_the_revision(void **state)
{
    struct board_status status;
    struct board_worker workers[SEATS];

    (void)state;
    struct board_seat *seat = board_sit(board);
    board_prepared(board, seat, 1);
    board_refused(board, 2, "rule x: percent is 20000");
    assert_false(board_await(board, 2, later()));
    board_status(board, &status, workers, SEATS);
    assert_int_equal(status.refused, 2);
    assert_string_equal(status.reason, "rule x: percent is 20000");
    board_prepared(board, seat, 3);
    board_status(board, &status, workers, SEATS);
    assert_int_equal(status.refused, 0);
    board_leave(board, seat);
}

static void a_writer_that_dies_leaves_the_way_to_the_next(void **state)
{
    (void)state;
    pid_t writer = fork();
    if (writer == 0)
        _exit(board_lock_writer(board, 1000) ? 0 : 1); /* and never unlocks */
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_true(board_lock_writer(board, 1000));
    board_unlock_writer(board);
}

static void only_one_writes_at_a_time(void **state)
{
    int done[2], status;
    char byte;

    (void)state;
    assert_int_equal(pipe(done), 0);
    pid_t writer = fork();
    if (writer == 0) {
        bool is_locked = board_lock_writer(board, 1000);
        if (!is_locked || write(done[1], "y", 1) != 1)
            _exit(1);
        pause();
        _exit(1);
    }
    assert_int_equal(read(done[0], &byte, 1), 1);
    assert_false(board_lock_writer(board, 100));
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(board_lock_writer(board, 1000));
    board_unlock_writer(board);
    close(done[0]);
    close(done[1]);
}

static void the_status_lists_who_lives(void **state)
{
    struct board_status status;
    struct board_worker workers[SEATS];

    (void)state;
    struct worker one = start_worker(5), two = start_worker(5);
    kill_worker(&one);
    assert_int_equal(board_status(board, &status, workers, SEATS), 1);
    assert_int_equal(workers[0].pid, two.pid);
    assert_int_equal(workers[0].prepared, 5);
    assert_int_equal(status.active, 5);
    kill_worker(&two);
}

static void a_worker_that_nobody_called_since_prices_by_the_revision_in_use(void **state)
{
    struct board_status status;
    struct board_worker workers[SEATS];

    (void)state;
    struct board_seat *seat = board_sit(board);
    board_prepared(board, seat, 5);
    assert_int_equal(board_status(board, &status, workers, SEATS), 1);
    assert_int_equal(workers[0].revision, 0); /* it starts */
    board_uses(seat, 5);
    board_prepared(board, seat, 6);
    assert_int_equal(board_status(board, &status, workers, SEATS), 1);
    assert_int_equal(status.active, 6);
    assert_int_equal(workers[0].revision, 6);
    board_leave(board, seat);
}

static struct board_contradiction make_contradiction(int32_t id, const char *slug)
{
    struct board_contradiction made = {.id = id, .known_id = 1, .seen_at = 7};

    snprintf(made.slug, sizeof made.slug, "%s", slug);
    return made;
}

static void what_contradicts_is_noted_once_by_all_workers(void **state)
{
    struct board_contradiction noted[BOARD_CONTRADICTIONS_MAX];
    const struct board_contradiction mug = make_contradiction(5, "mug"), cup = make_contradiction(5, "cup");

    (void)state;
    pid_t worker = fork();
    if (worker == 0)
        _exit(board_note_contradiction(board, &mug) == 1 ? 0 : 1);
    int status;
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_int_equal(status, 0);
    assert_int_equal(board_note_contradiction(board, &mug), 0);
    assert_int_equal(board_note_contradiction(board, &cup), 2);
    assert_int_equal(board_contradictions(board, noted), 2);
    assert_memory_equal(&noted[0], &mug, sizeof mug);

    for (int32_t id = 3; id <= BOARD_CONTRADICTIONS_MAX; id++) {
        struct board_contradiction more = make_contradiction(100 + id, "more");
        assert_int_equal(board_note_contradiction(board, &more), id);
    }
    const struct board_contradiction late = make_contradiction(6, "late"), later_still = make_contradiction(7, "later");
    assert_int_equal(board_note_contradiction(board, &late), BOARD_CONTRADICTIONS_MAX + 1);
    assert_int_equal(board_note_contradiction(board, &later_still), 0);
    assert_int_equal(board_contradictions(board, noted), BOARD_CONTRADICTIONS_MAX);
}

static void *announce_later(void *data)
{
    const struct timespec while_ = {.tv_nsec = 20 * CLOCK_NS_PER_MS};

    (void)data;
    nanosleep(&while_, NULL);
    board_announce(board, 9);
    return NULL;
}

static void who_waits_is_woken_by_an_announcement(void **state)
{
    uint32_t seen = 0;
    pthread_t thread;

    (void)state;
    board_wait(board, &seen, 0);
    assert_int_equal(pthread_create(&thread, NULL, announce_later, NULL), 0);
    board_wait(board, &seen, WATCHDOG_S * 1000); /* longer than the test lives */
    assert_int_equal(pthread_join(thread, NULL), 0);
}

#define BOARD_TEST(test) cmocka_unit_test_setup_teardown(test, make_board, free_board)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOARD_TEST(a_revision_is_active_when_every_worker_has_prepared_it),
        BOARD_TEST(a_worker_that_still_reads_keeps_a_revision_from_becoming_active),
        BOARD_TEST(a_worker_that_leaves_keeps_nobody_waiting),
        BOARD_TEST(a_dead_workers_seat_can_be_taken_again),
        BOARD_TEST(a_worker_that_is_stopped_is_ended),
        BOARD_TEST(a_worker_that_falls_silent_is_ended_before_a_slow_one),
        BOARD_TEST(who_waits_is_told_when_a_worker_refuses_the_revision),
        BOARD_TEST(a_writer_that_dies_leaves_the_way_to_the_next),
        BOARD_TEST(only_one_writes_at_a_time),
        BOARD_TEST(the_status_lists_who_lives),
        BOARD_TEST(what_contradicts_is_noted_once_by_all_workers),
        BOARD_TEST(a_worker_that_nobody_called_since_prices_by_the_revision_in_use),
        BOARD_TEST(who_waits_is_woken_by_an_announcement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
