/* SPDX-License-Identifier: MIT */
/*
 * Leases: what is lent, until when, and that whoever announces a revision sees every lease on an older one. Built with
 * gcc's thread sanitizer, too (`make unit`).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "discount/service/lease.h"

#define MS CLOCK_NS_PER_MS

static struct lease lease;

static int make_lease(void **state)
{
    (void)state;
    lease_init(&lease, 0);
    return 0;
}

static void it_begins_as_if_somebody_before_had_lent_just_now(void **state)
{
    (void)state;
    assert_int_equal(lease_end_ns(&lease), LEASE_NS);
}

static void what_is_lent_ends_when_the_lender_says(void **state)
{
    (void)state;
    assert_true(lease_give(&lease, 1, 100 * MS, 200 * MS));
    assert_int_equal(lease_end_ns(&lease), 300 * MS);
    assert_true(lease_give(&lease, 1, 100 * MS, 180 * MS)); /* a shorter one takes nothing away from others */
    assert_int_equal(lease_end_ns(&lease), 300 * MS);
    assert_true(lease_give(&lease, 1, 200 * MS, 10000 * MS));
    assert_int_equal(lease_end_ns(&lease), 200 * MS + LEASE_NS);
    assert_false(lease_give(&lease, 1, 900 * MS, 0)); /* a window begins this moment */
    assert_int_equal(lease_end_ns(&lease), 200 * MS + LEASE_NS);
}

static void nothing_is_lent_that_is_older_than_what_was_announced(void **state)
{
    (void)state;
    lease_announce(&lease, 2);
    assert_false(lease_give(&lease, 1, 300 * MS, LEASE_NS));
    assert_int_equal(lease_end_ns(&lease), LEASE_NS); /* and who announced it does not wait for that */
    assert_true(lease_give(&lease, 2, 300 * MS, LEASE_NS));
    assert_true(lease_give(&lease, 3, 300 * MS, LEASE_NS));
    lease_announce(&lease, 1); /* late */
    assert_false(lease_give(&lease, 1, 300 * MS, LEASE_NS));
}

static void nothing_is_lent_in_a_pause(void **state)
{
    (void)state;
    lease_pause(&lease, 500 * MS);
    lease_pause(&lease, 400 * MS);
    assert_false(lease_give(&lease, 1, 499 * MS, LEASE_NS));
    assert_int_equal(lease_end_ns(&lease), LEASE_NS);
    assert_true(lease_give(&lease, 1, 500 * MS, LEASE_NS));
}

/* ---- All at once ---- */

#define LENDERS 2
#define LENT_NS INT64_C(500)
#ifdef __SANITIZE_THREAD__
#define LEASES 200 /* that are seen, */
#else
#define LEASES 2000
#endif
#define REVISIONS_MAX (1 << 22) /* or this is over */

static _Atomic int64_t active;
static atomic_size_t lent, broken;
static _Atomic int64_t activated_ns[REVISIONS_MAX + 2];

/* Seldom enough that nothing is lent at most moments. */
static void idle(unsigned *random)
{
    *random = *random * 1103515245 + 12345;
    for (volatile unsigned i = *random >> 21; i > 0; i--)
        continue;
}

static void *lend(void *data)
{
    unsigned random = (unsigned)(uintptr_t)data;
    int64_t revision;

    while ((revision = atomic_load(&active)) != 0) {
        int64_t next_ns, until_ns = clock_now_ns() + LENT_NS;
        bool is_lent = lease_give(&lease, revision, until_ns - LENT_NS, LENT_NS);
        idle(&random);
        if (!is_lent)
            continue;
        while ((next_ns = atomic_load(&activated_ns[revision + 1])) == 0 && atomic_load(&active) != 0)
            continue;
        atomic_fetch_add(&lent, 1);
        atomic_fetch_add(&broken, next_ns != 0 && next_ns < until_ns);
    }
    return NULL;
}

static void no_revision_is_used_while_an_older_one_is_lent(void **state)
{
    pthread_t threads[LENDERS];
    unsigned random = 1;
    int64_t now_ns;

    (void)state;
    lease_init(&lease, clock_now_ns());
    atomic_store(&active, 1);
    for (uintptr_t i = 0; i < LENDERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, lend, (void *)i), 0);
    for (int64_t revision = 2; revision <= REVISIONS_MAX && atomic_load(&lent) < LEASES; revision++) {
        lease_announce(&lease, revision);
        while (lease_end_ns(&lease) > (now_ns = clock_now_ns()))
            continue;
        atomic_store(&activated_ns[revision], now_ns);
        atomic_store(&active, revision);
        idle(&random);
    }
    atomic_store(&active, 0);
    for (size_t i = 0; i < LENDERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(atomic_load(&lent) > LEASES / 100); /* else it shows nothing */
    assert_int_equal(atomic_load(&broken), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_begins_as_if_somebody_before_had_lent_just_now, make_lease),
        cmocka_unit_test_setup(what_is_lent_ends_when_the_lender_says, make_lease),
        cmocka_unit_test_setup(nothing_is_lent_that_is_older_than_what_was_announced, make_lease),
        cmocka_unit_test_setup(nothing_is_lent_in_a_pause, make_lease),
        cmocka_unit_test_setup(no_revision_is_used_while_an_older_one_is_lent, make_lease),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
