/* SPDX-License-Identifier: MIT */
/* page.h: what people find on each page, and that nothing of the data is markup. */
#include "tests/unit/catalog/page_harness.h"

#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/money.h"

static const struct product bare = {.id = 1, .slug = "iphone-x", .description = "64GB", .price_cents = 99999};
static const struct customer john = {.id = 1, .first_name = "John", .last_name = "Snow", .login = ""};
static const struct applied_rule rule = {"spring", "Spring <sale>", "sale", 129900, 99900};
static struct quote quote;
static struct applied_rules applied;

static int prepare_prices(void **state)
{
    quote = (struct quote){.pct = 0.23f, .value_cents = 99900};
    applied = (struct applied_rules){&rule, 1};
    return prepare(state);
}

/* A script element that is no data would be run. */
static void assert_runs_nothing(const char *page)
{
    static const char data[] = "<script type=\"application/ld+json\">{";
    for (const char *at = strstr(page, "<script"); at != NULL; at = strstr(at + 1, "<script"))
        assert_memory_equal(at, data, sizeof data - 1);
}

static const char *product_page(const struct product *product, const struct quote *price)
{
    const struct page_product shown = {.product = product, .quote = price, .applied = price != NULL ? &applied : NULL};
    return copy(page_print_product(&frame, &shown, &(struct page_products){.list = &nothing}, &arena));
}

/* ---- Variants ---------------------------------------------------------------------------------------------------- */

static void variants_are_chosen_by_links(void **state)
{
    static const struct product_option sizes[] = {{"Size", "S"}, {"Size", "<M>"}};
    static const struct product_variant variants[] = {
        {.id = 5, .options = &sizes[0], .option_count = 1, .price_cents = 1000},
        {.id = 6, .options = &sizes[1], .option_count = 1, .price_cents = 2000}};
    static const struct quote quotes[] = {{.pct = 0.5f, .value_cents = 500}, {.pct = 0.25f, .value_cents = 1500}};
    const struct quote *const places[] = {&quotes[0], &quotes[1]};
    const struct product shirt = {
        .id = 1, .slug = "shirt", .description = "", .price_cents = 1000, .variants = variants, .variant_count = 2};
    struct page_product shown = {.product = &shirt};

    (void)state;
    const char *page = copy(page_print_product(&frame, &shown, &(struct page_products){.list = &nothing}, &arena));
    assert_non_null(strstr(page, "From <strong>"));
    assert_non_null(strstr(page, "/products/shirt?variant=5\" dir=\"auto\">S · "));
    assert_non_null(strstr(page, "/products/shirt?variant=6\" dir=\"auto\">&lt;M&gt; · "));
    shown = (struct page_product){.product = &shirt, .quote = &quotes[0], .variant = 5, .variant_quotes = places};
    page = copy(page_print_product(&frame, &shown, &(struct page_products){.list = &nothing}, &arena));
    assert_null(strstr(page, "From <strong>"));
    assert_non_null(strstr(page, "/products/shirt?variant=5\" aria-current=\"true\""));
    assert_non_null(strstr(page, "15.00</a>"));
}

/* ---- Prices ------------------------------------------------------------------------------------------------------ */

static void amounts_are_in_the_shops_currency(void **state)
{
    (void)state;
    assert_string_equal(money_print(129900, "EUR", language_default, &arena), "€1,299.00");
    assert_string_equal(money_print(5, "USD", language_default, &arena), "$0.05");
    assert_string_equal(money_print(129900, "JPY", language_default, &arena), "¥129,900");
    assert_string_equal(money_print(129900, "CHF", language_default, &arena), "CHF\u00a01,299.00");
    assert_string_equal(money_print(1299000, "KWD", language_default, &arena), "KWD\u00a01,299.000");
    assert_string_equal(money_print(INT32_MAX, "", language_default, &arena), "21,474,836.47");
    assert_string_equal(money_print(99999, "", language_default, &arena), "999.99");
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
    listing.products.quotes = &quote;
    listing.products.applied = &applied;
    frame.customer = &john;
    const char *page = list_page();
    assert_has(page, "Your price: </span><strong><data value=\"999.00\">€999.00</data></strong>");
    assert_has(page, "<s><data value=\"1299.00\">€1,299.00</data></s>");
    assert_has(page, ">Spring &lt;sale&gt;</span>");
    assert_has(page, "Prices for <span dir=\"auto\">John Snow</span>");
}

