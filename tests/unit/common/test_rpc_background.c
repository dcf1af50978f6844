/* SPDX-License-Identifier: MIT */
/* A background service takes its time on a thread of its own, and keeps nobody else waiting. */
#include "tests/unit/common/rpc_echo.h"

#include "proto/discount_admin.pb-c.h"

/* A service of one method, whose handler stands before a gate. */
static struct {
    Ecommerce__DiscountAdmin_Service base;
    struct gate gate;
    atomic_int inside; /* handlers at the same time */
    atomic_int most;
    char identity[64];
    pthread_t thread;
} slow;

static void slow_get_status(Ecommerce__DiscountAdmin_Service *service, const Ecommerce__GetStatusRequest *request,
                            Ecommerce__GetStatusResponse_Closure closure, void *closure_data)
{
    Ecommerce__GetStatusResponse response = ECOMMERCE__GET_STATUS_RESPONSE__INIT;
    int inside = atomic_fetch_add(&slow.inside, 1) + 1;

    (void)service;
    (void)request;
    if (inside > atomic_load(&slow.most))
        atomic_store(&slow.most, inside);
    slow.thread = pthread_self();
    gate_pass(&slow.gate);
    snprintf(slow.identity, sizeof slow.identity, "%s", rpc_call_peer(closure_data)->identity);
    response.version = strcpy(arena_get(rpc_call_arena(closure_data), 8), "slow");
    atomic_fetch_sub(&slow.inside, 1);
    closure(&response, closure_data);
}

static struct rpc_stub slow_stub;

static void add_slow_service(void)
{
    memset(&slow, 0, sizeof slow);
    slow.gate = (struct gate)GATE_INIT;
    slow.base.base.descriptor = &ecommerce__discount_admin__descriptor;
    slow.base.base.invoke = protobuf_c_service_invoke_internal;
    slow.base.get_status = slow_get_status;
    rpc_server_add_background_service(server.core, &slow.base.base);
}

static int start_both(void **state)
{
    char reason[512] = "";

    prepare_echo(state);
    server.core = rpc_server_new(&server.options, reason, sizeof reason);
    assert_non_null(server.core);
    rpc_server_add_service(server.core, &echo.base.base);
    add_slow_service();
    assert_true(rpc_server_start(server.core, reason, sizeof reason));
    assert_int_equal(pthread_create(&server.thread, NULL, run_server, server.core), 0);
    start_client("admin");
    rpc_stub_init(&slow_stub, client, &ecommerce__discount_admin__descriptor);
    slow_stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    return 0;
}

static int end_both(void **state)
{
    gate_open(&slow.gate);
    return end_echo(state);
}

struct slow_reply {
    struct outcome outcome;
    char version[16];
};

static void on_status(const Ecommerce__GetStatusResponse *response, void *data)
{
    struct slow_reply *reply = data;

    outcome_note(&reply->outcome);
    if (response != NULL)
        snprintf(reply->version, sizeof reply->version, "%s", response->version);
}

static void start_slow_call(struct slow_reply *reply)
{
    const Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;

    *reply = (struct slow_reply){.outcome.client = client};
    ecommerce__discount_admin__get_status(&slow_stub.base, &request, on_status, reply);
}

static void other_calls_are_answered_while_one_in_the_background_takes_its_time(void **state)
{
    struct slow_reply held;

    (void)state;
    gate_close(&slow.gate);
    start_slow_call(&held);
    gate_await_one(&slow.gate);
    for (int i = 1; i <= 50; i++)
        assert_int_equal(call_as(i, "").value, i);
    assert_int_equal(held.outcome.calls, 0);
    gate_open(&slow.gate);
    poll_until(client, &held.outcome.calls, 1);
    assert_int_equal(held.outcome.code, RPC_OK);
    assert_string_equal(held.version, "slow");
    assert_false(pthread_equal(slow.thread, server.thread));
}

