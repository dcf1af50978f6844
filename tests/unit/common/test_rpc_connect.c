/* SPDX-License-Identifier: MIT */
/* Connections: made when they are needed, waited for, made anew, and none made in vain. */
#include "tests/unit/common/middleman.h"
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
    const struct stopwatch watch = stopwatch_start();
    struct reply reply = call_as(1, "");
    assert_int_equal(reply.outcome.code, RPC_UNAVAILABLE);
    assert_non_null(strstr(reply.outcome.message, "Connection refused"));
    assert_true(stopwatch_ms(&watch) < 3000);
}

static bool is_connected(void *peer)
{
    rpc_client_poll(client, clock_now_ns());
    return find_connections(&server.port, peer) == 1;
}

static void a_client_connects_before_its_first_call(void **state)
{
    unsigned before = 0, after = 0;

    (void)state;
    rpc_client_connect(client);
    rpc_client_connect(client);
    assert_true(wait_for(is_connected, &before));
    assert_int_equal(call_as(1, "").value, 1);
    assert_int_equal(find_connections(&server.port, &after), 1);
    assert_int_equal(before, after);
}

/* ---- A server that takes its time ---- */

static void a_server_that_is_slow_to_connect_is_waited_for(void **state)
{
    static struct middleman middleman;

    (void)state;
    middleman_start(&middleman, &server.port, 800); /* longer than any back-off */
    server.address = middleman.port.address;
    start_client("catalog");
    assert_int_equal(call_as(4, "").value, 4);
    rpc_client_free(client);
    client = NULL;
    middleman_end(&middleman);
}

static void a_connection_that_is_being_made_is_left_alone(void **state)
{
    struct held_port mute = hold_port();

    (void)state;
    assert_int_equal(listen(mute.fd, 64), 0); /* takes connections and never says a word */
    server.address = mute.address;
    start_client("catalog");
    for (int i = 0; i < 8; i++) {
        stub.deadline_ns = clock_now_ns() + 50 * CLOCK_NS_PER_MS;
        assert_int_equal(call_as(1, "").outcome.code, RPC_DEADLINE_EXCEEDED);
        rpc_client_reconnect(client);
    }
    assert_int_equal(count_connections(&mute), 1);
    close(mute.fd);
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

/* A connection on which nobody answers any more, and nobody says so. */
static void a_dead_connection_is_replaced_by_reconnecting(void **state)
{
    static struct middleman middleman;

    (void)state;
    middleman_start(&middleman, &server.port, 0);
    server.address = middleman.port.address;
    start_client("catalog");
    assert_int_equal(call_as(1, "").value, 1);
    middleman_fall_silent(&middleman);
    stub.deadline_ns = clock_now_ns() + 200 * CLOCK_NS_PER_MS;
    assert_int_equal(call_as(2, "").outcome.code, RPC_DEADLINE_EXCEEDED);
    rpc_client_reconnect(client);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    assert_int_equal(call_as(3, "").value, 3);
    assert_int_equal(atomic_load(&middleman.count), 2);
    rpc_client_free(client);
    client = NULL;
    middleman_end(&middleman);
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

static int start_server_only(void **state)
{
    prepare_echo(state);
    start_echo_server();
    return 0;
}

#define UNSTARTED_TEST(test) cmocka_unit_test_setup_teardown(test, prepare_echo, end_echo)
#define STARTED_TEST(test) cmocka_unit_test_setup_teardown(test, start_server_only, end_echo)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNSTARTED_TEST(a_call_waits_for_its_server),
        UNSTARTED_TEST(a_call_that_fails_fast_does_not_wait_and_names_the_cause),
        ECHO_TEST(a_client_connects_before_its_first_call),
        STARTED_TEST(a_server_that_is_slow_to_connect_is_waited_for),
        UNSTARTED_TEST(a_connection_that_is_being_made_is_left_alone),
        ECHO_TEST(reconnecting_makes_a_new_connection_and_spares_calls_in_progress),
        STARTED_TEST(a_dead_connection_is_replaced_by_reconnecting),
        ECHO_TEST(a_reconnected_client_lets_the_old_connection_go),
        ECHO_TEST(a_poll_ends_when_its_time_has_come),
        ECHO_TEST(waking_ends_a_poll),
        UNSTARTED_TEST(waking_works_with_a_target_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
