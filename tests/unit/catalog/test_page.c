/* SPDX-License-Identifier: MIT */
/* page.h: what people find on each page, and that nothing of the data is markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/money.h"
#include "fcgi-catalog/page/page.h"

static struct arena arena;

/* A small shop. */
static const struct category_entry categories[] = {
    {"apes", "", NULL, 1},         {"attic", "Zoo", NULL, 0},          {"home", "Home & <more>", NULL, 3},
    {"lamps", "Lamps", "home", 2}, {"tall", "Tall lamps", "lamps", 1},
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
static const struct product bare = {.id = 1, .slug = "iphone-x", .description = "64GB", .price_cents = 99999};

static struct page_frame frame;
static struct product_query query;
static struct page_listing listing;
static struct product_list products;
static struct quote quote;
static struct applied_rules applied;
static const struct applied_rule rule = {"spring", "Spring <sale>", "sale", 129900, 99900};
static const struct customer john = {.id = 1, .first_name = "John", .last_name = "Snow", .login = ""};

static int prepare(void **state)
{
    (void)state;
    frame = (struct page_frame){.base = "", .currency = "EUR", .categories = &tree};
    query = query_default();
    products = (struct product_list){&lamp, 1};
    listing = (struct page_listing){.query = &query, .products = &products, .total = -1};
    quote = (struct quote){.pct = 0.23f, .value_cents = 99900};
    applied = (struct applied_rules){&rule, 1};
    return 0;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *copy(struct page_text page)
{
    return arena_copy(&arena, page.bytes, page.length);
}

static const char *list_page(void)
{
    return copy(page_print_listing(&frame, &listing, &arena));
}

static const char *product_page(const struct product *product, const struct quote *price)
{
    const struct page_product shown = {product, price, price != NULL ? &applied : NULL};
    return copy(page_print_product(&frame, &shown, &arena));
}

static void assert_has(const char *page, const char *part)
{
    if (strstr(page, part) == NULL)
        fail_msg("no %s in:\n%s", part, page);
}

static void assert_has_not(const char *page, const char *part)
{
    if (strstr(page, part) != NULL)
        fail_msg("%s in:\n%s", part, page);
}

/* ---- Prices ------------------------------------------------------------------------------------------------------ */

static void amounts_are_in_the_shops_currency(void **state)
{
    (void)state;
    assert_string_equal(money_print(129900, "EUR", &arena), "€1,299.00");
    assert_string_equal(money_print(5, "USD", &arena), "$0.05");
    assert_string_equal(money_print(129900, "JPY", &arena), "¥129,900");
    assert_string_equal(money_print(129900, "CHF", &arena), "CHF\u00a01,299.00");
    assert_string_equal(money_print(1299000, "KWD", &arena), "KWD\u00a01,299.000");
    assert_string_equal(money_print(INT32_MAX, "", &arena), "21,474,836.47");
    assert_string_equal(money_print(99999, "", &arena), "999.99");
    assert_string_equal(money_print_plain(129900, "EUR", &arena), "1299.00");
}

static void round_amounts_grow_in_every_currency(void **state)
{
    (void)state;
    static const char *const currencies[] = {"", "EUR", "JPY", "KWD"};
    for (size_t c = 0; c < ARRAY_LENGTH(currencies); c++) {
        for (int i = 1; i < MONEY_STEPS; i++)
            assert_true(money_step(i, currencies[c]) > money_step(i - 1, currencies[c]));
    }
    assert_int_equal(money_step(0, "EUR"), 500);
    assert_int_equal(money_step(0, "KWD"), 5000);
    assert_int_equal(money_step(0, "JPY"), 500);
}

static void anonymous_visitor_sees_the_list_price_alone(void **state)
{
    (void)state;
    const char *page = list_page();
    assert_has(page, "<strong><data value=\"1299.00\">€1,299.00</data></strong>");
    assert_has_not(page, "<s>");
    assert_has_not(page, "class=\"rule\"");
}

static void customer_sees_their_price_beside_the_struck_list_price(void **state)
{
    (void)state;
    listing.quotes = &quote;
    listing.applied = &applied;
    frame.customer = &john;
    const char *page = list_page();
    assert_has(page, "Your price: </span><strong><data value=\"999.00\">€999.00</data></strong>");
    assert_has(page, "<s><data value=\"1299.00\">€1,299.00</data></s>");
    assert_has(page, ">Spring &lt;sale&gt;</span>");
    assert_has(page, "Prices for <span dir=\"auto\">John Snow</span>");
}

static void rule_without_a_label_is_named_by_its_key(void **state)
{
    (void)state;
    const struct applied_rule plain = {"spring", "", "sale", 2, 1};
    applied.items = &plain;
    assert_has(product_page(&lamp, &quote), "<span class=\"rule\" dir=\"auto\">spring</span>");
}

static void customer_without_a_discount_sees_the_list_price_alone(void **state)
{
    (void)state;
    quote = (struct quote){0};
    assert_has_not(product_page(&lamp, &quote), "<s>");
}

static void product_that_is_given_away_costs_nothing(void **state)
{
    (void)state;
    quote = (struct quote){.pct = 1, .value_cents = 0};
    const char *page = product_page(&lamp, &quote);
    assert_has(page, "<strong><data value=\"0.00\">€0.00</data></strong>");
    assert_has(page, "<s><data value=\"1299.00\">");
}

/* ---- What a page has --------------------------------------------------------------------------------------------- */

static void every_page_has_its_head_and_its_way_around(void **state)
{
    (void)state;
    const char *const pages[] = {
        copy(page_print_home(&frame, &arena)),
        copy(page_print_categories(&frame, &arena)),
        list_page(),
        product_page(&lamp, NULL),
        copy(page_print_problem(&frame, &(struct page_problem){404, "Not Found", "No."}, &arena)),
    };

    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        assert_memory_equal(pages[i], "<!DOCTYPE html>\n<html lang=\"en\">", 31);
        assert_has(pages[i], "<a class=\"skip\" href=\"#main\">");
        assert_has(pages[i], "<main id=\"main\"");
        assert_has(pages[i], "<h1");
        assert_has(pages[i], asset_style_path());
        assert_has(pages[i], "<label class=\"unseen\" for=\"search\">");
        assert_has(pages[i], "Home &amp; &lt;more&gt;</a>");
        assert_has_not(pages[i], "<script");
        assert_has_not(pages[i], "style=\"");
        assert_has(pages[i], "</html>\n");
    }
}

static void every_address_is_below_the_base(void **state)
{
    (void)state;
    frame.base = "/shop";
    listing.next = "after=x";
    listing.previous = "before=y";
    const char *const pages[] = {list_page(), product_page(&lamp, NULL), product_page(&bare, NULL),
                                 copy(page_print_home(&frame, &arena)), copy(page_print_categories(&frame, &arena))};

    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        for (const char *at = strstr(pages[i], "=\"/"); at != NULL; at = strstr(at + 1, "=\"/"))
            assert_memory_equal(at + 2, "/shop/", 6);
    }
    assert_has(pages[1], "src=\"/shop/pictures/arc-lamp.svg\"");
    assert_has(pages[2], "src=\"/shop/pictures/none.svg\"");
}

