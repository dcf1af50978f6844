/* SPDX-License-Identifier: MIT */
/* The rollout: when a revision is used, seen by workers that live, die, stop and come late. Workers are forked. */
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
#include "discount/service/rollout.h"

#define SLOTS 4
#define WATCHDOG_S 600

static struct rollout *rollout;

static int make_rollout(void **state)
{
    (void)state;
    alarm(WATCHDOG_S);
    rollout = rollout_new(SLOTS, false);
    if (rollout == NULL)
        return -1;
    /* It begins as if something had been lent just now. */
    const struct timespec lease = {.tv_nsec = LEASE_NS};
    return nanosleep(&lease, NULL);
}

static int free_rollout(void **state)
{
    (void)state;
    rollout_free(rollout);
    return 0;
}

/* A worker in a process of its own: it sits, prepares `revision` (0: nothing), says so through a pipe, and lives until
 * it is killed. */
struct worker {
    pid_t pid;
    int orders; /* a byte in here lets it leave its slot and end */
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
        struct rollout_slot *slot = rollout_join(rollout);
        if (slot != NULL && revision > 0)
            rollout_prepared(rollout, slot, revision);
        if (slot != NULL && are_heard_of)
            rollout_beat(slot, false);
        if (write(ready[1], slot != NULL ? "y" : "n", 1) != 1 || read(orders[0], &byte, 1) != 1)
            _exit(1);
        rollout_leave(rollout, slot);
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

static void pause_briefly(void)
{
    const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

    nanosleep(&pause, NULL);
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
    struct rollout_slot *slot = rollout_join(rollout);

    assert_int_equal(rollout_active(rollout), 7); /* it was alone when it prepared */
    rollout_prepared(rollout, slot, 8);
    assert_int_equal(rollout_active(rollout), 7);
    assert_false(rollout_await(rollout, 8, soon()));
    kill_worker(&other);
    assert_true(rollout_await(rollout, 8, later()));
    rollout_leave(rollout, slot);
}

static void a_worker_that_still_reads_keeps_a_revision_from_becoming_active(void **state)
{
    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    struct worker newborn = start_worker(0);

    rollout_prepared(rollout, slot, 2);
    assert_false(rollout_await(rollout, 2, soon()));
    kill_worker(&newborn);
    assert_true(rollout_await(rollout, 2, later()));
    rollout_leave(rollout, slot);
}

static void a_worker_that_leaves_keeps_nobody_waiting(void **state)
{
    (void)state;
    struct worker other = start_worker(1);
    struct rollout_slot *slot = rollout_join(rollout);

    rollout_prepared(rollout, slot, 2);
    assert_int_equal(write(other.orders, "!", 1), 1);
    assert_int_equal(await_end(&other), 0);
    assert_int_equal(rollout_active(rollout), 2); /* without anybody asking */
    rollout_leave(rollout, slot);
}

static void a_dead_workers_slot_can_be_taken_again(void **state)
{
    struct worker workers[SLOTS];

    (void)state;
    for (int i = 0; i < SLOTS; i++)
        workers[i] = start_worker(1);
    assert_null(rollout_join(rollout));
    kill_worker(&workers[1]);
    struct rollout_slot *slot = rollout_join(rollout);
    assert_non_null(slot);
    rollout_leave(rollout, slot);
    kill_worker(&workers[0]);
    kill_worker(&workers[2]);
    kill_worker(&workers[3]);
}

static void a_worker_that_is_stopped_is_ended(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1);
    struct worker stopped = start_worker(1);
    struct rollout_slot *slot = rollout_join(rollout);

    kill(stopped.pid, SIGSTOP);
    rollout_prepared(rollout, slot, 2);
    assert_true(rollout_await(rollout, 2, later()));
    int status = await_end(&stopped);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    rollout_leave(rollout, slot);
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
    assert_false(
        rollout_await(rollout, 2, begin_ns + (ROLLOUT_SILENCE_MS + ROLLOUT_PATIENCE_MS) / 2 * CLOCK_NS_PER_MS));
    status = await_end(&silent);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(waitpid(slow.pid, &status, WNOHANG), 0);
    kill_worker(&slow);
}

static void who_waits_is_told_when_a_worker_refuses_the_revision(void **state)
{
    struct rollout_status status;
    struct rollout_worker workers[SLOTS];

    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    rollout_refused(rollout, 2, "rule x: percent is 20000");
    assert_false(rollout_await(rollout, 2, later()));
    rollout_status(rollout, &status, workers, SLOTS);
    assert_int_equal(status.refused, 2);
    assert_string_equal(status.reason, "rule x: percent is 20000");
    rollout_prepared(rollout, slot, 3);
    rollout_status(rollout, &status, workers, SLOTS);
    assert_int_equal(status.refused, 0);
    rollout_leave(rollout, slot);
}

