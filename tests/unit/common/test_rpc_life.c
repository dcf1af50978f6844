/* SPDX-License-Identifier: MIT */
/* Servers and clients that start, stop, go away and come back. */
#include "tests/unit/common/middleman.h"
#include "tests/unit/common/raw_client.h"
#include "tests/unit/common/rpc_echo.h"

#define A_LONG_TIME_MS 600000 /* a drain that the test would not survive */
#define MANY 100

/* ---- Stopping a server ---- */

static void start_held_call(struct reply *reply)
{
    struct ask ask;

    gate_close(&echo.gate);
    ask_init(&ask, 1, "");
    start_call(&stub, &ask, reply, NULL);
    gate_await_one(&echo.gate);
}

static void a_draining_server_lets_a_call_finish(void **state)
{
    struct reply held;

    (void)state;
    start_held_call(&held);
    rpc_server_stop(server.core, A_LONG_TIME_MS);
    gate_open(&echo.gate);
    poll_until(client, &held.outcome.calls, 1);
    assert_int_equal(held.outcome.code, RPC_OK);
    assert_int_equal(held.value, 1);
    server_join(&server);
}

/* A call whose caller has no room for the answer, so that it stays in progress. */
static void start_endless_call(struct raw_client *raw)
{
    struct key_files keys = name_keys(keys_directory, "catalog");

    assert_true(raw_connect(raw, &server.port, &keys, 0));
    raw_begin(raw, 0);
    gate_close(&echo.gate);
    raw_call(raw, "/ecommerce.Discount/ApplyDiscount", NULL, 0);
    gate_await_one(&echo.gate);
    gate_open(&echo.gate);
}

static int64_t time_join_ms(const struct stopwatch *watch)
{
    server_join(&server);
    return stopwatch_ms(watch);
}

static void a_drain_ends_with_its_time(void **state)
{
    struct raw_client raw;

    (void)state;
    start_endless_call(&raw);
    const struct stopwatch watch = stopwatch_start();
    rpc_server_stop(server.core, 400);
    assert_true(time_join_ms(&watch) < 3000);
    assert_true(clock_now_ns() - watch.from_ns >= 400 * CLOCK_NS_PER_MS);
    raw_close(&raw);
}

static void a_stop_without_a_drain_cancels_at_once(void **state)
{
    struct raw_client raw;

    (void)state;
    start_endless_call(&raw);
    const struct stopwatch watch = stopwatch_start();
    rpc_server_stop(server.core, 0);
    assert_true(time_join_ms(&watch) < 3000);
    raw_close(&raw);
}

static void the_shortest_drain_wins(void **state)
{
    struct raw_client raw;

    (void)state;
    start_endless_call(&raw);
    const struct stopwatch watch = stopwatch_start();
    rpc_server_stop(server.core, A_LONG_TIME_MS);
    rpc_server_stop(server.core, 0);
    rpc_server_stop(server.core, A_LONG_TIME_MS);
    assert_true(time_join_ms(&watch) < 3000);
    raw_close(&raw);
}

static void an_idle_server_stops_at_once(void **state)
{
    (void)state;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    const struct stopwatch watch = stopwatch_start();
    rpc_server_stop(server.core, A_LONG_TIME_MS);
    assert_true(time_join_ms(&watch) < 3000);
}

/* ---- Servers that cannot start ---- */

static void a_server_that_never_started_can_be_freed(void **state)
{
    char reason[512];

    (void)state;
    struct rpc_server *idle = rpc_server_new(&server.options, reason, sizeof reason);
    assert_non_null(idle);
    rpc_server_add_service(idle, &echo.base.base);
    rpc_server_free(idle);
    rpc_server_free(NULL);
}

static void an_address_that_is_taken_is_named(void **state)
{
    const char *addresses[] = {server.address, "192.0.2.1:1"}; /* TEST-NET-1: nobody's */
    char reason[512] = "";

    (void)state;
    server.options.addresses = addresses;
    server.options.address_count = 2;
    struct rpc_server *homeless = rpc_server_new(&server.options, reason, sizeof reason);
    rpc_server_add_service(homeless, &echo.base.base);
    assert_false(rpc_server_start(homeless, reason, sizeof reason));
    assert_non_null(strstr(reason, "192.0.2.1:1"));
    rpc_server_free(homeless);
}

