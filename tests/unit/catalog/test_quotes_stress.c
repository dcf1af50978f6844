/* SPDX-License-Identifier: MIT */
/* Many who ask at once, while the server stops, refuses, goes silent and comes back. */
#include "tests/unit/catalog/quotes_harness.h"

#define ASKERS 2
#define OUTSTANDING 64 /* of one asker */
#define PRODUCTS 3

struct asker {
    pthread_t thread;
    unsigned random;
    atomic_int served, degraded, wrong;
};

static struct asker askers[ASKERS];
static atomic_bool is_over;

/* What came must be this customer's: nobody gets what another asked for. */
static void judge(struct asker *asker, const struct test_ask *test)
{
    int32_t expected = test->ask.customer.id == 1 ? 89999 : 0;

    if (test->result != QUOTES_OK) {
        asker->degraded++;
        return;
    }
    asker->served++;
    for (size_t i = 0; i < test->products.count; i++)
        asker->wrong += test->ask.quotes[i].value_cents != expected;
}

static struct test_ask *ask_at_random(struct asker *asker)
{
    int64_t deadline_ms = 20 + rand_r(&asker->random) % 300;

    return ask_for(rand_r(&asker->random) % 2 + 1, 1 + (size_t)rand_r(&asker->random) % PRODUCTS, deadline_ms);
}

static void *keep_asking(void *data)
{
    struct asker *asker = data;
    struct test_ask *asks[OUTSTANDING] = {NULL};

    for (size_t i = 0; !atomic_load(&is_over); i = (i + 1) % OUTSTANDING) {
        if (asks[i] != NULL && wait_for(ask_is_done, asks[i])) {
            judge(asker, asks[i]);
            if (asks[i]->result == QUOTES_DEGRADED)
                pause_briefly();
            ask_free(asks[i]);
        }
        asks[i] = ask_at_random(asker);
    }
    for (size_t i = 0; i < OUTSTANDING; i++) {
        if (asks[i] != NULL && wait_for(ask_is_done, asks[i]))
            ask_free(asks[i]);
    }
    return NULL;
}

/* Each of them has met a server that is away, however busy the machine is. */
static bool is_degraded(void *data)
{
    bool is_met = ask_once(20) == QUOTES_DEGRADED;

    (void)data;
    for (size_t i = 0; i < ASKERS; i++)
        is_met = is_met && atomic_load(&askers[i].degraded) > 0;
    return is_met;
}

static bool is_served_to_all(void *data)
{
    bool is_met = is_served(data);

    for (size_t i = 0; i < ASKERS; i++)
        is_met = is_met && atomic_load(&askers[i].served) > 0;
    return is_met;
}

static void be_away(void)
{
    server_stop(&server, 0);
    assert_true(wait_for(is_degraded, NULL));
    start_fake_server();
}

static void be_silent(void)
{
    fake_allow(0);
    assert_true(wait_for(is_degraded, NULL));
    fake_allow(ALL);
}

static void be_refusing(void)
{
    fake_set(&fake.fails_with, RPC_PERMISSION_DENIED);
    assert_true(wait_for(is_degraded, NULL));
    fake_set(&fake.fails_with, RPC_OK);
}

static void be_simple(void)
{
    fake_set(&fake.knows_only_singles, true);
    for (int i = 0; i < 10; i++)
        ask_once(A_LONG_TIME_MS);
    fake_set(&fake.knows_only_singles, false);
}

static void every_ask_is_answered_once_and_with_its_own_quotes(void **state)
{
    void (*const troubles[])(void) = {be_refusing, be_silent, be_away, be_simple};

    (void)state;
    fake_allow(ALL);
    atomic_store(&is_over, false);
    for (unsigned i = 0; i < ASKERS; i++) {
        askers[i].random = i + 1;
        assert_int_equal(pthread_create(&askers[i].thread, NULL, keep_asking, &askers[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(troubles); i++) {
        troubles[i]();
        assert_true(wait_for(is_served_to_all, NULL));
    }
    atomic_store(&is_over, true);
    for (unsigned i = 0; i < ASKERS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUOTES_TEST(every_ask_is_answered_once_and_with_its_own_quotes),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
