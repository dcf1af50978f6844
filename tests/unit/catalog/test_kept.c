/* SPDX-License-Identifier: MIT */
/* Quotes that are kept: what is found, for how long, and what takes its place. The test has a clock of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "fcgi-catalog/quotes/kept/kept.h"

#define MS CLOCK_NS_PER_MS
#define PRODUCTS 3

static const struct kept_basis basis = {.epoch = 7, .revision = 12, .next_change = 1000};
static const struct product products[PRODUCTS] = {{.id = 1}, {.id = 2}, {.id = 3}};
static const struct product_list list = {.items = products, .count = PRODUCTS};
static struct kept *kept;
static struct arena arena; /* of asks */

static int make_kept(void **state)
{
    (void)state;
    kept = kept_new(1 << 20);
    return 0;
}

static int free_kept(void **state)
{
    (void)state;
    kept_free(kept);
    arena_release(&arena);
    return 0;
}

/* An ask, and room for its answer. */
struct question {
    struct quote_ask ask;
    struct quote quotes[PRODUCTS];
    struct applied_rules applied[PRODUCTS];
};

static struct question question;

static struct quote_ask *make_ask(int32_t customer, uint64_t page, bool wants_rules)
{
    question = (struct question){.ask = {.customer = {.id = customer},
                                         .products = &list,
                                         .page = page,
                                         .quotes = question.quotes,
                                         .arena = &arena,
                                         .applied = wants_rules ? question.applied : NULL}};
    return &question.ask;
}

static void put_on(const struct kept_basis *of, int32_t customer, uint64_t page, uint64_t audience, int32_t cents)
{
    struct quote_ask *ask = make_ask(customer, page, false);

    for (int32_t i = 0; i < PRODUCTS; i++)
        question.quotes[i] = (struct quote){.pct = 0.5F, .value_cents = cents + i};
    kept_put(kept, of, audience, ask);
}

static void put(int32_t customer, uint64_t page, uint64_t audience, int32_t cents)
{
    put_on(&basis, customer, page, audience, cents);
}

/* The first product's price; -1: it is not there. */
static int32_t find(int32_t customer, uint64_t page, int64_t now_ns)
{
    struct quote_ask *ask = make_ask(customer, page, false);

    if (!kept_find(kept, ask, now_ns))
        return -1;
    int32_t cents = ask->quotes[0].value_cents;
    assert_int_equal(ask->quotes[PRODUCTS - 1].value_cents, cents + PRODUCTS - 1);
    return cents;
}

static void what_was_answered_is_found_while_it_is_lent(void **state)
{
    (void)state;
    put(1, 5, 77, 100); /* nothing was lent: there is no basis */
    kept_note(kept, &basis, 250, 1000 * MS, 1001 * MS);
    assert_int_equal(find(1, 5, 1001 * MS), -1);
    put(1, 5, 77, 100);
    assert_int_equal(find(1, 5, 1001 * MS), 100);
    assert_int_equal(question.ask.rules_revision, 12);
    assert_int_equal(find(1, 5, 1218 * MS), 100); /* 7/8, from when it was sent */
    assert_int_equal(find(1, 5, 1219 * MS), -1);
    const struct kept_counts counts = kept_counts(kept);
    assert_int_equal(counts.hits, 2);
    assert_int_equal(counts.misses, 2);
    assert_int_equal(counts.leases, 1);
}

static void what_has_lapsed_is_found_again_after_an_answer_on_the_same_basis(void **state)
{
    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    put(1, 5, 77, 100);
    kept_note(kept, &basis, 0, 400 * MS, 400 * MS); /* nothing is lent */
    assert_int_equal(find(1, 5, 400 * MS), -1);
    kept_note(kept, &basis, 250, 500 * MS, 501 * MS);
    assert_int_equal(find(1, 5, 501 * MS), 100);
}

