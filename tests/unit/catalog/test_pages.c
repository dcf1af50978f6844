/* SPDX-License-Identifier: MIT */
/* Pages that are kept: found by their query, bounded, gone when the revision moves. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/catalog/pages.h"

/* Keeps a page whose product has this id, and no use of it. */
static void put(struct pages *pages, const char *key, int64_t revision, int32_t id)
{
    char description[1000] = "";
    memset(description, 0x78, sizeof description - 1);
    struct product product = {.id = id, .slug = "", .description = description};
    struct shelf *shelf = shelf_new(revision, &(struct shelf_content){.products = {&product, 1}, .currency = ""});
    pages_put(pages, key, shelf);
    shelf_drop(shelf);
}

/* The id of the page's product; 0: it is not kept. */
static int32_t find(struct pages *pages, const char *key, int64_t revision)
{
    struct shelf *shelf = pages_find(pages, revision, key);
    int32_t id = shelf != NULL ? shelf_products(shelf)->items[0].id : 0;
    shelf_drop(shelf);
    return id;
}

static void pages_are_found_by_their_query(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, 100);
    put(pages, "", 1, 5);
    put(pages, "limit=1", 1, 6);
    assert_int_equal(find(pages, "", 1), 5);
    assert_int_equal(find(pages, "limit=1", 1), 6);
    assert_int_equal(find(pages, "limit=2", 1), 0);
    pages_free(pages);
}

static void page_of_the_same_query_takes_its_place(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, 100);
    put(pages, "a", 1, 5);
    size_t bytes = pages_bytes(pages);
    put(pages, "a", 1, 6);
    assert_int_equal(find(pages, "a", 1), 6);
    assert_int_equal(pages_count(pages), 1);
    assert_int_equal(pages_bytes(pages), bytes);
    pages_free(pages);
}

static void another_revision_drops_all(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, 100);
    put(pages, "a", 1, 5);
    put(pages, "b", 1, 5);
    assert_int_equal(find(pages, "a", 2), 0);
    assert_int_equal(pages_count(pages), 0);
    assert_int_equal(pages_bytes(pages), 0);
    put(pages, "a", 3, 7);
    assert_int_equal(find(pages, "b", 3), 0);
    put(pages, "a", 2, 8); /* somebody was slow */
    assert_int_equal(find(pages, "a", 3), 7);
    pages_free(pages);
}

static void page_that_was_not_used_for_longest_goes_first(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, 3);
    put(pages, "a", 1, 1);
    put(pages, "b", 1, 2);
    put(pages, "c", 1, 3);
    assert_int_equal(find(pages, "a", 1), 1);
    put(pages, "d", 1, 4);
    assert_int_equal(pages_count(pages), 3);
    assert_int_equal(find(pages, "b", 1), 0);
    assert_int_equal(find(pages, "a", 1), 1);
    assert_int_equal(find(pages, "c", 1), 3);
    assert_int_equal(find(pages, "d", 1), 4);
    pages_free(pages);
}

static void bytes_are_bounded(void **state)
{
    (void)state;
    struct pages *pages = pages_new(20000, 1000000);
    char key[20];
    for (int32_t i = 1; i <= 100; i++) {
        snprintf(key, sizeof key, "q=%d", (int)i);
        put(pages, key, 1, i);
        assert_true(pages_bytes(pages) <= 20000);
        assert_int_equal(find(pages, key, 1), i);
    }
    assert_true(pages_count(pages) > 5 && pages_count(pages) < 20);
    pages_free(pages);
}

/* As malloc counts; under AddressSanitizer it counts nothing. */
static void what_is_counted_is_what_is_held(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, PAGES_COUNT_MAX);
    char key[20];
    size_t before = mallinfo2().uordblks;
    for (int32_t i = 1; i <= PAGES_COUNT_MAX; i++) {
        snprintf(key, sizeof key, "q=%d", (int)i);
        put(pages, key, 1, i);
    }
    size_t held = mallinfo2().uordblks - before;
    assert_true(held < pages_bytes(pages) + pages_bytes(pages) / 8);
    assert_int_equal(pages_count(pages), PAGES_COUNT_MAX); /* small ones, of which so many fit */
    pages_free(pages);
}

static void page_that_is_too_large_is_not_kept(void **state)
{
    (void)state;
    struct pages *pages = pages_new(500, 10);
    put(pages, "a", 1, 1);
    assert_int_equal(pages_count(pages), 0);
    pages_free(pages);
}

static void page_lives_on_with_who_found_it(void **state)
{
    (void)state;
    struct pages *pages = pages_new(PAGES_BYTES_MAX, 10);
    put(pages, "a", 1, 9);
    struct shelf *shelf = pages_find(pages, 1, "a");
    pages_free(pages);
    pages_free(NULL);
    assert_int_equal(shelf_products(shelf)->items[0].id, 9); /* freed too early, the sanitizers say so */
    shelf_drop(shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_found_by_their_query),
        cmocka_unit_test(page_of_the_same_query_takes_its_place),
        cmocka_unit_test(another_revision_drops_all),
        cmocka_unit_test(page_that_was_not_used_for_longest_goes_first),
        cmocka_unit_test(bytes_are_bounded),
        cmocka_unit_test(what_is_counted_is_what_is_held),
        cmocka_unit_test(page_that_is_too_large_is_not_kept),
        cmocka_unit_test(page_lives_on_with_who_found_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
