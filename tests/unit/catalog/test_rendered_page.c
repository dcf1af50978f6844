/* SPDX-License-Identifier: MIT */
/* The page: the contract's three answers byte for byte, splicing, and who keeps it alive. */
#include <float.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <cjson/cJSON.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/rendered_page.h"

static const struct product demo_products[] = {
    {.id = 1, .slug = "iphone-x", .description = "64GB, black and iOS 12", .price_cents = 99999},
    {.id = 2, .slug = "notebook-avell-g1511", .description = "Notebook Gamer Intel Core i7", .price_cents = 150000},
    {.id = 3, .slug = "playstation-4-slim", .description = "1TB Console", .price_cents = 32999},
};

static const struct product_list demo = {demo_products, ARRAY_LENGTH(demo_products)};

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* A page of the whole of these products. */
static struct rendered_page *make_page(int64_t revision, const struct product_list *products)
{
    return rendered_page_new(
        revision, &(struct page_content){.products = *products, .fields = FIELD_ALL, .currency = "", .total = -1});
}

static void assert_text(struct text text, const char *expected)
{
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

static void demo_list_is_the_contracts(void **state)
{
    (void)state;
    struct rendered_page *rendered = make_page(1, &demo);
    assert_text(
        rendered_page_list(rendered),
        "[{\"id\":1,\"slug\":\"iphone-x\",\"description\":\"64GB, black and iOS 12\",\"price_in_cents\":99999},"
        "{\"id\":2,\"slug\":\"notebook-avell-g1511\",\"description\":\"Notebook Gamer Intel Core i7\","
        "\"price_in_cents\":150000},"
        "{\"id\":3,\"slug\":\"playstation-4-slim\",\"description\":\"1TB Console\",\"price_in_cents\":32999}]\n");
    rendered_page_drop(rendered);
}

static void discounted_demo_list_is_the_contracts(void **state)
{
    (void)state;
    static const struct quote quotes[] = {{0.1f, 89999}, {0.1f, 135000}, {0.1f, 29699}};
    struct rendered_page *rendered = make_page(1, &demo);
    assert_text(rendered_page_print(rendered, quotes, NULL, &arena),
                "[{\"id\":1,\"slug\":\"iphone-x\",\"description\":\"64GB, black and iOS 12\",\"price_in_cents\":99999,"
                "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":89999}},"
                "{\"id\":2,\"slug\":\"notebook-avell-g1511\",\"description\":\"Notebook Gamer Intel Core i7\","
                "\"price_in_cents\":150000,\"discount_value\":{\"pct\":0.1,\"value_in_cents\":135000}},"
                "{\"id\":3,\"slug\":\"playstation-4-slim\",\"description\":\"1TB Console\",\"price_in_cents\":32999,"
                "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":29699}}]\n");
    rendered_page_drop(rendered);
}

static void demo_list_without_discount_is_the_contracts(void **state)
{
    (void)state;
    static const struct quote quotes[3] = {{0}};
    struct rendered_page *rendered = make_page(1, &demo);
    assert_text(rendered_page_print(rendered, quotes, NULL, &arena),
                "[{\"id\":1,\"slug\":\"iphone-x\",\"description\":\"64GB, black and iOS 12\",\"price_in_cents\":99999,"
                "\"discount_value\":{}},"
                "{\"id\":2,\"slug\":\"notebook-avell-g1511\",\"description\":\"Notebook Gamer Intel Core i7\","
                "\"price_in_cents\":150000,\"discount_value\":{}},"
                "{\"id\":3,\"slug\":\"playstation-4-slim\",\"description\":\"1TB Console\",\"price_in_cents\":32999,"
                "\"discount_value\":{}}]\n");
    rendered_page_drop(rendered);
}

static void a_list_keeps_no_variants(void **state)
{
    static const struct product_option options[] = {{"Size", "M"}};
    static const struct product_variant variants[] = {{.id = 1, .options = options, .option_count = 1}};
    static const struct product items[] = {{.id = 1, .variants = variants, .variant_count = 1}};
    struct rendered_page *rendered = make_page(1, &(struct product_list){items, 1});

    (void)state;
    assert_int_equal(rendered_page_products(rendered)->items[0].variant_count, 0);
    rendered_page_drop(rendered);
}

