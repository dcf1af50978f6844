/* SPDX-License-Identifier: MIT */
/* How the FastCGI responder ends, and what it does at its limits. */
#include "tests/unit/catalog/fastcgi_harness.h"

/* ---- Ends -------------------------------------------------------------------------------------------------------- */

static void sigterm_closes_what_is_idle_and_ends(void **state)
{
    (void)state;
    int fd = asked("GET", "/", true);
    assert_answered(fd, "hello");
    kill(responder, SIGTERM);
    assert_true(client_sees_close(fd, SOON_MS));
    assert_int_equal(end_status(SOON_MS), 0);
    close(fd);
}

static void sigterm_waits_for_answers_that_are_out(void **state)
{
    (void)state;
    int fd = asked("GET", "/later", true);
    int idle = asked("GET", "/", true);
    assert_answered(idle, "hello");
    kill(responder, SIGTERM);
    assert_true(client_sees_close(idle, SOON_MS)); /* it is ending */
    assert_int_equal(write(release_pipe[1], "", 1), 1);
    assert_answered(fd, "hello");
    assert_true(client_sees_close(fd, SOON_MS));
    assert_int_equal(end_status(SOON_MS), 0);
    close(idle);
    close(fd);
}

static void sigterm_serves_whoever_has_connected(void **state)
{
    enum { COUNT = 40 };
    int fds[COUNT];

    (void)state;
    assert_serving();
    kill(responder, SIGSTOP);
    for (int i = 0; i < COUNT; i++)
        fds[i] = asked("GET", "/", false);
    kill(responder, SIGTERM);
    kill(responder, SIGCONT);
    for (int i = 0; i < COUNT; i++) {
        assert_answered(fds[i], "hello");
        close(fds[i]);
    }
    assert_int_equal(end_status(SOON_MS), 0);
}

static void sigint_does_not_wait(void **state)
{
    (void)state;
    int fd = asked("GET", "/later", false);
    assert_serving();
    kill(responder, SIGINT);
    assert_int_equal(end_status(SOON_MS), 0);
    close(fd);
}

static void out_of_descriptors_it_waits_without_spinning(void **state)
{
    enum { COUNT = 40, FILES = 24 };
    int fds[COUNT];
    struct rusage usage;

    (void)state;
    start_responder(FILES, ANSWER_MS);
    for (int i = 0; i < COUNT; i++)
        fds[i] = connected();
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    for (int i = 0; i < COUNT; i++)
        close(fds[i]);
    assert_serving();
    kill(responder, SIGTERM);
    int status;
    assert_int_equal(wait4(responder, &status, 0, &usage), responder);
    responder = 0;
    assert_int_equal(status, 0);
    assert_true(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec == 0);
    assert_true(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 250000);
}

static void a_full_house_takes_the_next_when_one_leaves(void **state)
{
    enum { ROOM = 64, FILES = 128 }; /* it keeps 64 descriptors for others */
    int fds[ROOM];

    (void)state;
    start_responder(FILES, ANSWER_MS);
    fds[0] = asked("GET", "/later", false);
    for (int i = 1; i < ROOM; i++) {
        fds[i] = asked("GET", "/", true);
        assert_answered(fds[i], "hello");
    }
    int next = asked("GET", "/", false);
    assert_false(client_sees_close(next, 50));
    assert_int_equal(write(release_pipe[1], "", 1), 1); /* another thread closes the one */
    assert_answered(fds[0], "hello");
    assert_answered(next, "hello");
    for (int i = 0; i < ROOM; i++)
        close(fds[i]);
    close(next);
}

/* Who has the answer and goes on with a body gives way to who has none. */
static void a_full_house_of_unfinished_bodies_takes_the_next(void **state)
{
    enum { ROOM = 64, FILES = 128 };
    int fds[ROOM];

    (void)state;
    start_responder(FILES, ANSWER_MS);
    for (int i = 0; i < ROOM; i++) {
        fds[i] = posted("1000", 10, false, true);
        assert_answered(fds[i], "hello");
    }
    assert_serving();
    for (int i = 0; i < ROOM; i++)
        close(fds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sigterm_closes_what_is_idle_and_ends),
        TEST(sigterm_waits_for_answers_that_are_out),
        TEST(sigterm_serves_whoever_has_connected),
        TEST(sigint_does_not_wait),
        cmocka_unit_test_teardown(out_of_descriptors_it_waits_without_spinning, stop),
        cmocka_unit_test_teardown(a_full_house_takes_the_next_when_one_leaves, stop),
        cmocka_unit_test_teardown(a_full_house_of_unfinished_bodies_takes_the_next, stop),
    };
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