static void another_basis_takes_the_place_of_all(void **state)
{
    const struct kept_basis others[] = {{8, 12, 1000}, {7, 13, 1000}, {7, 12, 2000}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        kept_note(kept, &basis, 250, 0, 0);
        put(1, 5, 77, 100);
        assert_int_equal(find(1, 5, 0), 100);
        put_on(&others[i], 2, 5, 78, 200); /* an answer of others is not mixed in */
        assert_int_equal(find(2, 5, 0), -1);
        kept_note(kept, &others[i], 250, 10 * MS, 10 * MS);
        assert_int_equal(find(1, 5, 10 * MS), -1);
        kept_note(kept, &basis, 250, 20 * MS, 20 * MS);
        assert_int_equal(find(1, 5, 20 * MS), -1); /* nor is it found when it is the same again */
    }
}

static void an_answer_without_a_live_lease_brings_no_other_basis(void **state)
{
    const struct kept_basis other = {7, 13, 1000};

    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    put(1, 5, 77, 100);
    kept_note(kept, &other, 250, 0, 300 * MS); /* it came late */
    assert_int_equal(find(1, 5, 10 * MS), -1); /* and the rules are not known to be those of before */
    kept_note(kept, &basis, 250, 310 * MS, 310 * MS);
    assert_int_equal(find(1, 5, 310 * MS), 100);
}

static void customers_of_one_audience_share_what_is_kept(void **state)
{
    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    put(1, 5, 77, 100);
    put(2, 6, 77, 200);
    put(3, 5, 78, 300);
    assert_int_equal(find(2, 5, 0), 100);
    assert_int_equal(find(1, 6, 0), 200);
    assert_int_equal(find(3, 5, 0), 300);
    assert_int_equal(find(3, 6, 0), -1);
    assert_int_equal(find(4, 5, 0), -1); /* nobody knows their audience */
}

static void what_explains_itself_is_always_asked_for(void **state)
{
    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    put(1, 0, 77, 100);
    assert_int_equal(find(1, 0, 0), -1);
}

static void rules_are_kept_for_those_who_want_them(void **state)
{
    const struct applied_rule rules[] = {
        {.key = "a", .label = "A tenth", .lane = "contract", .before_cents = 100, .after_cents = 90},
        {.key = "b", .label = "Sale", .lane = "sale", .before_cents = 90, .after_cents = 80}};

    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    put(1, 5, 77, 100);
    struct quote_ask *ask = make_ask(1, 5, true);
    assert_false(kept_find(kept, ask, 0)); /* what is there does not tell them */
    question.quotes[1].value_cents = 80;
    question.applied[0] = (struct applied_rules){.items = rules, .count = 2};
    question.applied[1] = (struct applied_rules){.items = rules + 1, .count = 1};
    question.applied[2] = (struct applied_rules){.items = rules, .count = 2};
    kept_put(kept, &basis, 77, ask);

    ask = make_ask(1, 5, true);
    assert_true(kept_find(kept, ask, 0));
    kept_free(kept); /* the asker has copies */
    kept = NULL;
    assert_int_equal(ask->quotes[1].value_cents, 80);
    static const size_t counts[] = {2, 1, 2};
    for (size_t i = 0; i < PRODUCTS; i++) {
        assert_int_equal(ask->applied[i].count, counts[i]);
        for (size_t j = 0; j < counts[i]; j++) {
            const struct applied_rule *rule = &ask->applied[i].items[j], *expected = &rules[i == 1 ? 1 : j];
            assert_true(rule->key != expected->key);
            assert_string_equal(rule->key, expected->key);
            assert_string_equal(rule->label, expected->label);
            assert_string_equal(rule->lane, expected->lane);
            assert_int_equal(rule->before_cents, expected->before_cents);
            assert_int_equal(rule->after_cents, expected->after_cents);
        }
    }
    arena_release(&arena);
}

static void a_lease_is_renewed_once_in_its_second_half(void **state)
{
    (void)state;
    assert_false(kept_is_renewal_due(kept, 0));
    kept_note(kept, &basis, 240, 0, 0);
    assert_false(kept_is_renewal_due(kept, 119 * MS));
    assert_true(kept_is_renewal_due(kept, 120 * MS));
    assert_false(kept_is_renewal_due(kept, 121 * MS));
    assert_true(kept_is_renewal_due(kept, 200 * MS));  /* the answer is late */
    assert_false(kept_is_renewal_due(kept, 210 * MS)); /* it is over */
    kept_note(kept, &basis, 240, 200 * MS, 205 * MS);
    assert_false(kept_is_renewal_due(kept, 319 * MS));
    assert_true(kept_is_renewal_due(kept, 320 * MS));
}