static void empty_page_is_an_empty_array(void **state)
{
    (void)state;
    struct rendered_page *rendered = make_page(1, &(struct product_list){0});
    assert_text(rendered_page_list(rendered), "[]\n");
    assert_text(rendered_page_print(rendered, NULL, NULL, &arena), "[]\n");
    rendered_page_drop(rendered);
}

static void product_without_any_field_takes_a_discount(void **state)
{
    (void)state;
    static const struct product items[] = {{.slug = "", .description = ""}, {.slug = "", .description = ""}};
    static const struct quote quotes[] = {{0}, {0.5f, 0}};
    struct rendered_page *rendered = make_page(1, &(struct product_list){items, 2});
    assert_text(rendered_page_list(rendered), "[{},{}]\n");
    assert_text(rendered_page_print(rendered, quotes, NULL, &arena),
                "[{\"discount_value\":{}},{\"discount_value\":{\"pct\":0.5}}]\n");
    rendered_page_drop(rendered);
}

static void braces_in_a_text_do_not_mislead(void **state)
{
    (void)state;
    static const struct product items[] = {{.id = 1, .slug = "}]},{", .description = "{"},
                                           {.id = 2, .slug = "\\\"}", .description = "\n}"}};
    static const struct quote quotes[] = {{0, 5}, {0, 6}};
    struct rendered_page *rendered = make_page(1, &(struct product_list){items, 2});
    assert_text(
        rendered_page_print(rendered, quotes, NULL, &arena),
        "[{\"id\":1,\"slug\":\"}]},{\",\"description\":\"{\",\"discount_value\":{\"value_in_cents\":5}},"
        "{\"id\":2,\"slug\":\"\\\\\\\"}\",\"description\":\"\\n}\",\"discount_value\":{\"value_in_cents\":6}}]\n");
    rendered_page_drop(rendered);
}

static void thousands_of_products_keep_their_own_quotes(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct product *items = calloc(COUNT, sizeof *items);
    struct quote *quotes = calloc(COUNT, sizeof *quotes);
    for (int i = 0; i < COUNT; i++) {
        items[i] = (struct product){.id = i + 1, .slug = "s", .description = "\"quoted\"", .price_cents = INT32_MAX};
        quotes[i] = (struct quote){.pct = (float)(i % 10000 + 1) / 10000.0f, .value_cents = INT32_MIN + i};
    }
    struct rendered_page *rendered = make_page(1, &(struct product_list){items, COUNT});
    struct text text = rendered_page_print(rendered, quotes, NULL, &arena);
    cJSON *array = cJSON_ParseWithLength(text.bytes, text.length);
    assert_int_equal(cJSON_GetArraySize(array), COUNT);
    int i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        const cJSON *discount = cJSON_GetObjectItem(item, "discount_value");
        assert_int_equal(cJSON_GetObjectItem(item, "id")->valueint, items[i].id);
        assert_true((float)cJSON_GetObjectItem(discount, "pct")->valuedouble == quotes[i].pct);
        assert_int_equal(cJSON_GetObjectItem(discount, "value_in_cents")->valueint, quotes[i].value_cents);
        i++;
    }
    cJSON_Delete(array);
    rendered_page_drop(rendered);
    free(quotes);
    free(items);
}

static void rendered_page_keeps_copies_of_the_products(void **state)
{
    (void)state;
    char slug[] = "slug", description[] = "description";
    struct product item = {.id = 7, .slug = slug, .description = description, .price_cents = 8};
    struct rendered_page *rendered = make_page(42, &(struct product_list){&item, 1});
    memset(slug, 'x', sizeof slug - 1);
    memset(description, 'x', sizeof description - 1);
    item.id = 0;
    const struct product_list *kept = rendered_page_products(rendered);
    assert_int_equal(kept->count, 1);
    assert_int_equal(kept->items[0].id, 7);
    assert_int_equal(kept->items[0].price_cents, 8);
    assert_string_equal(kept->items[0].slug, "slug");
    assert_string_equal(kept->items[0].description, "description");
    assert_int_equal(rendered_page_revision(rendered), 42);
    rendered_page_drop(rendered);
}

