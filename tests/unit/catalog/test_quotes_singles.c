/* SPDX-License-Identifier: MIT */
/* Quotes from a Discount server that knows only ApplyDiscount. */
#include "tests/unit/catalog/quotes_harness.h"

static void know_only_singles(void)
{
    fake_set(&fake.knows_only_singles, true);
}

static void it_is_asked_product_by_product(void **state)
{
    (void)state;
    know_only_singles();
    struct test_ask *ask = ask_for(1, 3, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ask->ask.quotes[i].pct == (float)0.1);
        assert_int_equal(ask->ask.quotes[i].value_cents, 89999);
    }
    ask_free(ask);
    assert_int_equal(fake_get(&fake.single_count), 3);
}

static void it_is_remembered(void **state)
{
    (void)state;
    know_only_singles();
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    assert_int_equal(fake_get(&fake.single_count), 4 * 3);
    assert_int_equal(fake_get(&fake.batch_count), 1);
}

static void many_products_are_asked_at_the_same_time(void **state)
{
    (void)state;
    know_only_singles();
    struct test_ask *ask = ask_for(1, 600, A_LONG_TIME_MS);
    assert_int_equal(ask_await(ask), QUOTES_OK);
    assert_int_equal(ask->ask.quotes[599].value_cents, 89999);
    ask_free(ask);
    assert_int_equal(fake_get(&fake.single_count), 600);
}

static void asks_that_come_meanwhile_are_answered(void **state)
{
    struct test_ask *asks[20];

    (void)state;
    know_only_singles();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_allow(0);
    for (int32_t i = 0; i < 20; i++)
        asks[i] = ask_for(i % 2 + 1, 2, A_LONG_TIME_MS);
    fake_allow(ALL);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(ask_await(asks[i]), QUOTES_OK);
        assert_int_equal(asks[i]->ask.quotes[1].value_cents, i % 2 == 0 ? 89999 : 0);
        ask_free(asks[i]);
    }
}

static void a_quote_that_no_rule_can_give_degrades_its_ask(void **state)
{
    (void)state;
    know_only_singles();
    ecommerce__discount_value__init(&fake.odd);
    fake.odd.pct = 2;
    fake_set(&fake.quotes_are_odd, true);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
    fake_set(&fake.quotes_are_odd, false);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
}

static void a_refused_ask_fails_alone(void **state)
{
    struct test_ask *asks[3];

    (void)state;
    know_only_singles();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_set(&fake.refused_customer, 7);
    fake_allow(0);
    asks[0] = ask_for(1, 1, A_LONG_TIME_MS);
    fake_await_held();
    asks[1] = ask_for(7, 3, A_LONG_TIME_MS);
    asks[2] = ask_for(1, 3, A_LONG_TIME_MS);
    fake_allow(ALL);
    assert_int_equal(ask_await(asks[0]), QUOTES_OK);
    assert_int_equal(ask_await(asks[1]), QUOTES_DEGRADED);
    assert_int_equal(ask_await(asks[2]), QUOTES_OK);
    for (int i = 0; i < 3; i++)
        ask_free(asks[i]);
}

static void a_refused_ask_degrades_nobody_else(void **state)
{
    static const enum rpc_code codes[] = {RPC_INVALID_ARGUMENT, RPC_NOT_FOUND, RPC_UNKNOWN};

    (void)state;
    know_only_singles();
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        fake_set(&fake.fails_singles_with, (int)codes[i]);
        assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
        fake_set(&fake.fails_singles_with, RPC_OK);
        /* At once: not after a probe. */
        assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    }
    assert_int_equal(fake_get(&fake.probe_count), 0);
}

static void a_silent_server_costs_an_ask_its_deadline(void **state)
{
    (void)state;
    know_only_singles();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    fake_allow(0);
    struct test_ask *ask = ask_for(1, 3, 200);
    assert_int_equal(ask_await(ask), QUOTES_DEGRADED);
    assert_true(ask_took_ms(ask) >= 180 && ask_was_within_ms(ask, 1200));
    ask_free(ask);
    fake_allow(ALL);
    assert_true(wait_for(is_served, NULL));
}

static void a_server_that_has_learned_is_asked_for_all_at_once_after_a_miss(void **state)
{
    (void)state;
    know_only_singles();
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    server_stop(&server, 0);
    fake_set(&fake.knows_only_singles, false);
    assert_int_equal(ask_once(200), QUOTES_DEGRADED);
    start_fake_server();
    assert_true(wait_for(is_served, NULL));
    int singles = fake_get(&fake.single_count), batches = fake_get(&fake.batch_count);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_OK);
    assert_int_equal(fake_get(&fake.single_count), singles);
    assert_int_equal(fake_get(&fake.batch_count), batches + 1);
}

static void a_server_that_knows_neither_degrades(void **state)
{
    (void)state;
    know_only_singles();
    fake_set(&fake.fails_singles_with, RPC_UNIMPLEMENTED);
    assert_int_equal(ask_once(A_LONG_TIME_MS), QUOTES_DEGRADED);
    fake_set(&fake.fails_singles_with, RPC_OK);
    assert_true(wait_for(is_served, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUOTES_TEST(it_is_asked_product_by_product),
        QUOTES_TEST(it_is_remembered),
        QUOTES_TEST(many_products_are_asked_at_the_same_time),
        QUOTES_TEST(asks_that_come_meanwhile_are_answered),
        QUOTES_TEST(a_quote_that_no_rule_can_give_degrades_its_ask),
        QUOTES_TEST(a_refused_ask_fails_alone),
        QUOTES_TEST(a_refused_ask_degrades_nobody_else),
        QUOTES_TEST(a_silent_server_costs_an_ask_its_deadline),
        QUOTES_TEST(a_server_that_has_learned_is_asked_for_all_at_once_after_a_miss),
        QUOTES_TEST(a_server_that_knows_neither_degrades),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
