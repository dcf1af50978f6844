/* SPDX-License-Identifier: MIT */
/* Prices that are lent: to whom, how long, and what waits for it. Over real RPC with a real database. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/discount/discount_harness.h"

struct lent {
    struct outcome outcome;
    uint32_t lease_ms;
    int64_t revision;
    uint64_t epoch, audiences[3];
};

static void on_lent(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct lent *lent = data;

    outcome_note(&lent->outcome);
    if (response == NULL)
        return;
    lent->lease_ms = response->lease_ms;
    lent->epoch = response->epoch;
    lent->revision = response->revision;
    for (size_t i = 0; i < response->n_answers; i++)
        lent->audiences[i] = response->answers[i]->audience;
}

/* As customers 1, 2 and 3, of no products. */
static struct lent ask_to_lend(bool wants_lease)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    Ecommerce__Customer customers[3];
    Ecommerce__DiscountAsk asks[3], *all[3];
    struct lent lent = {.outcome.client = client};

    for (size_t i = 0; i < 3; i++) {
        ecommerce__customer__init(&customers[i]);
        ecommerce__discount_ask__init(&asks[i]);
        customers[i].id = (int32_t)i + 1;
        asks[i].customer = &customers[i];
        all[i] = &asks[i];
    }
    request.n_asks = 3;
    request.asks = all;
    request.wants_lease = wants_lease;
    ecommerce__discount__apply_discounts(&stub.base, &request, on_lent, &lent);
    poll_until(client, &lent.outcome.calls, 1);
    assert_int_equal(lent.outcome.code, RPC_OK);
    return lent;
}

static bool is_lent(void *data)
{
    (void)data;
    return ask_to_lend(true).lease_ms > 0;
}

static void who_wants_it_is_lent_the_prices_for_a_quarter_of_a_second(void **state)
{
    (void)state;
    struct lent lent = ask_to_lend(true);
    assert_int_equal(lent.lease_ms, LEASE_MS);
    assert_int_equal(lent.epoch, 7);
    assert_int_equal(lent.audiences[1], lent.audiences[2]); /* the demo has a rule for customer 1 */
    assert_int_not_equal(lent.audiences[0], lent.audiences[1]);
    assert_int_equal(ask_to_lend(false).lease_ms, 0);
    assert_int_equal(ask_to_lend(false).audiences[0], lent.audiences[0]);
}

static void what_is_lent_holds_a_change_up(void **state)
{
    (void)state;
    struct lent lent;
    int64_t lent_ns;
    do { /* a change that was seen meanwhile is none that is held up */
        assert_true(wait_for(is_lent, NULL));
        lent_ns = clock_now_ns();
        lent = ask_to_lend(true);
        change_rules("UPDATE rule SET value = value % 5000 + 1");
    } while (lent.lease_ms == 0 || ask_to_lend(false).revision != lent.revision);
    while (ask_to_lend(false).revision == lent.revision)
        pause_briefly();
    assert_true(clock_now_ns() - lent_ns >= LEASE_NS);
    assert_int_equal(ask_to_lend(true).lease_ms, 0); /* so soon after it */
    assert_true(wait_for(is_lent, NULL));
}

/* By the clock of the windows. */
static int64_t until_ms(int64_t second)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (second - now.tv_sec) * 1000 - now.tv_nsec / 1000000;
}

static void a_lease_ends_where_a_window_begins_or_ends(void **state)
{
    char sql[80];

    (void)state;
    int64_t end = (int64_t)time(NULL) + 3;
    snprintf(sql, sizeof sql, "UPDATE rule SET ends_at = %lld", (long long)end);
    is_told_of_a_change(sql);
    assert_true(wait_for(is_lent, NULL));
    for (int64_t left_ms; (left_ms = until_ms(end)) > 0;) {
        uint32_t lease_ms = ask_to_lend(true).lease_ms;
        assert_true(lease_ms <= left_ms || until_ms(end) <= 0); /* what was lent after the end is another basis */
    }
    assert_true(wait_for(is_lent, NULL));
}

static void nothing_is_lent_beside_another_service_on_the_same_database(void **state)
{
    (void)state;
    assert_true(is_lent(NULL));
    pid_t other = fork();
    if (other == 0) {
        int attendance = store_attend(database);
        while (attendance >= 0)
            pause();
        _exit(1);
    }
    for (int64_t until_ns = clock_now_ns() + PATIENCE_NS; is_lent(NULL); pause_briefly())
        assert_true(clock_now_ns() < until_ns);
    kill(other, SIGKILL);
    assert_int_equal(waitpid(other, NULL, 0), other);
    assert_false(is_lent(NULL)); /* what it changed may not be known here yet */
    assert_true(wait_for(is_lent, NULL));
}

static void who_is_to_leave_lends_nothing_and_outlives_what_it_lent(void **state)
{
    (void)state;
    int64_t lent_ns = clock_now_ns();
    assert_true(is_lent(NULL));
    discount_service_leave(&service);
    assert_false(is_lent(NULL));
    discount_service_outlive(&service);
    assert_true(clock_now_ns() - lent_ns >= LEASE_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(who_wants_it_is_lent_the_prices_for_a_quarter_of_a_second),
        SERVICE_TEST(what_is_lent_holds_a_change_up),
        SERVICE_TEST(a_lease_ends_where_a_window_begins_or_ends),
        SERVICE_TEST(nothing_is_lent_beside_another_service_on_the_same_database),
        SERVICE_TEST(who_is_to_leave_lends_nothing_and_outlives_what_it_lent),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