static void no_service_lends_for_longer_than_a_second(void **state)
{
    (void)state;
    kept_note(kept, &basis, UINT32_MAX, 0, 0);
    put(1, 5, 77, 100);
    assert_int_equal(find(1, 5, 874 * MS), 100);
    assert_int_equal(find(1, 5, 875 * MS), -1);
}

static void an_earlier_answer_that_comes_later_shortens_nothing(void **state)
{
    (void)state;
    kept_note(kept, &basis, 240, 100 * MS, 110 * MS);
    put(1, 5, 77, 100);
    kept_note(kept, &basis, 240, 50 * MS, 120 * MS);
    assert_int_equal(find(1, 5, 300 * MS), 100);
}

static void what_is_kept_is_bounded(void **state)
{
    (void)state;
    kept_note(kept, &basis, 250, 0, 0);
    for (int32_t i = 1; i <= 20000; i++)
        put(i, 5, (uint64_t)i, i);
    assert_int_equal(find(1, 5, 0), -1);
    size_t found = 0;
    for (int32_t i = 1; i <= 20000; i++) {
        int32_t cents = find(i, 5, 0);
        assert_true(cents == -1 || cents == i);
        found += cents == i;
    }
    /* Seven eighths of a MiB, 40 + 8 bytes for each customer and 40 + 24 for three quotes; some buckets are full. */
    assert_in_range(found, 5000, 8192);
}

/* Records of all sizes, one over the other, many times round. */
static void whatever_is_found_is_what_was_kept(void **state)
{
    static char label[3000];
    struct applied_rule rule = {.key = "k", .lane = "sale", .label = label};
    uint32_t random = 1;
    size_t found = 0;

    (void)state;
    kept_free(kept);
    kept = kept_new(1 << 14);
    kept_note(kept, &basis, 250, 0, 0);
    for (int i = 0; i < 20000; i++) {
        random = random * 1103515245 + 12345;
        int32_t customer = (int32_t)(random >> 16) % 100;
        size_t length = (size_t)customer * 29;
        memset(label, 'a' + customer % 26, length);
        label[length] = '\0';
        struct quote_ask *ask = make_ask(customer, 5, true);
        if (kept_find(kept, ask, 0)) {
            assert_int_equal(ask->quotes[0].value_cents, customer);
            for (int j = 0; j < PRODUCTS; j++) {
                assert_int_equal(ask->applied[j].count, 1);
                assert_string_equal(ask->applied[j].items[0].label, label);
                assert_string_equal(ask->applied[j].items[0].lane, "sale");
            }
            found++;
            continue;
        }
        question.quotes[0].value_cents = customer;
        for (int j = 0; j < PRODUCTS; j++)
            question.applied[j] = (struct applied_rules){.items = &rule, .count = 1};
        kept_put(kept, &basis, (uint64_t)customer, ask);
    }
    assert_in_range(found, 500, 10000);
}

#define KEPT_TEST(test) cmocka_unit_test_setup_teardown(test, make_kept, free_kept)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEPT_TEST(what_was_answered_is_found_while_it_is_lent),
        KEPT_TEST(what_has_lapsed_is_found_again_after_an_answer_on_the_same_basis),
        KEPT_TEST(another_basis_takes_the_place_of_all),
        KEPT_TEST(an_answer_without_a_live_lease_brings_no_other_basis),
        KEPT_TEST(customers_of_one_audience_share_what_is_kept),
        KEPT_TEST(what_explains_itself_is_always_asked_for),
        KEPT_TEST(rules_are_kept_for_those_who_want_them),
        KEPT_TEST(a_lease_is_renewed_once_in_its_second_half),
        KEPT_TEST(no_service_lends_for_longer_than_a_second),
        KEPT_TEST(an_earlier_answer_that_comes_later_shortens_nothing),
        KEPT_TEST(what_is_kept_is_bounded),
        KEPT_TEST(whatever_is_found_is_what_was_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