static void paths_of_the_web_server_are_not_below_the_base(void **state)
{
    (void)state;
    struct product product = lamp;
    const struct product_image image = {"/images/a.jpg", ""};
    product.images = &image;
    frame.base = "/shop";
    const char *page = product_page(&product, NULL);
    assert_has(page, "src=\"/images/a.jpg\" alt=\"Arc lamp\"");
}

static void picture_that_a_page_must_not_load_is_a_drawing(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://a.example/x.jpg", "javascript:alert(1)", "data:image/png,x", "//x/y",
                                       ""};
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        struct product product = lamp;
        const struct product_image image = {urls[i], "alt"};
        product.images = &image;
        assert_has(product_page(&product, NULL), "src=\"/pictures/none.svg\" alt=\"\"");
    }
}

static void product_page_tells_all_there_is(void **state)
{
    (void)state;
    const char *page = product_page(&lamp, NULL);
    assert_has(page, "<title>Arc lamp</title>");
    assert_has(page, "<h1 dir=\"auto\">Arc lamp</h1>");
    assert_has(page, "Warm light.\nFor desks.");
    assert_has(page, "LMP-1");
    assert_has(page, "Few left");
    assert_has(page, "alt=\"A lamp\"");
    assert_has(page, "href=\"/products?tag=new%20%26%20nice\"");
    assert_has(page, "href=\"/categories/lamps\"");
    assert_has(page, "href=\"/categories/home\"");
}

static void product_without_a_name_is_known_by_its_slug(void **state)
{
    (void)state;
    const char *page = product_page(&bare, NULL);
    assert_has(page, "<h1 dir=\"auto\">iphone-x</h1>");
    assert_has_not(page, "Article number");
    assert_has_not(page, "class=\"stock");
}

