/* SPDX-License-Identifier: MIT */
/* Calls between a real client and a real server: how they are answered, refused and given up. */
#include "common/rpc/guard.h"
#include "tests/unit/common/raw_client.h"
#include "tests/unit/common/rpc_echo.h"

#define MANY 500

static void hundreds_of_outstanding_calls_are_all_answered_on_one_connection(void **state)
{
    static struct reply replies[MANY];
    int ended = 0;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct ask ask;
        ask_init(&ask, i + 1, "");
        start_call(&stub, &ask, &replies[i], &ended);
    }
    poll_until(client, &ended, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(replies[i].outcome.calls, 1);
        assert_int_equal(replies[i].outcome.code, RPC_OK);
        assert_int_equal(replies[i].value, i + 1);
    }
    assert_int_equal(atomic_load(&echo.handled), MANY);
    assert_int_equal(count_connections(&server.port), 1);
}

static void an_empty_request_is_a_request(void **state)
{
    const Ecommerce__DiscountRequest nothing = ECOMMERCE__DISCOUNT_REQUEST__INIT;

    (void)state;
    assert_int_equal(call_any(&stub, 0, &nothing.base).code, RPC_OK);
}

static void an_answer_of_a_megabyte_arrives_whole(void **state)
{
    struct ask ask;

    (void)state;
    ask_init(&ask, 1, "large");
    ask.product.price_in_cents = 1000 * 1000;
    struct reply reply = call_with(&ask);
    assert_int_equal(reply.outcome.code, RPC_OK);
    assert_int_equal(reply.description_bytes, 1000 * 1000);
}

static void a_failure_arrives_with_code_and_message(void **state)
{
    (void)state;
    struct reply reply = call_as(1, "fail");
    assert_int_equal(reply.outcome.code, RPC_NOT_FOUND);
    assert_string_equal(reply.outcome.message, "there is no such product");
}

static void a_function_that_has_no_answer_is_an_internal_error(void **state)
{
    (void)state;
    struct reply reply = call_as(1, "no answer");
    assert_int_equal(reply.outcome.code, RPC_INTERNAL);
    assert_non_null(strstr(reply.outcome.message, "no answer"));
}

static void a_function_that_forgets_to_answer_is_an_internal_error(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1); /* it is told in the log */
    struct reply reply = call_as(1, "forget");
    assert_int_equal(reply.outcome.code, RPC_INTERNAL);
    assert_non_null(strstr(reply.outcome.message, "no answer"));
    assert_int_equal(call_as(7, "").value, 7);
}

static void an_answer_that_is_not_utf8_is_an_internal_error(void **state)
{
    (void)state;
    assert_int_equal(call_as(1, "not UTF-8").outcome.code, RPC_INTERNAL);
}

static void an_unknown_method_is_unimplemented(void **state)
{
    ProtobufCServiceDescriptor elsewhere = ecommerce__discount__descriptor;
    const Ecommerce__DiscountRequest request = ECOMMERCE__DISCOUNT_REQUEST__INIT;
    struct rpc_stub lost;

    (void)state;
    elsewhere.name = "ecommerce.Elsewhere";
    rpc_stub_init(&lost, client, &elsewhere);
    lost.deadline_ns = stub.deadline_ns;
    assert_int_equal(call_any(&lost, 0, &request.base).code, RPC_UNIMPLEMENTED);
    assert_int_equal(call_any(&lost, 0, &request.base).code, RPC_UNIMPLEMENTED);
    assert_int_equal(atomic_load(&echo.handled), 0);
}

/* ---- What a handler is told ---- */

static void a_handler_sees_the_identity_of_the_caller(void **state)
{
    (void)state;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.identity, "spiffe://ecommerce/catalog");
}

static void a_handler_sees_the_deadline(void **state)
{
    (void)state;
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    const struct stopwatch watch = stopwatch_start();
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    /* It travels as what is left of it, and may so come later by as much as the call took to come. */
    int64_t late_ns = echo.deadline_ns - stub.deadline_ns;
    assert_true(late_ns > -CLOCK_NS_PER_S && stopwatch_less_held_ns(&watch, late_ns) < CLOCK_NS_PER_S);
}

static void a_call_without_a_deadline_never_ends(void **state)
{
    (void)state;
    stub.deadline_ns = CLOCK_NEVER;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_true(echo.deadline_ns == CLOCK_NEVER);
}

/* ---- Deadlines ---- */