static void label_of_every_product_is_said_once(void **state)
{
    (void)state;
    const struct product two[] = {lamp, bare};
    struct quote quotes[] = {quote, quote};
    struct applied_rules rules[] = {applied, applied};
    products = (struct product_list){two, 2};
    listing.products.quotes = quotes;
    listing.products.applied = rules;
    const char *page = list_page();
    assert_has(page, ">2 products <span class=\"rule\" dir=\"auto\">Spring &lt;sale&gt;</span></p>");
    assert_null(strstr(strstr(page, "class=\"card\""), "class=\"rule\""));
    rules[1].count = 0;
    assert_has(strstr(list_page(), "class=\"card\""), ">Spring &lt;sale&gt;</span>");
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
        home_page(),
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
        assert_has(pages[i], " dir=\"auto\">Lamps &amp; more</a></p>");
        assert_has(pages[i], "<label class=\"unseen\" for=\"search\">");
        assert_has(pages[i], "Home &amp; &lt;more&gt;</a>");
        assert_runs_nothing(pages[i]);
        assert_has_not(pages[i], "style=\"");
        assert_has(pages[i], "</html>\n");
    }
}

static void front_page_shows_products_with_the_visitors_prices(void **state)
{
    (void)state;
    const struct page_products newest = {&products, &quote, &applied};
    const struct product_list reduced = {&bare, 1};
    const struct page_home home = {
        .newest = newest, .tag = "50 % <off>", .tagged = {.list = &reduced}, .pictured = &products};
    const char *page = copy(page_print_home(&frame, &home, &arena));
    assert_has(page, "<h1>New in the shop</h1>");
    assert_has(page, "<a href=\"/products/arc-lamp\">Arc lamp</a>");
    assert_has(page, "Your price: </span><strong><data value=\"999.00\">");
    assert_has(page, "<img src=\"/pictures/arc-lamp.svg\" alt=\"A lamp\" loading=\"lazy\" width=\"240\" height=\"240\">"
                     "<a dir=\"auto\" href=\"/categories/home\">");
    const char *tagged = strstr(page, "<a href=\"/products?tag=50%20%25%20%3Coff%3E\">50 % &lt;off&gt;</a></h2>");
    assert_non_null(tagged);
    assert_has(tagged, "<li class=\"card\">");
    assert_has(home_page(), "There are no products yet.");
}

static void product_page_shows_others_like_it(void **state)
{
    (void)state;
    const struct product_list others = {&bare, 1};
    const struct quote price = {.pct = 0.5f, .value_cents = 50000};
    const struct page_products related = {&others, &price, &applied};
    const struct page_product shown = {.product = &lamp, .quote = &quote, .applied = &applied};
    const char *page = copy(page_print_product(&frame, &shown, &related, &arena));
    const char *like = strstr(page, "<h2>More like this</h2>");
    assert_non_null(like);
    assert_has(like, "<a href=\"/products/iphone-x\">iphone-x</a>");
    assert_has(like, "€500.00");
    assert_has(like, "loading=\"lazy\"");
    assert_has_not(product_page(&lamp, NULL), "More like this");
}

static void front_page_has_the_shops_name_alone(void **state)
{
    (void)state;
    assert_has(home_page(), "<title>Lamps &amp; more</title>");
}

static void error_leads_on(void **state)
{
    (void)state;
    frame.base = "/shop";
    const char *page = copy(page_print_problem(&frame, &(struct page_problem){404, "Not Found", "No."}, &arena));
    const char *problem = strstr(page, "class=\"problem\"");
    assert_non_null(problem);
    assert_has(problem, "href=\"#search\"");
    assert_has(problem, "href=\"/shop/products\"");
    assert_has(problem, "href=\"/shop/\"");
    assert_has(page, "<input id=\"search\"");
}

static void search_engines_are_told_the_one_address_of_a_page(void **state)
{
    (void)state;
    frame.base = "/shop";
    assert_has(product_page(&lamp, NULL), "<link rel=\"canonical\" href=\"/shop/products/arc-lamp\">");
    assert_has(list_page(), "<link rel=\"canonical\" href=\"/shop/products\">");
    listing.here = "q=a&limit=5";
    assert_has(list_page(), "<link rel=\"canonical\" href=\"/shop/products?q=a&amp;limit=5\">");
    query.category = "lamps";
    query.is_category_of_path = true;
    listing.here = "after=xyz";
    assert_has(list_page(), "<link rel=\"canonical\" href=\"/shop/categories/lamps?after=xyz\">");
    assert_has_not(copy(page_print_problem(&frame, &(struct page_problem){404, "Not Found", "No."}, &arena)),
                   "canonical");
}

