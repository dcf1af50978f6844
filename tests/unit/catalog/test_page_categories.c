/* SPDX-License-Identifier: MIT */
/* page.h: the categories on pages, in shops with a few and with thousands of them. */
#include "tests/unit/catalog/page_harness.h"

static void tree_shows_each_category_below_its_own(void **state)
{
    (void)state;
    const char *page = strstr(copy(page_print_categories(&frame, &arena)), "class=\"tree\"");
    assert_non_null(page);
    const char *home = strstr(page, ">Home &amp;"), *lamps = strstr(page, ">Lamps<"),
               *tall = strstr(page, ">Tall lamps<");
    assert_true(home != NULL && lamps > home && tall > lamps);
    assert_has(page, "<span class=\"unseen\">products: </span>3</span>");
}

static void categories_are_in_the_order_of_their_names(void **state)
{
    (void)state;
    const char *page = strstr(copy(page_print_categories(&frame, &arena)), "class=\"tree\"");
    assert_non_null(page);
    const char *apes = strstr(page, ">apes<"), *home = strstr(page, ">Home &amp;"), *zoo = strstr(page, ">Zoo<");
    assert_true(apes != NULL && home > apes && zoo > home);
}

static void thousands_of_categories_are_not_all_in_one_list(void **state)
{
    (void)state;
    struct category_entry *many = arena_get(&arena, 5000 * sizeof *many);
    for (int i = 0; i < 5000; i++)
        many[i] = (struct category_entry){arena_print(&arena, "c%04d", i), "", i > 0 ? many[i / 2].slug : NULL, 1, 0};
    const struct category_list much = {many, 5000};
    frame.categories = &much;
    query.category = "c0042";
    const char *page = list_page();
    assert_true(strlen(page) < 20000);
    assert_has(page, "<option value=\"c0042\" selected>");
}

/* `top` of them at the top, and `below` below each. */
static struct category_list make_categories(int top, int below)
{
    struct category_entry *many = arena_get(&arena, (size_t)(top + top * below) * sizeof *many);
    size_t count = 0;
    for (int i = 0; i < top; i++) {
        const char *slug = arena_print(&arena, "c%04d", i);
        many[count++] = (struct category_entry){slug, "", NULL, 1, 0};
        for (int k = 0; k < below; k++)
            many[count++] = (struct category_entry){arena_print(&arena, "%s-%04d", slug, k), "", slug, 1, 0};
    }
    return (struct category_list){many, count};
}

static int count_parts(const char *page, const char *part)
{
    int count = 0;
    while ((page = strstr(page, part)) != NULL) {
        count++;
        page++;
    }
    return count;
}

static void page_of_thousands_of_categories_shows_the_top_and_says_so(void **state)
{
    (void)state;
    const struct category_list much = make_categories(30, 100);
    frame.categories = &much;
    const char *const pages[] = {home_page(), copy(page_print_categories(&frame, &arena))};
    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        assert_true(strlen(pages[i]) < 10000);
        assert_int_equal(count_parts(strstr(pages[i], "class=\"tree\""), "href=\"/categories/c"), 30);
        assert_has(pages[i], ">3,000 more categories are below these, on the page of each.<");
    }
    query.category = "c0007";
    query.is_category_of_path = true;
    const char *page = strstr(list_page(), "class=\"children\"");
    assert_int_equal(count_parts(page, "href=\"/categories/c0007-"), 100);
    assert_has_not(page, "more categories");
}

static void level_that_is_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    const struct category_list much = make_categories(1001, 0);
    frame.categories = &much;
    const char *page = strstr(copy(page_print_categories(&frame, &arena)), "class=\"tree\"");
    assert_int_equal(count_parts(page, "class=\"count\""), 200);
    assert_has(page, ">801 more categories are not listed here; a search finds their products.<");
}

static void all_levels_are_shown_while_they_fit(void **state)
{
    (void)state;
    const struct category_list some = make_categories(10, 19), more = make_categories(10, 20);
    frame.categories = &some;
    assert_int_equal(
        count_parts(strstr(copy(page_print_categories(&frame, &arena)), "class=\"tree\""), "class=\"count\""), 200);
    frame.categories = &more;
    assert_int_equal(
        count_parts(strstr(copy(page_print_categories(&frame, &arena)), "class=\"tree\""), "class=\"count\""), 10);
}

static void choice_of_many_categories_has_the_top_and_the_branch_that_is_chosen(void **state)
{
    (void)state;
    const struct category_list much = make_categories(60, 50);
    frame.categories = &much;
    query.category = "c0055-0003";
    const char *page = strstr(list_page(), "<select id=\"category\"");
    const char *end = strstr(page, "</select>"), *parent = strstr(page, "value=\"c0055\""),
               *chosen = strstr(page, "value=\"c0055-0003\" selected>&nbsp;");
    assert_true(parent != NULL && chosen > parent && end > chosen);
    page = arena_copy(&arena, page, (size_t)(end - page));
    assert_int_equal(count_parts(page, "<option"), 1 + 40 + 2 + 1);
    assert_has(page, "disabled>More are in “All categories”<");
    query.category = "c0003";
    page = strstr(list_page(), "<select id=\"category\"");
    page = arena_copy(&arena, page, (size_t)(strstr(page, "</select>") - page));
    assert_int_equal(count_parts(page, "value=\"c0003-"), 40);
    assert_int_equal(count_parts(page, "value=\"c0003\" selected"), 1);
    assert_int_equal(count_parts(page, "<option"), 1 + 40 + 40 + 1);
}

static void choice_of_few_categories_has_them_all(void **state)
{
    (void)state;
    const struct category_list some = make_categories(8, 9);
    frame.categories = &some;
    const char *page = strstr(list_page(), "<select id=\"category\"");
    page = arena_copy(&arena, page, (size_t)(strstr(page, "</select>") - page));
    assert_int_equal(count_parts(page, "<option"), 1 + 80);
    assert_has_not(page, "disabled");
}

static void shop_without_categories_has_pages(void **state)
{
    (void)state;
    frame.categories = NULL;
    assert_has_not(list_page(), "All categories</a></li>\n</ul>\n</nav>");
    assert_has(copy(page_print_categories(&frame, &arena)), "There are no categories yet.");
    assert_has(home_page(), "href=\"/products\"");
    query.category = "gone";
    assert_has(list_page(), "<option value=\"gone\" selected>gone</option>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tree_shows_each_category_below_its_own),
        TEST(categories_are_in_the_order_of_their_names),
        TEST(thousands_of_categories_are_not_all_in_one_list),
        TEST(page_of_thousands_of_categories_shows_the_top_and_says_so),
        TEST(level_that_is_too_long_is_cut_and_says_so),
        TEST(all_levels_are_shown_while_they_fit),
        TEST(choice_of_many_categories_has_the_top_and_the_branch_that_is_chosen),
        TEST(choice_of_few_categories_has_them_all),
        TEST(shop_without_categories_has_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