static void rendered_page_lives_until_its_last_user_drops_it(void **state)
{
    (void)state;
    struct rendered_page *rendered = make_page(1, &demo);
    assert_ptr_equal(rendered_page_take(rendered), rendered);
    rendered_page_drop(rendered);
    assert_int_equal(rendered_page_products(rendered)->count,
                     3);          /* freed too early, the sanitizer build says so here */
    rendered_page_drop(rendered); /* never freed, here */
    rendered_page_drop(NULL);
}

static void *use_page(void *data)
{
    for (int i = 0; i < 20000; i++)
        rendered_page_drop(rendered_page_take(data));
    rendered_page_drop(data);
    return NULL;
}

static void threads_may_take_and_drop_at_once(void **state)
{
    (void)state;
    struct rendered_page *rendered = make_page(1, &demo);
    pthread_t threads[2];
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_page, rendered_page_take(rendered)), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(rendered_page_products(rendered)->count, 3);
    rendered_page_drop(rendered);
}

static const char *const slugs[] = {"phones", "electronics"};
static const struct product shown[] = {
    {.id = 1, .slug = "a", .description = "}", .categories = slugs, .category_count = 2, .own_category_count = 1},
    {.id = 2, .slug = "b", .description = ""},
    {.slug = "", .description = "", .categories = slugs, .category_count = 2, .own_category_count = 2},
};
static const struct product_list shown_list = {shown, ARRAY_LENGTH(shown)};

static void categories_stand_behind_the_discount(void **state)
{
    (void)state;
    static const struct quote quotes[] = {{0.5f, 5}, {0.5f, 6}, {0, 7}};
    struct rendered_page *rendered = make_page(1, &shown_list);
    assert_text(rendered_page_list(rendered),
                "[{\"id\":1,\"slug\":\"a\",\"description\":\"}\",\"categories\":[\"phones\"]},"
                "{\"id\":2,\"slug\":\"b\"},{\"categories\":[\"phones\",\"electronics\"]}]\n");
    assert_text(rendered_page_print(rendered, quotes, NULL, &arena),
                "[{\"id\":1,\"slug\":\"a\",\"description\":\"}\",\"discount_value\":{\"pct\":0.5,\"value_in_cents\":5},"
                "\"categories\":[\"phones\"]},"
                "{\"id\":2,\"slug\":\"b\",\"discount_value\":{\"pct\":0.5,\"value_in_cents\":6}},"
                "{\"discount_value\":{\"value_in_cents\":7},\"categories\":[\"phones\",\"electronics\"]}]\n");
    rendered_page_drop(rendered);
}

static void rendered_page_keeps_copies_of_the_categories(void **state)
{
    (void)state;
    char slug[] = "phones";
    const char *categories[] = {slug, slug};
    struct product item = {
        .slug = "", .description = "", .categories = categories, .category_count = 2, .own_category_count = 1};
    struct rendered_page *rendered = make_page(1, &(struct product_list){&item, 1});
    memset(slug, 'x', sizeof slug - 1);
    categories[1] = NULL;
    const struct product *kept = rendered_page_products(rendered)->items;
    assert_int_equal(kept->category_count, 2);
    assert_int_equal(kept->own_category_count, 1);
    assert_string_equal(kept->categories[0], "phones");
    assert_string_equal(kept->categories[1], "phones");
    rendered_page_drop(rendered);
}

