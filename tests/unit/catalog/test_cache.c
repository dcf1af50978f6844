/* SPDX-License-Identifier: MIT */
/* Values that are kept: found by their keys, bounded in bytes, the one that was not used for longest gone first; and
 * what queries have found out, of one version of the database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/catalog/cache.h"
#include "fcgi-catalog/store/sqlite/listing/query_cache.h"

#define MAX 10000

static int values[MAX];
static size_t released;

/* A value is released once. */
static void release(void *value)
{
    assert_int_equal(*(int *)value, 0);
    *(int *)value = 1;
    released++;
}

static void put(struct cache *cache, const char *key, int value, size_t bytes)
{
    values[value] = 0;
    cache_put(cache, key, strlen(key), &values[value], bytes);
    cache_trim(cache);
}

/* The value's number; -1: it is not there. */
static int find(struct cache *cache, const char *key)
{
    const int *value = cache_find(cache, key, strlen(key));
    return value != NULL ? (int)(value - values) : -1;
}

static void values_are_found_by_their_keys(void **state)
{
    struct cache *cache = cache_new(MAX, release);

    (void)state;
    put(cache, "", 5, 1);
    put(cache, "limit=1", 6, 1);
    assert_int_equal(find(cache, ""), 5);
    assert_int_equal(find(cache, "limit=1"), 6);
    assert_int_equal(find(cache, "limit=2"), -1);
    cache_free(cache);
}

static void a_value_of_the_same_key_takes_its_place(void **state)
{
    struct cache *cache = cache_new(MAX, release);

    (void)state;
    released = 0;
    put(cache, "a", 5, 1);
    size_t bytes = cache_bytes(cache);
    put(cache, "a", 6, 1);
    assert_int_equal(find(cache, "a"), 6);
    assert_int_equal(cache_count(cache), 1);
    assert_int_equal(cache_bytes(cache), bytes);
    assert_int_equal(released, 1);
    cache_clear(cache);
    assert_int_equal(cache_bytes(cache), 0);
    assert_int_equal(released, 2);
    cache_free(cache);
    cache_free(NULL);
}

static void what_was_not_used_for_longest_goes_first(void **state)
{
    struct cache *cache = cache_new(4000, release);

    (void)state;
    put(cache, "a", 1, 1000);
    put(cache, "b", 2, 1000);
    put(cache, "c", 3, 1000);
    assert_int_equal(find(cache, "a"), 1);
    put(cache, "d", 4, 1000);
    assert_int_equal(cache_count(cache), 3);
    assert_int_equal(find(cache, "b"), -1);
    assert_int_equal(find(cache, "a"), 1);
    assert_int_equal(find(cache, "c"), 3);
    assert_int_equal(find(cache, "d"), 4);
    cache_free(cache);
}

static void bytes_are_bounded(void **state)
{
    struct cache *cache = cache_new(20000, release);
    char key[20];

    (void)state;
    released = 0;
    for (int i = 1; i < MAX; i++) {
        snprintf(key, sizeof key, "q=%d", i);
        put(cache, key, i, (size_t)i % 3000);
        assert_true(cache_bytes(cache) <= 20000);
        assert_int_equal(find(cache, key), i);
    }
    assert_int_equal(released + cache_count(cache), MAX - 1);
    cache_free(cache);
    assert_int_equal(released, MAX - 1);
}

static void a_value_that_is_too_large_takes_no_place(void **state)
{
    struct cache *cache = cache_new(2000, release);

    (void)state;
    put(cache, "a", 1, 100);
    put(cache, "b", 2, 5000);
    assert_int_equal(find(cache, "b"), -1);
    assert_int_equal(find(cache, "a"), 1);
    cache_free(cache);
}

/* ---- What queries have found out ---- */

static void results_are_of_one_version(void **state)
{
    struct query_cache cache = {.version = 0};
    struct id_set *ids = id_set_new();

    (void)state;
    query_cache_begin(&cache, 1);
    assert_ptr_equal(query_cache_keep(&cache, "a", ids, NULL, 0)->ids, ids);
    query_cache_keep(&cache, "many", NULL, NULL, 0);
    query_cache_end(&cache);
    query_cache_begin(&cache, 1);
    assert_ptr_equal(query_cache_find(&cache, "a")->ids, ids);
    assert_null(query_cache_find(&cache, "many")->ids);
    assert_null(query_cache_find(&cache, "b"));
    query_cache_begin(&cache, 2);
    assert_null(query_cache_find(&cache, "a"));
    assert_null(query_cache_find(&cache, "many"));
    query_cache_release(&cache);
}

static void results_of_a_query_stay_while_it_lasts(void **state)
{
    static char bytes[QUERY_CACHE_MAX / 3];
    struct query_cache cache = {.version = 0};

    (void)state;
    query_cache_begin(&cache, 1);
    query_cache_keep(&cache, "a", NULL, bytes, sizeof bytes);
    query_cache_end(&cache);
    query_cache_begin(&cache, 1);
    query_cache_keep(&cache, "b", NULL, bytes, sizeof bytes);
    query_cache_keep(&cache, "c", NULL, bytes, sizeof bytes);
    assert_non_null(query_cache_find(&cache, "b"));
    query_cache_end(&cache);
    assert_null(query_cache_find(&cache, "a"));
    assert_non_null(query_cache_find(&cache, "c"));
    assert_true(cache_bytes(cache.results) <= QUERY_CACHE_MAX);
    query_cache_release(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_their_keys),
        cmocka_unit_test(a_value_of_the_same_key_takes_its_place),
        cmocka_unit_test(what_was_not_used_for_longest_goes_first),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(a_value_that_is_too_large_takes_no_place),
        cmocka_unit_test(results_are_of_one_version),
        cmocka_unit_test(results_of_a_query_stay_while_it_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