static const char *problem_in(const char *tag, int status)
{
    struct language_list list;

    if (!language_list_read(tag, &list))
        fail_msg("no language %s", tag);
    frame.language = list.items[0];
    return copy(page_print_problem(&frame, &(struct page_problem){status, "In English", "No."}, &arena));
}

static void the_name_of_an_error_is_in_the_page_s_language_or_marked_as_english(void **state)
{
    static const int named[] = {400, 403, 404, 405, 412, 414, 431, 503};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(named); i++)
        assert_has_not(problem_in("de", named[i]), "In English");
    assert_has(problem_in("ru", 414), "<h1>Слишком длинный адрес</h1>");
    assert_has(problem_in("ru", 500), "<h1 lang=\"en\">In English</h1>");
}

static void whoever_shows_a_link_is_told_what_it_leads_to(void **state)
{
    (void)state;
    const char *page = product_page(&lamp, NULL);
    assert_has(page, "<meta name=\"description\" content=\"Warm light. For desks.\">");
    assert_has(page, "<meta property=\"og:type\" content=\"product\">");
    assert_has(page, "<meta property=\"og:title\" content=\"Arc lamp\">");
    assert_has(page, "<meta property=\"product:price:amount\" content=\"1299.00\">");
    assert_has(page, "<meta property=\"product:price:currency\" content=\"EUR\">");
    assert_has_not(page, "og:url");
    assert_has_not(page, "og:image");
    assert_has(list_page(), "<meta property=\"og:type\" content=\"website\">");
    frame.customer = &john;
    assert_has_not(product_page(&lamp, &quote), "product:price");
}

static void addresses_for_others_are_below_the_public_one(void **state)
{
    (void)state;
    struct product product = lamp;
    const struct product_image images[] = {{"/images/a b.jpg", ""}, {"http://x/", ""}, {"https://y/b.jpg", ""}};
    frame.base = "/inside";
    frame.public_url = "https://shop.example/lamps";
    const char *page = product_page(&lamp, NULL);
    assert_has(page, "<link rel=\"canonical\" href=\"https://shop.example/lamps/products/arc-lamp\">");
    assert_has(page, "<meta property=\"og:url\" content=\"https://shop.example/lamps/products/arc-lamp\">");
    assert_has(page, "<meta property=\"og:image\" content=\"https://shop.example/lamps/pictures/arc-lamp.svg\">");
    assert_has(page, "\"url\":\"https://shop.example/lamps/products/arc-lamp\"");
    assert_has(page, "href=\"/inside/products\"");
    product.images = images;
    product.image_count = ARRAY_LENGTH(images);
    page = product_page(&product, NULL);
    assert_has(page, "<meta property=\"og:image\" content=\"https://shop.example/images/a%20b.jpg\">");
    assert_has(page, "\"image\":[\"https://shop.example/images/a b.jpg\",\"https://y/b.jpg\"]");
}

static void description_for_search_engines_is_cut_at_a_word(void **state)
{
    (void)state;
    struct product product = lamp;
    char words[1000] = "", runes[1000] = "";
    for (int i = 0; i < 50; i++)
        strcat(words, " twelve\n bytes");
    for (int i = 0; i < 200; i++)
        strcat(runes, "東");
    product.description = words;
    assert_has(product_page(&product, NULL), "<meta name=\"description\" content=\"twelve bytes twelve bytes ");
    assert_has(product_page(&product, NULL), "twelve bytes twelve bytes…\">");
    product.description = runes;
    assert_has(product_page(&product, NULL), "東東…\">");
    product.description = " \n ";
    assert_has_not(product_page(&product, NULL), "name=\"description\"");
}