static void applied_rules_stand_in_their_discount(void **state)
{
    (void)state;
    static const struct quote quotes[] = {{1, 0}, {0.5f, 6}, {0, 0}};
    static const struct applied_rule rules[] = {
        {.key = "k", .label = "l", .lane = "sale", .before_cents = 9, .after_cents = 0},
        {.key = "m", .label = "", .lane = "contract", .before_cents = 8, .after_cents = 7}};
    const struct applied_rules applied[] = {{rules, 2}, {NULL, 0}, {rules, 1}};
    struct rendered_page *rendered = make_page(1, &shown_list);
    assert_text(
        rendered_page_print(rendered, quotes, applied, &arena),
        "[{\"id\":1,\"slug\":\"a\",\"description\":\"}\",\"discount_value\":{\"pct\":1,\"applied\":["
        "{\"rule\":\"k\",\"label\":\"l\",\"lane\":\"sale\",\"price_before\":9,\"price_after\":0},"
        "{\"rule\":\"m\",\"label\":\"\",\"lane\":\"contract\",\"price_before\":8,\"price_after\":7}]},"
        "\"categories\":[\"phones\"]},"
        "{\"id\":2,\"slug\":\"b\",\"discount_value\":{\"pct\":0.5,\"value_in_cents\":6}}," /* nobody knows why */
        "{\"discount_value\":{},\"categories\":[\"phones\",\"electronics\"]}]\n");         /* there is none */
    rendered_page_drop(rendered);
}

static void long_explanations_fit(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    struct product *items = calloc(COUNT, sizeof *items);
    struct quote *quotes = calloc(COUNT, sizeof *quotes);
    struct applied_rules *applied = calloc(COUNT, sizeof *applied);
    char label[1001] = "";
    memset(label, '\x01', 1000);
    const struct applied_rule rule = {.key = "k", .label = label, .lane = "sale", .before_cents = INT32_MAX};
    for (int i = 0; i < COUNT; i++) {
        items[i] = (struct product){.id = i + 1, .slug = "s", .description = ""};
        quotes[i] = (struct quote){.pct = FLT_TRUE_MIN, .value_cents = INT32_MAX};
        applied[i] = (struct applied_rules){&rule, 1};
    }
    struct rendered_page *rendered = make_page(1, &(struct product_list){items, COUNT});
    struct text text = rendered_page_print(rendered, quotes, applied, &arena);
    cJSON *array = cJSON_ParseWithLength(text.bytes, text.length);
    assert_int_equal(cJSON_GetArraySize(array), COUNT);
    const cJSON *last = cJSON_GetObjectItem(cJSON_GetArrayItem(array, COUNT - 1), "discount_value");
    const cJSON *said = cJSON_GetArrayItem(cJSON_GetObjectItem(last, "applied"), 0);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(said, "label")), label);
    cJSON_Delete(array);
    rendered_page_drop(rendered);
    free(applied);
    free(quotes);
    free(items);
}

static const struct product_image pictures[] = {{"/a.svg", "A"}, {"/b.svg", ""}};
static const char *const two_tags[] = {"new", "red"};
static const struct product rich = {.id = 1,
                                    .slug = "a",
                                    .description = "d",
                                    .price_cents = 5,
                                    .categories = slugs,
                                    .category_count = 2,
                                    .own_category_count = 1,
                                    .sku = "k",
                                    .name = "n",
                                    .tags = two_tags,
                                    .tag_count = 2,
                                    .images = pictures,
                                    .image_count = 2,
                                    .stock = "low",
                                    .created_at = 1,
                                    .updated_at = 2};

static void chosen_fields_alone_are_shown(void **state)
{
    (void)state;
    static const struct quote quote = {0.5f, 2};
    struct page_content content = {.products = {&rich, 1}, .fields = FIELD_NAME | FIELD_DISCOUNT, .currency = "EUR"};
    struct rendered_page *rendered = rendered_page_new(1, &content);
    assert_text(rendered_page_print(rendered, &quote, NULL, &arena),
                "[{\"id\":1,\"discount_value\":{\"pct\":0.5,\"value_in_cents\":2},\"name\":\"n\"}]\n");
    rendered_page_drop(rendered);
}