static void data_is_text_wherever_it_stands(void **state)
{
    (void)state;
    static const char evil[] = "\"'></title></option><script>alert(1)</script>";
    static const char *const evils[] = {evil};
    const struct product_image image = {"/x\"><script>alert(1)</script>", evil};
    const struct product product = {.id = 1,
                                    .slug = evil,
                                    .description = evil,
                                    .categories = evils,
                                    .category_count = 1,
                                    .own_category_count = 1,
                                    .sku = evil,
                                    .name = evil,
                                    .tags = evils,
                                    .tag_count = 1,
                                    .images = &image,
                                    .image_count = 1,
                                    .stock = evil};
    const struct category_entry category = {evil, evil, NULL, 1};
    const struct category_list evil_tree = {&category, 1};
    const struct customer customer = {.id = 1, .first_name = evil, .last_name = evil, .login = evil};
    const struct applied_rule evil_rule = {evil, evil, evil, 2, 1};

    frame = (struct page_frame){.base = "", .currency = "", .categories = &evil_tree, .customer = &customer};
    applied.items = &evil_rule;
    products.items = &product;
    listing.applied = &applied;
    listing.quotes = &quote;
    listing.next = evil;
    query.text = query.tag = query.category = evil;
    const char *const pages[] = {list_page(), product_page(&product, &quote), copy(page_print_home(&frame, &arena)),
                                 copy(page_print_problem(&frame, &(struct page_problem){404, evil, evil}, &arena))};
    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        assert_has_not(pages[i], "<script");
        assert_has(pages[i], "&lt;script&gt;alert(1)&lt;/script&gt;");
    }
}

/* ---- The list ---------------------------------------------------------------------------------------------------- */

static void first_page_leads_on_and_the_next_one_back(void **state)
{
    (void)state;
    listing.next = "after=abc&sort=name";
    const char *page = list_page();
    assert_has(page, "<a rel=\"next\" href=\"/products?after=abc&amp;sort=name\">");
    assert_has_not(page, "rel=\"prev\"");
    listing.previous = "before=def";
    query.sort = SORT_NAME;
    page = list_page();
    assert_has(page, "<a rel=\"prev\" href=\"/products?before=def\">");
    assert_has(page, "<a rel=\"first\" href=\"/products?sort=name\">");
}

static void all_there_is_has_no_pages(void **state)
{
    (void)state;
    const char *page = list_page();
    assert_has_not(page, "class=\"pages\"");
    assert_has(page, ">1 product</p>");
}

static void count_tells_what_is_known(void **state)
{
    (void)state;
    listing.next = "after=abc";
    assert_has(list_page(), ">1 shown</p>");
    listing.total = 1234;
    assert_has(list_page(), ">1 shown of 1234 products</p>");
}

static void filters_that_are_on_can_be_taken_away(void **state)
{
    (void)state;
    query.text = "a b";
    query.tag = "steel";
    query.category = "home";
    query.min_price = 1500;
    query.sort = SORT_RANK;
    const char *page = list_page();
    assert_has(page, "<details class=\"filters\" open>");
    assert_has(page,
               "href=\"/products?category=home&amp;tag=steel&amp;q=a%20b\"><span class=\"unseen\">Without </span>from");
    assert_has(page, "href=\"/products?category=home&amp;q=a%20b&amp;min_price=1500\"><span class=\"unseen\">Without "
                     "</span>tag:");
    assert_has(page, "href=\"/products?category=home&amp;tag=steel&amp;min_price=1500\"><span class=\"unseen\">Without "
                     "</span>words:");
    assert_has(page, "<option value=\"1500\" selected>€15.00</option>");
    assert_has(page, "<option value=\"home\" selected>");
    assert_has(page, "name=\"q\" type=\"search\" maxlength=\"100\" value=\"a b\"");
}

static void form_keeps_the_order_and_the_length(void **state)
{
    (void)state;
    query.sort = SORT_PRICE_DOWN;
    query.limit = 24;
    const char *page = list_page();
    assert_has(page, "<input type=\"hidden\" name=\"sort\" value=\"-price\">");
    assert_has(page, "<input type=\"hidden\" name=\"limit\" value=\"24\">");
    assert_has(page, "aria-current=\"true\">Highest list price<");
}