static void programs_read_the_visitors_own_offer(void **state)
{
    (void)state;
    const char *page = product_page(&lamp, NULL);
    assert_has(page,
               "{\"@context\":\"https://schema.org\",\"@type\":\"Product\",\"name\":\"Arc lamp\",\"url\":\""
               "/products/arc-lamp\",\"description\":\"Warm light. For desks.\",\"sku\":\"LMP-1\","
               "\"image\":[\"/pictures/arc-lamp.svg\"],\"offers\":{\"@type\":\"Offer\",\"price\":\"1299.00\","
               "\"priceCurrency\":\"EUR\",\"availability\":\"https://schema.org/LimitedAvailability\"}}</script>");
    assert_has(page, "\"@type\":\"BreadcrumbList\",\"itemListElement\":[{\"@type\":\"ListItem\",\"position\":1,"
                     "\"name\":\"Home \\u0026 \\u003cmore\\u003e\",\"item\":\"/categories/home\"},");
    assert_has(product_page(&lamp, &quote), "\"price\":\"999.00\"");
    frame.currency = "";
    assert_has(product_page(&bare, NULL), "\"offers\":{\"@type\":\"Offer\",\"price\":\"999.99\"}}</script>");
}

static void product_whose_slug_is_none_is_linked_by_its_id(void **state)
{
    (void)state;
    static const char *const slugs[] = {"a/b c?d#e", "2", "caf\xc3\xa9", "", "A", "a--b", "..", "."};
    for (size_t i = 0; i < ARRAY_LENGTH(slugs); i++) {
        struct product odd = lamp;
        odd.slug = slugs[i];
        products.items = &odd;
        assert_has(list_page(), "<a href=\"/products/7\">Arc lamp</a>");
        assert_has(product_page(&odd, NULL), "<link rel=\"canonical\" href=\"/products/7\">");
    }
}

static void every_address_is_below_the_base(void **state)
{
    (void)state;
    frame.base = "/shop";
    listing.next = "after=x";
    listing.previous = "before=y";
    const char *const pages[] = {list_page(), product_page(&lamp, NULL), product_page(&bare, NULL), home_page(),
                                 copy(page_print_categories(&frame, &arena))};

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
    assert_has(page, "<title>Arc lamp – Lamps &amp; more</title>");
    assert_has(page, "<h1 dir=\"auto\">Arc lamp</h1>");
    assert_has(page, "Warm light.\nFor desks.");
    assert_has(page, "LMP-1");
    assert_has(page, "Few left");
    assert_has(page, "alt=\"A lamp\"");
    assert_has(page, "href=\"/products?tag=new%20%26%20nice\"");
    assert_has(page, "href=\"/categories/lamps\"");
    assert_has(page, "href=\"/categories/home\"");
}