static void keys_that_are_no_good_make_no_server(void **state)
{
    char reason[512] = "";

    (void)state;
    server.options.keyset.key = server.keys.ca;
    assert_null(rpc_server_new(&server.options, reason, sizeof reason));
    assert_non_null(strstr(reason, server.keys.ca));
}

/* ---- Servers that go and come back ---- */

static void no_call_is_lost_when_a_server_replaces_another(void **state)
{
    static struct reply replies[MANY];
    int ended = 0;

    (void)state;
    gate_close(&echo.gate);
    for (int i = 0; i < MANY; i++) {
        struct ask ask;
        ask_init(&ask, i + 1, "");
        start_call(&stub, &ask, &replies[i], &ended);
    }
    gate_await_one(&echo.gate);
    rpc_server_stop(server.core, 0);
    gate_open(&echo.gate);
    server_join(&server);
    start_echo_server();
    poll_until(client, &ended, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(replies[i].outcome.code, RPC_OK);
        assert_int_equal(replies[i].outcome.calls, 1);
    }
}

static void a_call_that_a_server_ends_or_puts_off_is_made_again(void **state)
{
    (void)state;
    struct reply reply = call_as(8, "third time");
    assert_int_equal(reply.outcome.code, RPC_OK);
    assert_int_equal(reply.value, 8);
    assert_int_equal(atomic_load(&echo.handled), 3);
}

/* Another client in the place of the first, whose calls of one method are made once. */
static void start_client_once(void)
{
    static const char *const once[] = {"ecommerce.Discount/ApplyDiscount", NULL};
    static struct key_files files;
    char reason[512] = "";

    files = name_keys(keys_directory, "catalog");
    const struct rpc_client_options options = {.target = server.address, .keyset = client_keys(&files), .once = once};
    rpc_client_free(client);
    client = rpc_client_new(&options, reason, sizeof reason);
    assert_non_null(client);
    rpc_stub_init(&stub, client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
}

static void a_call_of_a_method_that_is_called_once_is_not_made_again(void **state)
{
    (void)state;
    start_client_once();
    struct reply reply = call_as(8, "third time");
    assert_int_equal(reply.outcome.code, RPC_CANCELLED);
    assert_string_equal(reply.outcome.message, "try again");
    assert_int_equal(atomic_load(&echo.handled), 1);
}

static void a_call_of_a_method_that_is_called_once_waits_for_a_connection(void **state)
{
    struct reply reply;
    struct ask ask;
    int ended = 0;

    (void)state;
    server_stop(&server, 0);
    start_client_once();
    ask_init(&ask, 8, "");
    start_call(&stub, &ask, &reply, &ended);
    assert_false(rpc_client_poll(client, clock_now_ns() + 300 * CLOCK_NS_PER_MS));
    start_echo_server();
    poll_until(client, &ended, 1);
    assert_int_equal(reply.outcome.code, RPC_OK);
    assert_int_equal(reply.value, 8);
}

static void a_call_says_what_stands_beside_its_message(void **state)
{
    const struct rpc_metadata metadata[] = {
        {"x-note", "first"},
        {"x-note", "second"},
        {"X-Note", "not sent"},
        {"x-other", "line\nbreak"},
        {"grpc-timeout", "1n"},
        {"x-note-bin", "no"},
        {"", "no"},
    };

    (void)state;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.note, "-");
    stub.metadata = metadata;
    stub.metadata_count = ARRAY_LENGTH(metadata);
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.note, "first");
    stub.metadata_count = 0;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.note, "-");
}

static void a_call_is_made_again_when_its_connection_breaks(void **state)
{
    static struct middleman middleman;
    struct reply reply;
    struct ask ask;

    (void)state;
    middleman_start(&middleman, &server.port, 0);
    server.address = middleman.port.address;
    rpc_client_free(client);
    start_client("catalog");
    gate_close(&echo.gate);
    ask_init(&ask, 6, "");
    start_call(&stub, &ask, &reply, NULL);
    gate_await_one(&echo.gate);
    middleman_cut(&middleman);
    gate_open(&echo.gate);
    poll_until(client, &reply.outcome.calls, 1);
    assert_int_equal(reply.outcome.code, RPC_OK);
    assert_int_equal(reply.value, 6);
    assert_int_equal(atomic_load(&echo.handled), 2);
    rpc_client_free(client);
    client = NULL;
    middleman_end(&middleman);
}

