/* SPDX-License-Identifier: MIT */
/* Sets of ids against plain arrays, close together and far apart; and what is kept of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fcgi-catalog/store/listing/findings.h"
#include "fcgi-catalog/store/listing/sieve.h"

/* Pseudo-random numbers, the same in every run (xorshift, Marsaglia). */
static uint32_t draw(uint32_t below)
{
    static uint64_t state = UINT64_C(88172645463325252);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static int compare(const void *a, const void *b)
{
    int32_t one = *(const int32_t *)a, other = *(const int32_t *)b;
    return (one > other) - (one < other);
}

#define MAX 20000

struct plain {
    int32_t ids[MAX];
    size_t count;
};

/* So many ids of a range, in any order, some more than once: into both. */
static struct sieve *fill(struct plain *plain, size_t count, uint32_t range)
{
    struct sieve *sieve = sieve_new();
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        plain->ids[i] = (int32_t)(1 + draw(range));
        sieve_add(sieve, plain->ids[i]);
    }
    qsort(plain->ids, count, sizeof plain->ids[0], compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || plain->ids[i] != plain->ids[i - 1])
            plain->ids[kept++] = plain->ids[i];
    }
    plain->count = kept;
    return sieve;
}

static void assert_same(const struct sieve *sieve, const struct plain *plain)
{
    int32_t id = 0;

    assert_int_equal(sieve_count(sieve), plain->count);
    for (size_t i = 0; i < plain->count; i++) {
        id = sieve_next(sieve, id);
        assert_int_equal(id, plain->ids[i]);
        assert_true(sieve_has(sieve, id));
        assert_int_equal(sieve_has(sieve, (int64_t)id + 1), i + 1 < plain->count && plain->ids[i + 1] == id + 1);
    }
    assert_int_equal(sieve_next(sieve, id), 0);
    int64_t above = INT64_C(1) << 31;
    for (size_t i = plain->count; i > 0; i--) {
        above = sieve_previous(sieve, above);
        assert_int_equal(above, plain->ids[i - 1]);
    }
    assert_int_equal(sieve_previous(sieve, plain->count > 0 ? above : INT64_MAX), 0);
}

static const uint32_t ranges[] = {30000, 200000, 3000000, INT32_MAX};

static void a_sieve_has_what_was_put_in(void **state)
{
    static struct plain plain;

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (size_t count = 0; count <= MAX; count += 5000) {
            struct sieve *sieve = fill(&plain, count, ranges[i]);
            assert_same(sieve, &plain);
            sieve_free(sieve);
        }
    }
}

static void what_two_sieves_have_is_met(void **state)
{
    static struct plain a, b, both;

    (void)state;
    for (size_t round = 0; round < 16; round++) {
        struct sieve *one = fill(&a, draw(MAX), ranges[round % 4]);
        struct sieve *other = fill(&b, draw(MAX), ranges[round / 4]);
        struct sieve *met = sieve_meet(one, other);
        both.count = 0;
        for (size_t i = 0; i < a.count; i++) {
            if (bsearch(&a.ids[i], b.ids, b.count, sizeof b.ids[0], compare) != NULL)
                both.ids[both.count++] = a.ids[i];
        }
        assert_same(met, &both);
        sieve_free(met);
        sieve_free(one);
        sieve_free(other);
    }
}

static void ids_that_no_product_can_have_are_left_out(void **state)
{
    static const int64_t ids[] = {0, -1, INT64_MIN, (int64_t)INT32_MAX + 1, INT64_MAX};
    struct sieve *sieve = sieve_new();

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        sieve_add(sieve, ids[i]);
        assert_false(sieve_has(sieve, ids[i]));
    }
    assert_int_equal(sieve_count(sieve), 0);
    sieve_add(sieve, 1);
    sieve_add(sieve, INT32_MAX);
    assert_int_equal(sieve_count(sieve), 2);
    assert_int_equal(sieve_next(sieve, INT64_MIN), 1);
    assert_int_equal(sieve_next(sieve, 1), INT32_MAX);
    assert_int_equal(sieve_next(sieve, INT64_MAX - 1), 0);
    assert_int_equal(sieve_previous(sieve, INT64_MAX), INT32_MAX);
    sieve_free(sieve);
}

static void ids_far_apart_take_little(void **state)
{
    static struct plain plain;
    struct sieve *sieve = fill(&plain, MAX, INT32_MAX);

    (void)state;
    assert_true(sieve_size(sieve) < 2 * 1024 * 1024);
    sieve_free(sieve);
    sieve = fill(&plain, MAX, 30000);
    assert_true(sieve_size(sieve) < 16 * 1024);
    sieve_free(sieve);
}

/* ---- What is kept ---- */

static void findings_are_of_one_version(void **state)
{
    struct findings findings = {.size = 0};
    struct sieve *sieve = sieve_new();

    (void)state;
    findings_begin(&findings, 1);
    assert_ptr_equal(findings_keep(&findings, "a", sieve), sieve);
    findings_keep(&findings, "many", NULL);
    findings_begin(&findings, 1);
    assert_ptr_equal(findings_find(&findings, "a")->sieve, sieve);
    assert_null(findings_find(&findings, "many")->sieve);
    assert_null(findings_find(&findings, "b"));
    findings_begin(&findings, 2);
    assert_null(findings_find(&findings, "a"));
    assert_null(findings_find(&findings, "many"));
    findings_release(&findings);
}

static void what_was_asked_for_longest_ago_goes_first(void **state)
{
    struct findings findings = {.size = 0};
    char key[32];

    (void)state;
    for (int i = 0; i < FINDINGS_MAX * 3; i++) {
        findings_begin(&findings, 1);
        snprintf(key, sizeof key, "%d", i);
        findings_keep_bytes(&findings, key, key, sizeof key);
        assert_non_null(findings_find(&findings, "0"));
    }
    snprintf(key, sizeof key, "%d", FINDINGS_MAX * 2 + 2);
    assert_non_null(findings_find(&findings, key));
    assert_null(findings_find(&findings, "1"));
    findings_release(&findings);
}

static void no_more_is_kept_than_fits(void **state)
{
    static char bytes[FINDINGS_SIZE_MAX / 3];
    struct findings findings = {.size = 0};

    (void)state;
    findings_begin(&findings, 1);
    findings_keep_bytes(&findings, "a", bytes, sizeof bytes);
    findings_end(&findings);
    findings_begin(&findings, 1);
    findings_keep_bytes(&findings, "b", bytes, sizeof bytes);
    findings_keep_bytes(&findings, "c", bytes, sizeof bytes);
    assert_non_null(findings_find(&findings, "b")); /* a query's own stay while it lasts */
    findings_end(&findings);
    assert_null(findings_find(&findings, "a"));
    assert_non_null(findings_find(&findings, "c"));
    assert_true(findings.size <= FINDINGS_SIZE_MAX);
    findings_release(&findings);
    assert_int_equal(findings.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sieve_has_what_was_put_in),
        cmocka_unit_test(what_two_sieves_have_is_met),
        cmocka_unit_test(ids_that_no_product_can_have_are_left_out),
        cmocka_unit_test(ids_far_apart_take_little),
        cmocka_unit_test(findings_are_of_one_version),
        cmocka_unit_test(what_was_asked_for_longest_ago_goes_first),
        cmocka_unit_test(no_more_is_kept_than_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