static void a_discount_that_was_not_chosen_is_not_shown(void **state)
{
    (void)state;
    static const struct quote quote = {0.5f, 2};
    static const struct applied_rule rule = {.key = "k", .label = "l", .lane = "sale"};
    const struct applied_rules applied = {&rule, 1};
    struct page_content content = {.products = {&rich, 1}, .fields = FIELD_SLUG, .currency = "EUR"};
    struct rendered_page *rendered = rendered_page_new(1, &content);
    assert_text(rendered_page_print(rendered, &quote, NULL, &arena), "[{\"id\":1,\"slug\":\"a\"}]\n");
    assert_text(rendered_page_print(rendered, &quote, &applied, &arena), "[{\"id\":1,\"slug\":\"a\"}]\n");
    rendered_page_drop(rendered);
}

static void one_product_is_an_object(void **state)
{
    (void)state;
    struct page_content content = {.products = {&rich, 1}, .fields = FIELD_SLUG, .currency = ""};
    struct rendered_page *rendered = rendered_page_new(1, &content);
    assert_text(rendered_page_text_of_one(rendered_page_list(rendered), &arena), "{\"id\":1,\"slug\":\"a\"}\n");
    rendered_page_drop(rendered);
}

static void rendered_page_keeps_copies_of_all_its_content(void **state)
{
    (void)state;
    char text[] = "x", next[] = "after=1";
    const char *tags[] = {text};
    struct product_image image = {text, text};
    struct product item = {.slug = text,
                           .description = text,
                           .sku = text,
                           .name = text,
                           .stock = text,
                           .tags = tags,
                           .tag_count = 1,
                           .images = &image,
                           .image_count = 1};
    struct page_content content = {.products = {&item, 1}, .currency = text, .next = next, .total = 7};
    struct rendered_page *rendered = rendered_page_new(1, &content);
    text[0] = 'y';
    next[0] = 'y';
    image.url = tags[0] = NULL;
    const struct page_content *kept = rendered_page_content(rendered);
    const struct product *product = &kept->products.items[0];
    assert_string_equal(kept->currency, "x");
    assert_string_equal(kept->next, "after=1");
    assert_null(kept->previous);
    assert_int_equal(kept->total, 7);
    assert_string_equal(product->sku, "x");
    assert_string_equal(product->name, "x");
    assert_string_equal(product->stock, "x");
    assert_string_equal(product->tags[0], "x");
    assert_string_equal(product->images[0].url, "x");
    assert_string_equal(product->images[0].alt, "x");
    rendered_page_drop(rendered);
}

static void size_grows_with_what_is_kept(void **state)
{
    (void)state;
    char *description = calloc(1, 10001);
    memset(description, 'x', 10000);
    struct product item = {.slug = "", .description = description};
    struct rendered_page *small = make_page(1, &demo), *large = make_page(1, &(struct product_list){&item, 1});
    assert_true(rendered_page_size(large) > 20000); /* the text, and the product */
    assert_true(rendered_page_size(small) > 400 && rendered_page_size(small) < 5000);
    rendered_page_drop(small);
    rendered_page_drop(large);
    free(description);
}