/* Not what somebody paid before: nothing is struck. */
static void compare_at_price_is_a_recommendation_in_words(void **state)
{
    struct product product = bare;

    (void)state;
    product.compare_at_cents = product.price_cents + 100;
    const char *page = product_page(&product, NULL);
    assert_has(page, "<p class=\"recommended\">Recommended price: <data");
    assert_has_not(page, "<s>");
    product.compare_at_cents = product.price_cents;
    assert_has_not(product_page(&product, NULL), "Recommended");
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
    const struct category_entry category = {evil, evil, NULL, 1, 0};
    const struct category_list evil_tree = {&category, 1};
    const struct customer customer = {.id = 1, .first_name = evil, .last_name = evil, .login = evil};
    const struct applied_rule evil_rule = {evil, evil, evil, 2, 1};

    frame = (struct page_frame){.base = "",
                                .shop_name = evil,
                                .language = language_default,
                                .currency = "",
                                .categories = &evil_tree,
                                .customer = &customer};
    applied.items = &evil_rule;
    products.items = &product;
    listing.products.applied = &applied;
    listing.products.quotes = &quote;
    listing.next = listing.here = evil;
    query.text = query.tag = query.category = evil;
    const char *const pages[] = {list_page(), product_page(&product, &quote), home_page(),
                                 copy(page_print_problem(&frame, &(struct page_problem){404, evil, evil}, &arena))};
    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        assert_runs_nothing(pages[i]);
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
    assert_has(list_page(), ">1 shown of 1,234 products</p>");
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
    assert_has(page, "<details class=\"filters\">");
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

/* ---- What narrows it --------------------------------------------------------------------------------------------- */

/* Two lamps and a chair. */
static void show_three(void)
{
    static const char *const categories_of_chair[] = {"home"}, *const tags_of_chair[] = {"steel"};
    static struct product three[3];

    three[0] = three[1] = three[2] = lamp;
    three[1].price_cents = 1999;
    three[2].price_cents = 2000;
    three[2].categories = categories_of_chair;
    three[2].tags = tags_of_chair;
    three[2].category_count = three[2].tag_count = 1;
    products = (struct product_list){three, 3};
}

#define FACET(query, name, count)                                                                                      \
    "<li><a href=\"/products?" query "\" dir=\"auto\">" name "</a> <span class=\"count\"><span class=\"unseen\">"      \
    "products: </span>" count "</span></li>"

static void each_filter_says_how_many_products_it_leaves(void **state)
{
    (void)state;
    show_three();
    query.text = "x";
    query.sort = SORT_RANK;
    const char *page = list_page();
    assert_has(page,
               "<h2>Category</h2>\n<ul class=\"tags\">\n" FACET("category=lamps&amp;q=x", "Lamps", "2") "\n</ul>");
    assert_has(page, FACET("tag=new%20%26%20nice&amp;q=x", "new &amp; nice", "2"));
    assert_has(page, FACET("q=x&amp;min_price=1000&amp;max_price=1999", "€10.00 – €19.99", "1"));
    assert_has(page, FACET("q=x&amp;min_price=2000&amp;max_price=4999", "€20.00 – €49.99", "1"));
    assert_has(page, FACET("q=x&amp;min_price=100000&amp;max_price=199999", "€1,000.00 – €1,999.99", "1"));
    assert_has_not(page, "category=home"); /* every product is in it, and has this tag */
    assert_has_not(page, "tag=steel");
}

static void after_another_text_was_looked_for_filters_and_orders_have_that_one(void **state)
{
    (void)state;
    show_three();
    query.text = "lmap";
    query.sort = SORT_RANK;
    listing.searched = "lamp";
    const char *page = list_page();
    assert_has(page, FACET("category=lamps&amp;q=lamp", "Lamps", "2"));
    assert_has(page, "<a href=\"/products?q=lamp&amp;sort=price\">");
    assert_has_not(page, "q=lmap");
}

static void prices_at_both_ends_have_one_bound(void **state)
{
    static const struct product two[] = {
        {.id = 1, .slug = "a", .description = "", .price_cents = 0},
        {.id = 2, .slug = "b", .description = "", .price_cents = INT32_MAX},
    };

    (void)state;
    products = (struct product_list){two, 2};
    const char *page = list_page();
    assert_has(page, FACET("max_price=499", "up to €4.99", "1"));
    assert_has(page, FACET("min_price=1000000", "from €10,000.00", "1"));
}

static void where_not_all_products_are_on_the_page_filters_have_no_numbers(void **state)
{
    (void)state;
    show_three();
    listing.next = "after=abc";
    const char *page = list_page();
    assert_has(page, "<li><a href=\"/products?category=home\" dir=\"auto\">Home &amp; &lt;more&gt;</a></li>");
    assert_has(page, "<li><a href=\"/products?tag=steel\" dir=\"auto\">steel</a></li>");
}

static void what_is_chosen_is_not_offered_again(void **state)
{
    (void)state;
    show_three();
    query.tag = "steel";
    query.category = "home";
    query.min_price = 1000;
    assert_has_not(list_page(), "<ul class=\"tags\">");
}

static void every_field_of_the_form_has_a_name_that_says_it_all(void **state)
{
    (void)state;
    const char *page = list_page();
    assert_has(page, "<label for=\"min\">List price from</label>");
    assert_has(page, "<label for=\"max\">List price up to</label>");
    query.sort = SORT_UPDATED_DOWN;
    assert_has(list_page(), "aria-current=\"true\">New and updated<");
}

static void prices_the_wrong_way_round_are_said_in_words_and_kept(void **state)
{
    (void)state;
    listing.wrong = "min_price";
    listing.here = NULL;
    products.count = 0;
    query.min_price = 5000;
    query.max_price = 2000;
    query.text = "lamp";
    const char *page = list_page();
    assert_has(page, "role=\"alert\" id=\"wrong\">The lowest list price, €50.00, is above the highest, €20.00.");
    assert_has(page, "name=\"min_price\" aria-invalid=\"true\" aria-describedby=\"wrong\">");
    assert_has(page, "<option value=\"5000\" selected>");
    assert_has(page, "<option value=\"2000\" selected>");
    assert_has(page, "maxlength=\"100\" value=\"lamp\"");
    assert_has(page, "<details class=\"filters\" open>");
    assert_has_not(page, "Nothing matches");
    assert_has_not(page, "class=\"shown\"");
    assert_has_not(page, "canonical");
    assert_has_not(page, "min_price=");
}

static void every_filter_that_is_wrong_is_said_in_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"q", "search for fewer words"},           {"tag", "no such tag"},
        {"category", "no such category"},          {"min_price", "lowest list price is no price"},
        {"max_price", "highest list price is no"},
    };
    products.count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        listing.wrong = cases[i][0];
        const char *page = list_page();
        assert_has(page, cases[i][1]);
        assert_has(page, arena_print(&arena, "name=\"%s\"", cases[i][0]));
        assert_has(page, "aria-invalid=\"true\" aria-describedby=\"wrong\"");
    }
    listing.wrong = NULL;
    assert_has_not(list_page(), "wrong");
}

