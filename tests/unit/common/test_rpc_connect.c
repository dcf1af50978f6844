/* SPDX-License-Identifier: MIT */
/* Connections: made when they are needed, waited for, made anew, and none made in vain. */
#include <poll.h>

#include "tests/unit/common/raw_client.h"
#include "tests/unit/common/rpc_echo.h"

/* ---- Waiting for a server ---- */

static void a_call_waits_for_its_server(void **state)
{
    struct reply reply;
    struct ask ask;

    (void)state;
    start_client("catalog");
    ask_init(&ask, 9, "");
    start_call(&stub, &ask, &reply, NULL);
    assert_false(rpc_client_poll(client, clock_now_ns() + 300 * CLOCK_NS_PER_MS));
    start_echo_server();
    poll_until(client, &reply.outcome.calls, 1);
    assert_int_equal(reply.value, 9);
}

static void a_call_that_fails_fast_does_not_wait_and_names_the_cause(void **state)
{
    (void)state;
    start_client("catalog");
    stub.fail_fast = true;
    int64_t from_ns = clock_now_ns();
    struct reply reply = call_as(1, "");
    assert_int_equal(reply.outcome.code, RPC_UNAVAILABLE);
    assert_non_null(strstr(reply.outcome.message, "Connection refused"));
    assert_true(clock_now_ns() - from_ns < 3 * CLOCK_NS_PER_S);
}

/* ---- A server that takes its time ---- */

/* Takes connections and does not say a word. */
static struct held_port slow_port;

static int start_slow(void **state)
{
    start_echo(state);
    rpc_client_free(client);
    slow_port = hold_port();
    if (listen(slow_port.fd, 64) != 0)
        return -1;
    server.address = slow_port.address;
    start_client("catalog");
    return 0;
}

static int end_slow(void **state)
{
    close(slow_port.fd);
    return end_echo(state);
}

/* Passes on what one side says until it has no more to say. */
static bool pass_on(int from, int to)
{
    char bytes[4096];
    ssize_t length = recv(from, bytes, sizeof bytes, 0);

    return length > 0 && send(to, bytes, (size_t)length, MSG_NOSIGNAL) == length;
}

/* A middleman that thinks before it takes the first connection on, for as long as that lives. */
static void *take_on_late(void *data)
{
    const struct timespec *thinking = data;
    struct pollfd ends[2] = {{.events = POLLIN}, {.events = POLLIN}};

    nanosleep(thinking, NULL);
    ends[0].fd = accept(slow_port.fd, NULL, NULL);
    ends[1].fd = connect_to(&server.port);
    while (poll(ends, 2, PATIENCE_NS / CLOCK_NS_PER_MS) > 0) {
        if ((ends[0].revents != 0 && !pass_on(ends[0].fd, ends[1].fd)) ||
            (ends[1].revents != 0 && !pass_on(ends[1].fd, ends[0].fd)))
            break;
    }
    close(ends[0].fd);
    close(ends[1].fd);
    return NULL;
}

static void a_server_that_is_slow_to_connect_is_waited_for(void **state)
{
    struct timespec thinking = {.tv_nsec = 800 * CLOCK_NS_PER_MS}; /* longer than any back-off */
    pthread_t middleman;

    (void)state;
    assert_int_equal(pthread_create(&middleman, NULL, take_on_late, &thinking), 0);
    assert_int_equal(call_as(4, "").value, 4);
    rpc_client_free(client);
    client = NULL;
    pthread_join(middleman, NULL);
}

static void a_connection_that_is_being_made_is_left_alone(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        stub.deadline_ns = clock_now_ns() + 50 * CLOCK_NS_PER_MS;
        assert_int_equal(call_as(1, "").outcome.code, RPC_DEADLINE_EXCEEDED);
        rpc_client_reconnect(client);
    }
    assert_int_equal(count_connections(&slow_port), 1);
}

/* ---- Reconnecting ---- */

static void reconnecting_makes_a_new_connection_and_spares_calls_in_progress(void **state)
{
    struct reply held;
    struct ask ask;

    (void)state;
    gate_close(&echo.gate);
    ask_init(&ask, 1, "");
    start_call(&stub, &ask, &held, NULL);
    gate_await_one(&echo.gate);
    rpc_client_reconnect(client);
    gate_open(&echo.gate);
    assert_int_equal(call_as(2, "").value, 2);
    poll_until(client, &held.outcome.calls, 1);
    assert_int_equal(held.outcome.code, RPC_OK);
    assert_int_equal(held.value, 1);
}

static bool has_one_connection(void *peer)
{
    return find_connections(&server.port, peer) == 1;
}

static void a_reconnected_client_lets_the_old_connection_go(void **state)
{
    unsigned before = 0, after = 0;

    (void)state;
    assert_int_equal(call_as(1, "").value, 1);
    assert_int_equal(find_connections(&server.port, &before), 1);
    rpc_client_reconnect(client);
    assert_int_equal(call_as(2, "").value, 2);
    assert_true(wait_for(has_one_connection, &after));
    assert_int_not_equal(before, after);
}

/* ---- Polling ---- */

static void a_poll_ends_when_its_time_has_come(void **state)
{
    (void)state;
    int64_t from_ns = clock_now_ns();
    assert_false(rpc_client_poll(client, from_ns + 50 * CLOCK_NS_PER_MS));
    assert_true(clock_now_ns() - from_ns >= 50 * CLOCK_NS_PER_MS);
}

static void *wake(void *data)
{
    rpc_client_wake(data);
    return NULL;
}

static void waking_ends_a_poll(void **state)
{
    pthread_t thread;

    (void)state;
    for (int i = 0; i < 3; i++) { /* before there is a connection, with one, and after it was given up */
        int64_t from_ns = clock_now_ns();
        assert_int_equal(pthread_create(&thread, NULL, wake, client), 0);
        assert_false(rpc_client_poll(client, clock_now_ns() + PATIENCE_NS));
        pthread_join(thread, NULL);
        assert_true(clock_now_ns() - from_ns < PATIENCE_NS / 2);
        if (i == 0)
            assert_int_equal(call_as(1, "").value, 1);
        else
            rpc_client_reconnect(client);
    }
}

static void waking_works_with_a_target_that_cannot_be(void **state)
{
    struct key_files files = name_keys(keys_directory, "catalog");
    const struct keyset_files keyset = client_keys(&files);

    (void)state;
    client = client_new_with("nowhere:://", &keyset);
    rpc_client_wake(client);
    assert_false(rpc_client_poll(client, clock_now_ns() + PATIENCE_NS));
}

#define UNSTARTED_TEST(test) cmocka_unit_test_setup_teardown(test, prepare_echo, end_echo)
#define SLOW_TEST(test) cmocka_unit_test_setup_teardown(test, start_slow, end_slow)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNSTARTED_TEST(a_call_waits_for_its_server),
        UNSTARTED_TEST(a_call_that_fails_fast_does_not_wait_and_names_the_cause),
        SLOW_TEST(a_server_that_is_slow_to_connect_is_waited_for),
        SLOW_TEST(a_connection_that_is_being_made_is_left_alone),
        ECHO_TEST(reconnecting_makes_a_new_connection_and_spares_calls_in_progress),
        ECHO_TEST(a_reconnected_client_lets_the_old_connection_go),
        ECHO_TEST(a_poll_ends_when_its_time_has_come),
        ECHO_TEST(waking_ends_a_poll),
        UNSTARTED_TEST(waking_works_with_a_target_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