/* ---- Freeing a client ---- */

static void freeing_a_client_ends_every_call(void **state)
{
    static struct reply replies[MANY];
    int ended = 0;

    (void)state;
    gate_close(&echo.gate);
    stub.deadline_ns = CLOCK_NEVER;
    for (int i = 0; i < MANY; i++) {
        struct ask ask;
        ask_init(&ask, i + 1, "");
        start_call(&stub, &ask, &replies[i], &ended);
    }
    rpc_client_free(client);
    client = NULL;
    assert_int_equal(ended, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(replies[i].outcome.calls, 1);
        assert_int_equal(replies[i].outcome.code, RPC_CANCELLED);
    }
}

static void freeing_a_client_ends_calls_that_wait_for_a_server(void **state)
{
    struct reply reply;
    struct ask ask;

    (void)state;
    start_client("catalog");
    stub.deadline_ns = CLOCK_NEVER;
    ask_init(&ask, 1, "");
    start_call(&stub, &ask, &reply, NULL);
    rpc_client_free(client);
    client = NULL;
    assert_int_equal(reply.outcome.calls, 1);
    assert_int_equal(reply.outcome.code, RPC_CANCELLED);
}

static void on_reply_ask_again(const Ecommerce__DiscountResponse *response, void *data)
{
    int *ended = data;
    struct ask ask;

    (void)response;
    ask_init(&ask, 1, "");
    if (++*ended < 3)
        ecommerce__discount__apply_discount(&stub.base, &ask.request, on_reply_ask_again, ended);
}

static void freeing_a_client_ends_calls_that_its_closures_make(void **state)
{
    struct ask ask;
    int ended = 0;

    (void)state;
    gate_close(&echo.gate);
    stub.deadline_ns = CLOCK_NEVER;
    ask_init(&ask, 1, "");
    ecommerce__discount__apply_discount(&stub.base, &ask.request, on_reply_ask_again, &ended);
    int64_t from_ns = clock_now_ns();
    rpc_client_free(client);
    client = NULL;
    assert_int_equal(ended, 3);
    assert_true(clock_now_ns() - from_ns < PATIENCE_NS / 2);
}

static void servers_and_clients_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        start_echo(state);
        assert_int_equal(call_as(i, "").value, i);
        end_echo(state);
    }
}

#define UNSTARTED_TEST(test) cmocka_unit_test_setup_teardown(test, prepare_echo, end_echo)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ECHO_TEST(a_draining_server_lets_a_call_finish),
        ECHO_TEST(a_drain_ends_with_its_time),
        ECHO_TEST(a_stop_without_a_drain_cancels_at_once),
        ECHO_TEST(the_shortest_drain_wins),
        ECHO_TEST(an_idle_server_stops_at_once),
        UNSTARTED_TEST(a_server_that_never_started_can_be_freed),
        UNSTARTED_TEST(an_address_that_is_taken_is_named),
        UNSTARTED_TEST(keys_that_are_no_good_make_no_server),
        ECHO_TEST(no_call_is_lost_when_a_server_replaces_another),
        ECHO_TEST(a_call_that_a_server_ends_or_puts_off_is_made_again),
        ECHO_TEST(a_call_of_a_method_that_is_called_once_is_not_made_again),
        ECHO_TEST(a_call_of_a_method_that_is_called_once_waits_for_a_connection),
        ECHO_TEST(a_call_says_what_stands_beside_its_message),
        ECHO_TEST(a_call_is_made_again_when_its_connection_breaks),
        ECHO_TEST(freeing_a_client_ends_every_call),
        UNSTARTED_TEST(freeing_a_client_ends_calls_that_wait_for_a_server),
        ECHO_TEST(freeing_a_client_ends_calls_that_its_closures_make),
        cmocka_unit_test(servers_and_clients_come_and_go),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
