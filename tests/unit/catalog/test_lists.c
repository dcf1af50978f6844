/* SPDX-License-Identifier: MIT */
/* A product's categories, tags and images as they are in its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fcgi-catalog/store/sqlite/lists.h"

static struct arena arena;

static const char *const categories[] = {"bottles", "sale", "home"};
static const char *const tags[] = {"", "blue", "t\xc3\xa9"};
static const struct product_image images[] = {{"/a.svg", NULL}, {"/b.svg", "A bottle"}, {"", ""}};

static const struct product_option options[] = {{"Size", "M"}, {"A;b", "c=d"}};
static const struct product_variant variants[] = {
    {.id = 9, .options = options, .option_count = 2, .sku = "K", .price_cents = 5, .stock = "low", .image = "/v.svg"},
    {.id = 3, .options = options, .option_count = 1, .price_cents = 7, .compare_at_cents = 8}};

/* "home" is above "bottles": the product is not put into it. */
static const struct product whole = {.categories = categories,
                                     .category_count = 3,
                                     .own_category_count = 2,
                                     .tags = tags,
                                     .tag_count = 3,
                                     .images = images,
                                     .image_count = 3,
                                     .variants = variants,
                                     .variant_count = 2};

static void the_bytes_are_a_letter_and_texts_that_end_with_nul(void **state)
{
    static const char expected[] = "cbottles\0csale\0t\0tblue\0tt\xc3\xa9\0i/a.svg\0\0i/b.svg\0A bottle\0i\0\0"
                                   "v9\0Size=M;A\\;b=c=d\0K\0"
                                   "5\0low\0/v.svg\0"
                                   "0\0"
                                   "v3\0Size=M\0\0"
                                   "7\0\0\0"
                                   "8";
    struct lists lists = lists_pack(&whole, &arena);

    (void)state;
    assert_int_equal(lists.size, sizeof expected);
    assert_memory_equal(lists.bytes, expected, sizeof expected);
}

static void what_was_packed_is_unpacked(void **state)
{
    struct lists lists = lists_pack(&whole, &arena);
    struct product product = {.id = 7};

    (void)state;
    assert_true(lists_unpack(lists.bytes, lists.size, &arena, &product));
    assert_int_equal(product.id, 7);
    assert_int_equal(product.category_count, 2);
    assert_int_equal(product.own_category_count, 2);
    assert_string_equal(product.categories[1], "sale");
    assert_int_equal(product.tag_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(product.tags[i], tags[i]);
    assert_int_equal(product.image_count, 3);
    assert_string_equal(product.images[0].alt, "");
    assert_string_equal(product.images[1].url, "/b.svg");
    assert_string_equal(product.images[1].alt, "A bottle");
    assert_int_equal(product.variant_count, 2);
    assert_int_equal(product.variants[0].id, 9);
    assert_string_equal(product.variants[0].options[1].name, "A;b");
    assert_string_equal(product.variants[0].options[1].value, "c=d");
    assert_string_equal(product.variants[0].image, "/v.svg");
    assert_int_equal(product.variants[1].option_count, 1);
    assert_int_equal(product.variants[1].price_cents, 7);
    assert_int_equal(product.variants[1].compare_at_cents, 8);
}

static void a_product_without_any_has_no_bytes(void **state)
{
    struct product product = {.own_category_count = 3, .category_count = 5, .tag_count = 1, .image_count = 1};
    struct lists lists = lists_pack(&(struct product){.id = 1}, &arena);

    (void)state;
    assert_int_equal(lists.size, 0);
    assert_true(lists_unpack(NULL, 0, &arena, &product));
    assert_int_equal(product.category_count + product.own_category_count + product.tag_count + product.image_count, 0);
}

/* Somebody wrote the column by hand: every part of what is right, and every byte changed. */
static void bytes_that_are_not_lists_are_refused(void **state)
{
    struct lists lists = lists_pack(&whole, &arena);
    struct product product;
    size_t refused = 0;

    (void)state;
    for (size_t size = 1; size < lists.size; size++) {
        char *part = memcpy(test_malloc(size), lists.bytes, size); /* so that reading behind it is seen */
        bool is_good = lists_unpack(part, size, &arena, &product);
        /* Whole where a text ends, but for an image's first. */
        refused += !is_good;
        if (is_good)
            assert_int_equal(part[size - 1], '\0');
        test_free(part);
    }
    assert_true(refused > lists.size / 2);
    assert_false(lists_unpack("x", 1, &arena, &product));
    assert_false(lists_unpack("xa\0", 3, &arena, &product));
    assert_false(lists_unpack("\0", 1, &arena, &product));
    assert_false(lists_unpack("ia\0", 3, &arena, &product));
    assert_false(lists_unpack("ta\0b\0", 5, &arena, &product));
}

static void text_that_is_not_utf8_is_mended(void **state)
{
    struct product product;

    (void)state;
    assert_true(lists_unpack("t\xff"
                             "a\0",
                             4, &arena, &product));
    assert_string_equal(product.tags[0], "\xef\xbf\xbd"
                                         "a");
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_a_letter_and_texts_that_end_with_nul),
        cmocka_unit_test(what_was_packed_is_unpacked),
        cmocka_unit_test(a_product_without_any_has_no_bytes),
        cmocka_unit_test(bytes_that_are_not_lists_are_refused),
        cmocka_unit_test(text_that_is_not_utf8_is_mended),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
