/* SPDX-License-Identifier: MIT */
/* A small shop, and what pages of it have. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_PAGE_HARNESS_H
#define CATALOG_TESTS_UNIT_CATALOG_PAGE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/page/page.h"

static struct arena arena;

/* A small shop. */
static const struct category_entry categories[] = {
    {"apes", "", NULL, 1, 0},         {"attic", "Zoo", NULL, 0, 0},          {"home", "Home & <more>", NULL, 3, 0},
    {"lamps", "Lamps", "home", 2, 0}, {"tall", "Tall lamps", "lamps", 1, 0},
};
static const struct category_list tree = {categories, ARRAY_LENGTH(categories)};
static const struct product lamp = {
    .id = 7,
    .price_cents = 129900,
    .slug = "arc-lamp",
    .description = "Warm light.\nFor desks.",
    .categories = (const char *const[]){"lamps", "home"},
    .category_count = 2,
    .own_category_count = 1,
    .sku = "LMP-1",
    .name = "Arc lamp",
    .tags = (const char *const[]){"new & nice", "steel"},
    .tag_count = 2,
    .images = (const struct product_image[]){{"/pictures/arc-lamp.svg", "A lamp"}},
    .image_count = 1,
    .stock = "low",
};

static struct page_frame frame;
static struct product_query query;
static struct page_listing listing;
static struct product_list products;
static const struct product_list nothing;

static int prepare(void **state)
{
    (void)state;
    frame = (struct page_frame){
        .base = "", .shop_name = "Lamps & more", .language = language_default, .currency = "EUR", .categories = &tree};
    query = query_default();
    products = (struct product_list){&lamp, 1};
    listing = (struct page_listing){.query = &query, .products.list = &products, .here = "", .total = -1};
    return 0;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *copy(struct text page)
{
    return arena_copy(&arena, page.bytes, page.length);
}

static const char *list_page(void)
{
    return copy(page_print_listing(&frame, &listing, &arena));
}

/* The first page, with nothing to show. */
static const char *home_page(void)
{
    return copy(page_print_home(&frame, &(struct page_home){.newest.list = &nothing, .pictured = &nothing}, &arena));
}

static void assert_has(const char *page, const char *part)
{
    if (strstr(page, part) == NULL)
        fail_msg("no %s in:\n%s", part, page);
}

static inline void assert_has_not(const char *page, const char *part)
{
    if (strstr(page, part) != NULL)
        fail_msg("%s in:\n%s", part, page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release_arena)

#endif