static void a_writer_that_dies_leaves_the_way_to_the_next(void **state)
{
    (void)state;
    pid_t writer = fork();
    if (writer == 0)
        _exit(rollout_lock_writer(rollout, 1000) ? 0 : 1); /* and never unlocks */
    int status;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_true(rollout_lock_writer(rollout, 1000));
    rollout_unlock_writer(rollout);
}

static void only_one_writes_at_a_time(void **state)
{
    int done[2], status;
    char byte;

    (void)state;
    assert_int_equal(pipe(done), 0);
    pid_t writer = fork();
    if (writer == 0) {
        bool is_locked = rollout_lock_writer(rollout, 1000);
        if (!is_locked || write(done[1], "y", 1) != 1)
            _exit(1);
        pause();
        _exit(1);
    }
    assert_int_equal(read(done[0], &byte, 1), 1);
    assert_false(rollout_lock_writer(rollout, 100));
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(rollout_lock_writer(rollout, 1000));
    rollout_unlock_writer(rollout);
    close(done[0]);
    close(done[1]);
}

static void the_status_lists_who_lives(void **state)
{
    struct rollout_status status;
    struct rollout_worker workers[SLOTS];

    (void)state;
    struct worker one = start_worker(5), two = start_worker(5);
    kill_worker(&one);
    assert_int_equal(rollout_status(rollout, &status, workers, SLOTS), 1);
    assert_int_equal(workers[0].pid, two.pid);
    assert_int_equal(workers[0].prepared, 5);
    assert_int_equal(status.active, 5);
    kill_worker(&two);
}

static void a_worker_that_nobody_called_since_prices_by_the_revision_in_use(void **state)
{
    struct rollout_status status;
    struct rollout_worker workers[SLOTS];

    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 5);
    assert_int_equal(rollout_status(rollout, &status, workers, SLOTS), 1);
    assert_int_equal(workers[0].revision, 0); /* it starts */
    rollout_uses(slot, 5);
    rollout_prepared(rollout, slot, 6);
    assert_int_equal(rollout_status(rollout, &status, workers, SLOTS), 1);
    assert_int_equal(status.active, 6);
    assert_int_equal(workers[0].revision, 6);
    rollout_leave(rollout, slot);
}

static struct rollout_contradiction make_contradiction(int32_t id, const char *slug)
{
    struct rollout_contradiction made = {.id = id, .known_id = 1, .seen_at = 7};

    snprintf(made.slug, sizeof made.slug, "%s", slug);
    return made;
}

static void what_contradicts_is_noted_once_by_all_workers(void **state)
{
    struct rollout_contradiction noted[ROLLOUT_CONTRADICTIONS_MAX];
    const struct rollout_contradiction mug = make_contradiction(5, "mug"), cup = make_contradiction(5, "cup");

    (void)state;
    pid_t worker = fork();
    if (worker == 0)
        _exit(rollout_note_contradiction(rollout, &mug) == 1 ? 0 : 1);
    int status;
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_int_equal(status, 0);
    assert_int_equal(rollout_note_contradiction(rollout, &mug), 0);
    assert_int_equal(rollout_note_contradiction(rollout, &cup), 2);
    assert_int_equal(rollout_contradictions(rollout, noted), 2);
    assert_memory_equal(&noted[0], &mug, sizeof mug);

    for (int32_t id = 3; id <= ROLLOUT_CONTRADICTIONS_MAX; id++) {
        struct rollout_contradiction more = make_contradiction(100 + id, "more");
        assert_int_equal(rollout_note_contradiction(rollout, &more), id);
    }
    const struct rollout_contradiction late = make_contradiction(6, "late"),
                                       later_still = make_contradiction(7, "later");
    assert_int_equal(rollout_note_contradiction(rollout, &late), ROLLOUT_CONTRADICTIONS_MAX + 1);
    assert_int_equal(rollout_note_contradiction(rollout, &later_still), 0);
    assert_int_equal(rollout_contradictions(rollout, noted), ROLLOUT_CONTRADICTIONS_MAX);
}

static void *announce_later(void *data)
{
    const struct timespec while_ = {.tv_nsec = 20 * CLOCK_NS_PER_MS};

    (void)data;
    nanosleep(&while_, NULL);
    rollout_announce(rollout, 9);
    return NULL;
}