static void list_as_it_is_has_nothing_to_keep(void **state)
{
    (void)state;
    const char *page = list_page();
    assert_has_not(page, "type=\"hidden\"");
    assert_has_not(page, " open>");
    assert_has_not(page, "Best match");
}

static void search_that_asked_for_the_shops_order_keeps_it(void **state)
{
    (void)state;
    query.text = "lamp";
    assert_has(list_page(), "name=\"sort\" value=\"id\"");
    query.sort = SORT_RANK;
    assert_has_not(list_page(), "name=\"sort\"");
    assert_has(list_page(), "aria-current=\"true\">Best match<");
}

static void category_page_shows_where_it_is_and_what_is_below(void **state)
{
    (void)state;
    query.category = "lamps";
    query.is_category_of_path = true;
    const char *page = list_page();
    assert_has(page, "<h1 dir=\"auto\">Lamps</h1>");
    assert_has(page, "<a href=\"/categories/lamps\" aria-current=\"page\">Lamps</a>");
    assert_has(page, "<a href=\"/categories/home\">Home &amp; &lt;more&gt;</a>");
    assert_has(page, "<a dir=\"auto\" href=\"/categories/tall\">Tall lamps</a>");
    assert_has(page, "action=\"/categories/lamps\"");
    assert_has_not(page, "name=\"category\"");
}

static void nothing_found_says_so_and_leads_on(void **state)
{
    (void)state;
    products.count = 0;
    query.text = "xyz";
    assert_has(list_page(), "Nothing matches all of that.");
    assert_has(list_page(), ">Show all products</a>");
    query.text = NULL;
    assert_has(list_page(), "There are no products yet.");
}

static void degraded_page_says_so(void **state)
{
    (void)state;
    assert_has_not(list_page(), "role=\"status\">Your own prices");
    frame.is_degraded = true;
    assert_has(list_page(), "<p class=\"notice\" role=\"status\">Your own prices cannot be looked up right now.");
    assert_has(product_page(&lamp, NULL), "<p class=\"notice\"");
}

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
        many[i] = (struct category_entry){arena_print(&arena, "c%04d", i), "", i > 0 ? many[i / 2].slug : NULL, 1};
    const struct category_list much = {many, 5000};
    frame.categories = &much;
    query.category = "c0042";
    const char *page = list_page();
    assert_true(strlen(page) < 20000);
    assert_has(page, "<option value=\"c0042\" selected>");
}

static void shop_without_categories_has_pages(void **state)
{
    (void)state;
    frame.categories = NULL;
    assert_has_not(list_page(), "All categories</a></li>\n</ul>\n</nav>");
    assert_has(copy(page_print_categories(&frame, &arena)), "There are no categories yet.");
    assert_has(copy(page_print_home(&frame, &arena)), "href=\"/products\"");
    query.category = "gone";
    assert_has(list_page(), "<option value=\"gone\" selected>gone</option>");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(amounts_are_in_the_shops_currency),
        TEST(round_amounts_grow_in_every_currency),
        TEST(anonymous_visitor_sees_the_list_price_alone),
        TEST(customer_sees_their_price_beside_the_struck_list_price),
        TEST(rule_without_a_label_is_named_by_its_key),
        TEST(customer_without_a_discount_sees_the_list_price_alone),
        TEST(product_that_is_given_away_costs_nothing),
        TEST(every_page_has_its_head_and_its_way_around),
        TEST(every_address_is_below_the_base),
        TEST(paths_of_the_web_server_are_not_below_the_base),
        TEST(picture_that_a_page_must_not_load_is_a_drawing),
        TEST(product_page_tells_all_there_is),
        TEST(product_without_a_name_is_known_by_its_slug),
        TEST(data_is_text_wherever_it_stands),
        TEST(first_page_leads_on_and_the_next_one_back),
        TEST(all_there_is_has_no_pages),
        TEST(count_tells_what_is_known),
        TEST(filters_that_are_on_can_be_taken_away),
        TEST(form_keeps_the_order_and_the_length),
        TEST(list_as_it_is_has_nothing_to_keep),
        TEST(search_that_asked_for_the_shops_order_keeps_it),
        TEST(category_page_shows_where_it_is_and_what_is_below),
        TEST(nothing_found_says_so_and_leads_on),
        TEST(degraded_page_says_so),
        TEST(tree_shows_each_category_below_its_own),
        TEST(categories_are_in_the_order_of_their_names),
        TEST(thousands_of_categories_are_not_all_in_one_list),
        TEST(shop_without_categories_has_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