static void the_peer_of_a_background_call_is_who_called_it(void **state)
{
    struct slow_reply held;

    (void)state;
    gate_close(&slow.gate);
    start_slow_call(&held);
    gate_await_one(&slow.gate);
    call_as(1, ""); /* looks up a peer in the meantime */
    gate_open(&slow.gate);
    poll_until(client, &held.outcome.calls, 1);
    assert_string_equal(slow.identity, "spiffe://ecommerce/admin");
}

static void background_calls_run_one_at_a_time(void **state)
{
    struct slow_reply held[8];

    (void)state;
    gate_close(&slow.gate);
    for (size_t i = 0; i < ARRAY_LENGTH(held); i++)
        start_slow_call(&held[i]);
    gate_await_one(&slow.gate);
    call_as(1, ""); /* all of them have arrived: they came on the same connection, before this one */
    gate_open(&slow.gate);
    for (size_t i = 0; i < ARRAY_LENGTH(held); i++) {
        while (held[i].outcome.calls == 0)
            assert_true(rpc_client_poll(client, clock_now_ns() + PATIENCE_NS));
        assert_int_equal(held[i].outcome.code, RPC_OK);
    }
    assert_int_equal(atomic_load(&slow.most), 1);
}

static void a_draining_server_lets_a_background_call_finish(void **state)
{
    struct slow_reply held;

    (void)state;
    gate_close(&slow.gate);
    start_slow_call(&held);
    gate_await_one(&slow.gate);
    rpc_server_stop(server.core, (int)(PATIENCE_NS / CLOCK_NS_PER_MS));
    gate_open(&slow.gate);
    poll_until(client, &held.outcome.calls, 1);
    assert_int_equal(held.outcome.code, RPC_OK);
    server_join(&server);
}

static void a_background_call_whose_caller_has_gone_holds_the_end_up(void **state)
{
    struct slow_reply held;
    struct timespec soon;

    (void)state;
    gate_close(&slow.gate);
    start_slow_call(&held);
    gate_await_one(&slow.gate);
    rpc_client_free(client);
    client = NULL;
    rpc_server_stop(server.core, 0);
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec++;
    assert_int_equal(pthread_timedjoin_np(server.thread, NULL, &soon), ETIMEDOUT);
    gate_open(&slow.gate);
    server_join(&server);
}

static enum rpc_code admit_none(void *data, const struct rpc_peer *peer, const char *method, const char **message)
{
    (void)data;
    (void)peer;
    *message = "not you";
    return strstr(method, "DiscountAdmin") != NULL ? RPC_PERMISSION_DENIED : RPC_OK;
}

static int start_both_refusing(void **state)
{
    int result = start_both(state);

    server_stop(&server, 0);
    server.options.admit = admit_none;
    char reason[512] = "";
    server.core = rpc_server_new(&server.options, reason, sizeof reason);
    assert_non_null(server.core);
    rpc_server_add_service(server.core, &echo.base.base);
    add_slow_service();
    assert_true(rpc_server_start(server.core, reason, sizeof reason));
    assert_int_equal(pthread_create(&server.thread, NULL, run_server, server.core), 0);
    return result;
}

static void who_is_not_admitted_never_reaches_the_second_thread(void **state)
{
    struct slow_reply refused;

    (void)state;
    start_slow_call(&refused);
    poll_until(client, &refused.outcome.calls, 1);
    assert_int_equal(refused.outcome.code, RPC_PERMISSION_DENIED);
    assert_int_equal(atomic_load(&slow.most), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_calls_are_answered_while_one_in_the_background_takes_its_time, start_both,
                                        end_both),
        cmocka_unit_test_setup_teardown(the_peer_of_a_background_call_is_who_called_it, start_both, end_both),
        cmocka_unit_test_setup_teardown(background_calls_run_one_at_a_time, start_both, end_both),
        cmocka_unit_test_setup_teardown(a_draining_server_lets_a_background_call_finish, start_both, end_both),
        cmocka_unit_test_setup_teardown(a_background_call_whose_caller_has_gone_holds_the_end_up, start_both, end_both),
        cmocka_unit_test_setup_teardown(who_is_not_admitted_never_reaches_the_second_thread, start_both_refusing,
                                        end_both),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
