/* SPDX-License-Identifier: MIT */
/* What one call tells of the shop: bounded in products, in bytes and in what is read at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/shop_checksum.h"
#include "fcgi-catalog/tell/range.h"
#include "fcgi-catalog/tell/teller.h"

#define CATEGORY_BYTES 64
#define READ_AT_ONCE_MAX 32

/* A shop of `count` products, of which each is in so many categories with the longest slugs. */
struct source {
    int32_t count;
    size_t categories;
    int open_walks, begun;
};

static struct source source;

static enum store_status next(struct store_walk *walk, size_t limit, struct arena *arena, struct product_list *products)
{
    size_t left = walk->place < source.count ? (size_t)(source.count - walk->place) : 0;
    size_t count = left < limit ? left : limit;
    struct product *items = arena_get(arena, (count + 1) * sizeof *items);
    const char **slugs = arena_get(arena, (source.categories + 1) * sizeof *slugs);

    assert_true(limit <= READ_AT_ONCE_MAX);
    for (size_t i = 0; i < source.categories; i++)
        slugs[i] = arena_print(arena, "%0*zu", CATEGORY_BYTES, i);
    for (size_t i = 0; i < count; i++) {
        int32_t id = (int32_t)walk->place + 1 + (int32_t)i;
        const char *slug = id % 7 == 0 ? "by hand" : arena_print(arena, "p-%d", (int)id);
        items[i] = (struct product){
            .id = id, .slug = slug, .price_cents = 5, .categories = slugs, .category_count = source.categories};
    }
    walk->place += (int64_t)count;
    *products = (struct product_list){.items = items, .count = count};
    return STORE_OK;
}

static void end(struct store_walk *walk)
{
    (void)walk;
    source.open_walks--;
}

static enum store_status begin_walk(struct store *store, struct store_walk **walk)
{
    static struct store_walk begun;

    (void)store;
    begun = (struct store_walk){.place = INT64_MIN, .next = next, .end = end};
    source.open_walks++;
    source.begun++;
    *walk = &begun;
    return STORE_OK;
}

static const struct store_methods methods = {.begin_walk = begin_walk};

/* Tells all of it; returns the largest message. Each product is told once, but those that rules cannot name. */
static size_t tell_all(int32_t count, size_t categories)
{
    struct store store = {.methods = &methods};
    struct arena arena = {0};
    size_t most = 0;
    int32_t after = 0, expected = 0;

    source = (struct source){.count = count, .categories = categories};
    while (after < INT32_MAX) {
        Ecommerce__TellProductsRequest request = ECOMMERCE__TELL_PRODUCTS_REQUEST__INIT;
        arena_reset(&arena);
        assert_int_equal(range_read(&store, after, &arena, &request), STORE_OK);
        assert_int_equal(source.open_walks, 0);
        assert_int_equal(request.after, after);
        assert_true(request.n_products <= RANGE_PRODUCTS && request.last > after);
        for (size_t i = 0; i < request.n_products; i++) {
            expected += (expected + 1) % 7 == 0 ? 2 : 1;
            assert_int_equal(request.products[i]->id, expected);
            assert_true(request.products[i]->id <= request.last);
        }
        size_t size = ecommerce__tell_products_request__get_packed_size(&request);
        most = size > most ? size : most;
        after = request.last;
    }
    assert_true(expected == count || (expected == count - 1 && count % 7 == 0));
    arena_release(&arena);
    return most;
}

static void ranges_are_bounded_in_products(void **state)
{
    (void)state;
    assert_true(tell_all(3 * RANGE_PRODUCTS, 0) < RANGE_BYTES);
    assert_int_equal(source.begun, 4); /* the last one finds nothing */
    tell_all(3 * RANGE_PRODUCTS + 1, 0);
    assert_int_equal(source.begun, 4);
    tell_all(0, 0);
    assert_int_equal(source.begun, 1);
}

static void ranges_are_bounded_in_bytes(void **state)
{
    (void)state;
    assert_true(tell_all(1000, SHOP_CATEGORIES_MAX + 1) <= RANGE_BYTES + RANGE_SLACK_BYTES);
}

static void the_checksum_is_of_what_is_told(void **state)
{
    Ecommerce__TellProductsRequest request = ECOMMERCE__TELL_PRODUCTS_REQUEST__INIT;
    struct store store = {.methods = &methods};
    struct shop_checksum *checksum = shop_checksum_new();
    struct arena arena = {0};
    uint8_t digest[SHOP_CHECKSUM_SIZE];
    char categories[2 * CATEGORY_BYTES + 2];

    (void)state;
    source = (struct source){.count = 8, .categories = 2};
    snprintf(categories, sizeof categories, "%0*d,%0*d", CATEGORY_BYTES, 0, CATEGORY_BYTES, 1);
    shop_checksum_add(checksum, 6, "p-6", 5, categories);
    shop_checksum_add(checksum, 8, "p-8", 5, categories);
    shop_checksum_finish(checksum, digest);
    assert_int_equal(range_read(&store, 5, &arena, &request), STORE_OK);
    assert_int_equal(request.checksum.len, sizeof digest);
    assert_memory_equal(request.checksum.data, digest, sizeof digest);
    arena_release(&arena);
}

static void what_fails_is_tried_less_and_less_often(void **state)
{
    (void)state;
    for (enum tell_status status = TELL_DONE; status <= TELL_FAILED; status++) {
        assert_true(teller_wait_ns(status, 1) >= CLOCK_NS_PER_S);
        for (unsigned tries = 2; tries < 100; tries++)
            assert_true(teller_wait_ns(status, tries) >= teller_wait_ns(status, tries - 1));
        assert_true(teller_wait_ns(status, UINT32_MAX) <= 600 * CLOCK_NS_PER_S);
    }
    assert_true(teller_wait_ns(TELL_REFUSED, 8) == 600 * CLOCK_NS_PER_S);
    assert_true(teller_wait_ns(TELL_FAILED, 8) == 60 * CLOCK_NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_bounded_in_products),
        cmocka_unit_test(ranges_are_bounded_in_bytes),
        cmocka_unit_test(the_checksum_is_of_what_is_told),
        cmocka_unit_test(what_fails_is_tried_less_and_less_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
