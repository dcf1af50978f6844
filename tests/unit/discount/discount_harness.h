/* SPDX-License-Identifier: MIT */
/* The Discount service over real RPC, and how tests change its rules. */
#ifndef TESTS_UNIT_DISCOUNT_DISCOUNT_HARNESS_H
#define TESTS_UNIT_DISCOUNT_DISCOUNT_HARNESS_H

#include "tests/unit/discount/service_harness.h"

#include "discount/service/discount.h"

static struct discount_service service;
static struct rpc_stub stub;

static inline void use_client(const char *program)
{
    start_client(program);
    rpc_stub_init(&stub, client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
}

static inline int start_service(void **state)
{
    (void)state;
    open_rules(2);
    const struct lending lending = {
        .is_on = true, .epoch = 7, .database = database, .attendance = store_attend(database)};
    discount_service_init(&service, rulebook, rollout, &lending);
    serve(&service.base.base);
    use_client("catalog");
    return 0;
}

static inline int end_service(void **state)
{
    (void)state;
    serve_no_more();
    close_rules();
    return 0;
}

#define SERVICE_TEST(test) cmocka_unit_test_setup_teardown(test, start_service, end_service)

/* ---- Changes ---- */

/* What discountctl or a person does meanwhile. */
static inline void change_rules(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

struct told_revision {
    struct outcome outcome;
    int64_t revision;
};

static inline void on_revision(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct told_revision *told = data;

    outcome_note(&told->outcome);
    told->revision = response != NULL ? response->revision : 0;
}

static inline int64_t revision_in_use(void)
{
    Ecommerce__ApplyDiscountsRequest nothing = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    struct told_revision told = {.outcome.client = client};

    ecommerce__discount__apply_discounts(&stub.base, &nothing, on_revision, &told);
    poll_until(client, &told.outcome.calls, 1);
    return told.revision;
}

static inline void is_told_of_a_change(const char *sql)
{
    int64_t before = revision_in_use();

    change_rules(sql);
    for (int64_t until_ns = clock_now_ns() + PATIENCE_NS; revision_in_use() == before; pause_briefly())
        assert_true(clock_now_ns() < until_ns);
}

#endif