static void form_keeps_the_order_and_the_length(void **state)
{
    (void)state;
    query.sort = SORT_PRICE_DOWN;
    query.limit = 24;
    const char *page = list_page();
    assert_has(page, "<input type=\"hidden\" name=\"sort\" value=\"-price\">");
    assert_has(page, "<input type=\"hidden\" name=\"limit\" value=\"24\">");
    assert_has(page, "aria-current=\"true\">Price, high to low<");
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

#define PRICED(name) cmocka_unit_test_setup_teardown(name, prepare_prices, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PRICED(amounts_are_in_the_shops_currency),
        PRICED(round_amounts_grow_in_every_currency),
        PRICED(anonymous_visitor_sees_the_list_price_alone),
        PRICED(customer_sees_their_price_beside_the_struck_list_price),
        PRICED(label_of_every_product_is_said_once),
        PRICED(rule_without_a_label_is_named_by_its_key),
        PRICED(customer_without_a_discount_sees_the_list_price_alone),
        PRICED(product_that_is_given_away_costs_nothing),
        PRICED(every_page_has_its_head_and_its_way_around),
        PRICED(front_page_has_the_shops_name_alone),
        PRICED(front_page_shows_products_with_the_visitors_prices),
        PRICED(product_page_shows_others_like_it),
        PRICED(error_leads_on),
        PRICED(the_name_of_an_error_is_in_the_page_s_language_or_marked_as_english),
        PRICED(search_engines_are_told_the_one_address_of_a_page),
        PRICED(whoever_shows_a_link_is_told_what_it_leads_to),
        PRICED(addresses_for_others_are_below_the_public_one),
        PRICED(description_for_search_engines_is_cut_at_a_word),
        PRICED(programs_read_the_visitors_own_offer),
        PRICED(product_whose_slug_is_none_is_linked_by_its_id),
        PRICED(every_address_is_below_the_base),
        PRICED(paths_of_the_web_server_are_not_below_the_base),
        PRICED(picture_that_a_page_must_not_load_is_a_drawing),
        PRICED(product_page_tells_all_there_is),
        PRICED(compare_at_price_is_a_recommendation_in_words),
        PRICED(product_without_a_name_is_known_by_its_slug),
        PRICED(data_is_text_wherever_it_stands),
        PRICED(first_page_leads_on_and_the_next_one_back),
        PRICED(all_there_is_has_no_pages),
        PRICED(count_tells_what_is_known),
        PRICED(filters_that_are_on_can_be_taken_away),
        TEST(each_filter_says_how_many_products_it_leaves),
        TEST(after_another_text_was_looked_for_filters_and_orders_have_that_one),
        TEST(prices_at_both_ends_have_one_bound),
        TEST(where_not_all_products_are_on_the_page_filters_have_no_numbers),
        TEST(what_is_chosen_is_not_offered_again),
        TEST(variants_are_chosen_by_links),
        PRICED(every_field_of_the_form_has_a_name_that_says_it_all),
        PRICED(prices_the_wrong_way_round_are_said_in_words_and_kept),
        PRICED(every_filter_that_is_wrong_is_said_in_words),
        PRICED(form_keeps_the_order_and_the_length),
        PRICED(list_as_it_is_has_nothing_to_keep),
        PRICED(search_that_asked_for_the_shops_order_keeps_it),
        PRICED(category_page_shows_where_it_is_and_what_is_below),
        PRICED(nothing_found_says_so_and_leads_on),
        PRICED(degraded_page_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
