/* SPDX-License-Identifier: MIT */
/* Sets of ids against plain arrays, close together and far apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fcgi-catalog/store/sqlite/listing/id_set.h"

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
static struct id_set *fill(struct plain *plain, size_t count, uint32_t range)
{
    struct id_set *set = id_set_new();
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        plain->ids[i] = (int32_t)(1 + draw(range));
        id_set_add(set, plain->ids[i]);
    }
    qsort(plain->ids, count, sizeof plain->ids[0], compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || plain->ids[i] != plain->ids[i - 1])
            plain->ids[kept++] = plain->ids[i];
    }
    plain->count = kept;
    return set;
}

static void assert_same(const struct id_set *set, const struct plain *plain)
{
    int32_t id = 0;

    assert_int_equal(id_set_count(set), plain->count);
    for (size_t i = 0; i < plain->count; i++) {
        id = id_set_next(set, id);
        assert_int_equal(id, plain->ids[i]);
        assert_true(id_set_has(set, id));
        assert_int_equal(id_set_has(set, (int64_t)id + 1), i + 1 < plain->count && plain->ids[i + 1] == id + 1);
    }
    assert_int_equal(id_set_next(set, id), 0);
    int64_t above = INT64_C(1) << 31;
    for (size_t i = plain->count; i > 0; i--) {
        above = id_set_previous(set, above);
        assert_int_equal(above, plain->ids[i - 1]);
    }
    assert_int_equal(id_set_previous(set, plain->count > 0 ? above : INT64_MAX), 0);
}

static const uint32_t ranges[] = {30000, 200000, 3000000, INT32_MAX};

static void a_id_set_has_what_was_put_in(void **state)
{
    static struct plain plain;

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (size_t count = 0; count <= MAX; count += 5000) {
            struct id_set *set = fill(&plain, count, ranges[i]);
            assert_same(set, &plain);
            id_set_free(set);
        }
    }
}

static void what_two_sieves_have_in_set(void **state)
{
    static struct plain a, b, both;

    (void)state;
    for (size_t round = 0; round < 16; round++) {
        struct id_set *one = fill(&a, draw(MAX), ranges[round % 4]);
        struct id_set *other = fill(&b, draw(MAX), ranges[round / 4]);
        struct id_set *common = id_set_intersect(one, other);
        both.count = 0;
        for (size_t i = 0; i < a.count; i++) {
            if (bsearch(&a.ids[i], b.ids, b.count, sizeof b.ids[0], compare) != NULL)
                both.ids[both.count++] = a.ids[i];
        }
        assert_same(common, &both);
        id_set_free(common);
        id_set_free(one);
        id_set_free(other);
    }
}

static void ids_that_no_product_can_have_are_left_out(void **state)
{
    static const int64_t ids[] = {0, -1, INT64_MIN, (int64_t)INT32_MAX + 1, INT64_MAX};
    struct id_set *set = id_set_new();

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        id_set_add(set, ids[i]);
        assert_false(id_set_has(set, ids[i]));
    }
    assert_int_equal(id_set_count(set), 0);
    id_set_add(set, 1);
    id_set_add(set, INT32_MAX);
    assert_int_equal(id_set_count(set), 2);
    assert_int_equal(id_set_next(set, INT64_MIN), 1);
    assert_int_equal(id_set_next(set, 1), INT32_MAX);
    assert_int_equal(id_set_next(set, INT64_MAX - 1), 0);
    assert_int_equal(id_set_previous(set, INT64_MAX), INT32_MAX);
    id_set_free(set);
}

static void ids_far_apart_take_little(void **state)
{
    static struct plain plain;
    struct id_set *set = fill(&plain, MAX, INT32_MAX);

    (void)state;
    assert_true(id_set_size(set) < 2 * 1024 * 1024);
    id_set_free(set);
    set = fill(&plain, MAX, 30000);
    assert_true(id_set_size(set) < 16 * 1024);
    id_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_id_set_has_what_was_put_in),
        cmocka_unit_test(what_two_sieves_have_in_set),
        cmocka_unit_test(ids_that_no_product_can_have_are_left_out),
        cmocka_unit_test(ids_far_apart_take_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