/* At the product's own address each variant has the price that was asked for it, in one ask. */
static void variants_have_prices_at_their_own_address(void **state)
{
    static const struct product_option sizes[] = {{"Size", "S"}, {"Size", "M"}, {"Size", "L"}};
    static const struct product_variant variants[] = {
        {.id = 5, .options = &sizes[0], .option_count = 1, .price_cents = 100},
        {.id = 6, .options = &sizes[1], .option_count = 1, .price_cents = 200},
        {.id = 7, .options = &sizes[2], .option_count = 1, .price_cents = 200}};
    static const struct product products[] = {
        {.id = 1, .slug = "a", .price_cents = 100, .sku = "K", .variants = variants, .variant_count = 3},
        {.id = 2, .slug = "b", .price_cents = 9}};
    static const struct quote quotes[] = {
        {.pct = 0.5f, .value_cents = 50}, {.pct = 0, .value_cents = 0}, {.pct = 0.25f, .value_cents = 150}};
    struct page_content content = {
        .products = {products, 2}, .fields = FIELD_ALL, .currency = "", .total = -1, .has_variants = true};

    (void)state;
    struct rendered_page *rendered = rendered_page_new(1, &content);
    const struct product_list *asked = rendered_page_asked(rendered);
    assert_int_equal(asked->count, 3);
    assert_int_equal(asked->items[2].id, 1);
    assert_int_equal(asked->items[2].price_cents, 200);
    assert_int_equal(rendered_page_variant_place(rendered, 0), 0);
    assert_int_equal(rendered_page_variant_place(rendered, 2), 2);
    assert_text(
        rendered_page_print(rendered, quotes, NULL, &arena),
        "[{\"id\":1,\"slug\":\"a\",\"price_in_cents\":100,\"discount_value\":{\"pct\":0.5,\"value_in_cents\":50},"
        "\"sku\":\"K\",\"variants\":["
        "{\"id\":5,\"options\":[{\"name\":\"Size\",\"value\":\"S\"}],\"price_in_cents\":100,"
        "\"discount_value\":{\"pct\":0.5,\"value_in_cents\":50}},"
        "{\"id\":6,\"options\":[{\"name\":\"Size\",\"value\":\"M\"}],\"price_in_cents\":200,"
        "\"discount_value\":{\"pct\":0.25,\"value_in_cents\":150}},"
        "{\"id\":7,\"options\":[{\"name\":\"Size\",\"value\":\"L\"}],\"price_in_cents\":200,"
        "\"discount_value\":{\"pct\":0.25,\"value_in_cents\":150}}]},"
        "{\"id\":2,\"slug\":\"b\",\"price_in_cents\":9,\"discount_value\":{}}]\n");
    rendered_page_drop(rendered);
    content.has_variants = false; /* as in a list */
    rendered = rendered_page_new(1, &content);
    assert_int_equal(rendered_page_asked(rendered)->count, 2);
    assert_text(rendered_page_list(rendered), "[{\"id\":1,\"slug\":\"a\",\"price_in_cents\":100,\"sku\":\"K\"},"
                                              "{\"id\":2,\"slug\":\"b\",\"price_in_cents\":9}]\n");
    rendered_page_drop(rendered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(demo_list_is_the_contracts, release_arena),
        cmocka_unit_test_teardown(discounted_demo_list_is_the_contracts, release_arena),
        cmocka_unit_test_teardown(demo_list_without_discount_is_the_contracts, release_arena),
        cmocka_unit_test(a_list_keeps_no_variants),
        cmocka_unit_test_teardown(empty_page_is_an_empty_array, release_arena),
        cmocka_unit_test_teardown(product_without_any_field_takes_a_discount, release_arena),
        cmocka_unit_test_teardown(braces_in_a_text_do_not_mislead, release_arena),
        cmocka_unit_test_teardown(thousands_of_products_keep_their_own_quotes, release_arena),
        cmocka_unit_test_teardown(rendered_page_keeps_copies_of_the_products, release_arena),
        cmocka_unit_test_teardown(categories_stand_behind_the_discount, release_arena),
        cmocka_unit_test_teardown(variants_have_prices_at_their_own_address, release_arena),
        cmocka_unit_test_teardown(rendered_page_keeps_copies_of_the_categories, release_arena),
        cmocka_unit_test_teardown(applied_rules_stand_in_their_discount, release_arena),
        cmocka_unit_test_teardown(long_explanations_fit, release_arena),
        cmocka_unit_test_teardown(chosen_fields_alone_are_shown, release_arena),
        cmocka_unit_test_teardown(a_discount_that_was_not_chosen_is_not_shown, release_arena),
        cmocka_unit_test_teardown(one_product_is_an_object, release_arena),
        cmocka_unit_test_teardown(rendered_page_keeps_copies_of_all_its_content, release_arena),
        cmocka_unit_test_teardown(size_grows_with_what_is_kept, release_arena),
        cmocka_unit_test_teardown(rendered_page_lives_until_its_last_user_drops_it, release_arena),
        cmocka_unit_test_teardown(threads_may_take_and_drop_at_once, release_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