static void who_waits_is_woken_by_an_announcement(void **state)
{
    uint32_t seen = 0;
    pthread_t thread;

    (void)state;
    rollout_wait(rollout, &seen, 0);
    assert_int_equal(pthread_create(&thread, NULL, announce_later, NULL), 0);
    rollout_wait(rollout, &seen, WATCHDOG_S * 1000); /* longer than the test lives */
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* ---- Leases ---- */

static bool lend(int64_t revision)
{
    return rollout_lend(rollout, revision, clock_now_ns(), LEASE_NS);
}

static void a_revision_waits_for_what_is_lent(void **state)
{
    struct rollout_status status;

    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    int64_t lent_ns = clock_now_ns();
    assert_true(lend(1));
    rollout_prepared(rollout, slot, 2);
    assert_int_equal(rollout_active(rollout), 1);
    (void)rollout_status(rollout, &status, NULL, 0);
    assert_true(status.waits_for_leases);
    assert_in_range(status.lease_ms, 1, LEASE_MS);
    assert_false(lend(1)); /* it would wait for ever */
    assert_true(rollout_await(rollout, 2, later()));
    assert_true(clock_now_ns() - lent_ns >= LEASE_NS);
    (void)rollout_status(rollout, &status, NULL, 0);
    assert_false(status.waits_for_leases);
    assert_int_equal(status.lease_ms, 0);
    rollout_leave(rollout, slot);
}

static void what_a_dead_worker_lent_holds(void **state)
{
    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    pid_t lender = fork();
    if (lender == 0)
        _exit(lend(1) ? 0 : 1);
    int status;
    assert_int_equal(waitpid(lender, &status, 0), lender);
    assert_int_equal(status, 0);
    rollout_prepared(rollout, slot, 2);
    assert_int_equal(rollout_active(rollout), 1);
    assert_true(rollout_await(rollout, 2, later()));
    rollout_leave(rollout, slot);
}

static void after_a_change_nothing_is_lent_for_as_long_as_a_lease(void **state)
{
    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    int64_t changed_ns = clock_now_ns();
    rollout_prepared(rollout, slot, 2);
    assert_int_equal(rollout_active(rollout), 2); /* nothing was lent */
    while (!lend(2))
        pause_briefly();
    assert_true(clock_now_ns() - changed_ns >= LEASE_NS);
    rollout_leave(rollout, slot);
}

static void nothing_is_lent_while_a_revision_cannot_be_read(void **state)
{
    (void)state;
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 1);
    assert_false(lend(0));
    assert_false(lend(2)); /* it is not in use */
    rollout_refused(rollout, 2, "it is odd");
    assert_false(lend(1));
    rollout_prepared(rollout, slot, 3);
    assert_true(rollout_await(rollout, 3, later()));
    while (!lend(3))
        pause_briefly();
    rollout_leave(rollout, slot);
}

static void who_comes_after_a_service_that_vanished_waits_for_what_it_lent(void **state)
{
    (void)state;
    rollout_free(rollout);
    int64_t began_ns = clock_now_ns();
    rollout = rollout_new(SLOTS, true);
    struct rollout_slot *slot = rollout_join(rollout);
    rollout_prepared(rollout, slot, 7);
    assert_int_equal(rollout_active(rollout), 0);
    assert_true(rollout_await(rollout, 7, later()));
    assert_true(clock_now_ns() - began_ns >= LEASE_NS);
    rollout_leave(rollout, slot);
}

#define ROLLOUT_TEST(test) cmocka_unit_test_setup_teardown(test, make_rollout, free_rollout)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROLLOUT_TEST(a_revision_is_active_when_every_worker_has_prepared_it),
        ROLLOUT_TEST(a_worker_that_still_reads_keeps_a_revision_from_becoming_active),
        ROLLOUT_TEST(a_worker_that_leaves_keeps_nobody_waiting),
        ROLLOUT_TEST(a_dead_workers_slot_can_be_taken_again),
        ROLLOUT_TEST(a_worker_that_is_stopped_is_ended),
        ROLLOUT_TEST(a_worker_that_falls_silent_is_ended_before_a_slow_one),
        ROLLOUT_TEST(who_waits_is_told_when_a_worker_refuses_the_revision),
        ROLLOUT_TEST(a_writer_that_dies_leaves_the_way_to_the_next),
        ROLLOUT_TEST(only_one_writes_at_a_time),
        ROLLOUT_TEST(the_status_lists_who_lives),
        ROLLOUT_TEST(what_contradicts_is_noted_once_by_all_workers),
        ROLLOUT_TEST(a_worker_that_nobody_called_since_prices_by_the_revision_in_use),
        ROLLOUT_TEST(who_waits_is_woken_by_an_announcement),
        ROLLOUT_TEST(a_revision_waits_for_what_is_lent),
        ROLLOUT_TEST(what_a_dead_worker_lent_holds),
        ROLLOUT_TEST(after_a_change_nothing_is_lent_for_as_long_as_a_lease),
        ROLLOUT_TEST(nothing_is_lent_while_a_revision_cannot_be_read),
        ROLLOUT_TEST(who_comes_after_a_service_that_vanished_waits_for_what_it_lent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