static void a_call_ends_at_its_deadline(void **state)
{
    (void)state;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK); /* it is connected */
    gate_close(&echo.gate);
    const struct stopwatch watch = stopwatch_start();
    int64_t from_ns = clock_now_ns();
    stub.deadline_ns = from_ns + 100 * CLOCK_NS_PER_MS;
    assert_int_equal(call_as(1, "").outcome.code, RPC_DEADLINE_EXCEEDED);
    assert_true(clock_now_ns() - from_ns >= 80 * CLOCK_NS_PER_MS);
    assert_true(stopwatch_ms(&watch) < 2000);
}

/* One call is held, a second one given up behind it, a third answered. Returns how many reached the handler. */
static int hold_one_and_give_up_another(void)
{
    struct reply held;
    struct ask ask;

    int before = atomic_load(&echo.handled);
    gate_close(&echo.gate);
    ask_init(&ask, 1, "");
    start_call(&stub, &ask, &held, NULL);
    gate_await_one(&echo.gate);
    stub.deadline_ns = clock_now_ns() + 200 * CLOCK_NS_PER_MS;
    assert_int_equal(call_as(2, "").outcome.code, RPC_DEADLINE_EXCEEDED);
    gate_open(&echo.gate);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    assert_int_equal(call_as(3, "").value, 3);
    assert_int_equal(held.outcome.code, RPC_OK);
    return atomic_load(&echo.handled) - before;
}

/*
 * The second call is read, by gRPC core on the thread that polls for the client, while the first one's handler runs.
 * Seldom it is not, and then its time, which travels as a duration, begins only when the server gets to it.
 */
static void a_call_whose_deadline_passes_while_it_waits_is_not_worked_on(void **state)
{
    int handled = 0;

    (void)state;
    for (int i = 0; i < 5 && handled != 2; i++)
        handled = hold_one_and_give_up_another();
    assert_int_equal(handled, 2);
}

/* ---- Who may ---- */

static enum rpc_code admit_nobody(void *data, const struct rpc_peer *peer, const char *method, const char **message)
{
    struct outcome *asked = data;

    asked->calls++;
    snprintf(asked->message, sizeof asked->message, "%s %s", peer->identity, method);
    *message = "not you";
    return RPC_PERMISSION_DENIED;
}

static void a_caller_that_is_not_admitted_gets_what_admit_says(void **state)
{
    struct outcome asked = {0};

    (void)state;
    server.options.admit = admit_nobody;
    server.options.data = &asked;
    start_echo_server();
    start_client("catalog");
    struct reply reply = call_as(1, "");
    assert_int_equal(reply.outcome.code, RPC_PERMISSION_DENIED);
    assert_string_equal(reply.outcome.message, "not you");
    assert_string_equal(asked.message, "spiffe://ecommerce/catalog /ecommerce.Discount/ApplyDiscount");
    assert_int_equal(atomic_load(&echo.handled), 0);
}

/* ---- One caller and another ---- */

/* With no room for its answers they stay in the server, each on its call; more calls than these would be cut off. */
static void a_caller_that_does_not_read_keeps_nobody_waiting(void **state)
{
    struct key_files keys = name_keys(keys_directory, "catalog");
    struct raw_client raw;

    (void)state;
    assert_true(raw_connect(&raw, &server.port, &keys, 0));
    raw_begin(&raw, 0);
    for (int i = 0; i < GUARD_STREAMS; i++)
        raw_call(&raw, "/ecommerce.Discount/ApplyDiscount", NULL, 0);
    for (int i = 1; i <= 100; i++)
        assert_int_equal(call_as(i, "").value, i);
    raw_close(&raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ECHO_TEST(hundreds_of_outstanding_calls_are_all_answered_on_one_connection),
        ECHO_TEST(an_empty_request_is_a_request),
        ECHO_TEST(an_answer_of_a_megabyte_arrives_whole),
        ECHO_TEST(a_failure_arrives_with_code_and_message),
        ECHO_TEST(a_function_that_has_no_answer_is_an_internal_error),
        ECHO_TEST(a_function_that_forgets_to_answer_is_an_internal_error),
        ECHO_TEST(an_answer_that_is_not_utf8_is_an_internal_error),
        ECHO_TEST(an_unknown_method_is_unimplemented),
        ECHO_TEST(a_handler_sees_the_identity_of_the_caller),
        ECHO_TEST(a_handler_sees_the_deadline),
        ECHO_TEST(a_call_without_a_deadline_never_ends),
        ECHO_TEST(a_call_ends_at_its_deadline),
        ECHO_TEST(a_call_whose_deadline_passes_while_it_waits_is_not_worked_on),
        cmocka_unit_test_setup_teardown(a_caller_that_is_not_admitted_gets_what_admit_says, prepare_echo, end_echo),
        ECHO_TEST(a_caller_that_does_not_read_keeps_nobody_waiting),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
