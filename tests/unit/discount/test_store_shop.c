/* SPDX-License-Identifier: MIT */
/* The shop as the Catalog tells it: passes, what they leave, and the rules that follow. */
#include "tests/unit/discount/store_harness.h"

#define ALL INT32_MAX
#define SHOP_ROWS "SELECT id || ' ' || slug || ' ' || price || ' ' || categories FROM shop_product ORDER BY id"

/* ---- A Catalog ---- */

static struct telling ask_to_tell(struct store *store, const char *shop, int64_t revision, int64_t now)
{
    struct telling telling;

    assert_ok(store->methods->begin_telling(store, shop, revision, true, now, &telling));
    return telling;
}

static int64_t begin_pass(struct store *store, int64_t revision, int64_t now)
{
    struct telling telling = ask_to_tell(store, "shop-1", revision, now);

    assert_int_not_equal(telling.number, 0);
    return telling.number;
}

static void tell(struct store *store, int64_t telling, int32_t after, int32_t last, const struct shop_product *products,
                 size_t count)
{
    bool has_more = true;

    while (has_more)
        assert_ok(store->methods->tell_products(store, telling, after, last, products, count, NOW, &has_more));
}

/* Whether rules followed. */
static bool end_pass(struct store *store, int64_t telling, const struct shop_category *categories, size_t count)
{
    bool must_follow = false;
    int64_t products;

    assert_ok(store->methods->tell_categories(store, telling, categories, count, &must_follow));
    if (must_follow) {
        begin(store);
        assert_ok(store->methods->follow_shop(store));
        commit(store, NULL);
    }
    assert_ok(store->methods->end_telling(store, telling, NOW, &products));
    return must_follow;
}

static bool tell_whole(struct store *store, int64_t revision, const struct shop_product *products, size_t count)
{
    static const struct shop_category categories[] = {{1, "phones"}, {2, "consoles"}};
    int64_t telling = begin_pass(store, revision, NOW);

    tell(store, telling, 0, ALL, products, count);
    return end_pass(store, telling, categories, ARRAY_LENGTH(categories));
}

static const struct shop_product three[] = {
    {1, "iphone-x", 99999, "phones,electronics"}, {2, "notebook-avell-g1511", 150000, ""}, {5, "żółw", 100, ""}};

static void checksum_of(const struct shop_product *products, size_t count, uint8_t digest[SHOP_CHECKSUM_SIZE])
{
    struct shop_checksum *checksum = shop_checksum_new();

    for (size_t i = 0; i < count; i++)
        shop_checksum_add(checksum, products[i].id, products[i].slug, products[i].price, products[i].categories);
    shop_checksum_finish(checksum, digest);
}

/* ---- What is told ---- */

static void what_was_told_is_known_until_the_shop_moves_on(void **state)
{
    struct store *store = make_store(true);
    struct shop_state shop;

    (void)state;
    tell_whole(store, 7, three, 3);
    assert_string_equal(ask(SHOP_ROWS),
                        "1 iphone-x 99999 phones,electronics\n2 notebook-avell-g1511 150000 \n5 żółw 100 ");
    assert_ok(store->methods->shop(store, &shop));
    assert_int_equal(shop.told_at, NOW);
    assert_int_equal(shop.products, 3);
    assert_int_equal(ask_to_tell(store, "shop-1", 7, NOW).number, 0);
    assert_int_not_equal(ask_to_tell(store, "shop-1", 8, NOW).number, 0);
    store_close(store);
}

static void a_range_is_matched_by_its_checksum(void **state)
{
    struct store *store = make_store(true);
    uint8_t digest[SHOP_CHECKSUM_SIZE];
    bool is_same = false;

    (void)state;
    tell_whole(store, 1, three, 3);
    int64_t telling = begin_pass(store, 2, NOW);
    checksum_of(three, 2, digest);
    assert_ok(store->methods->match_products(store, telling, 0, 4, digest, NOW, &is_same));
    assert_true(is_same);
    assert_ok(store->methods->match_products(store, telling, 0, 5, digest, NOW, &is_same));
    assert_false(is_same);
    store_close(store);
}

static void products_that_left_go_a_bounded_number_at_a_time(void **state)
{
    struct store *store = make_store(true);
    bool has_more = false;

    (void)state;
    int64_t telling = begin_pass(store, 1, NOW);
    must_change_by_hand("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
                        " INSERT INTO shop_product SELECT i, 'p-' || i, 1, '' FROM n");
    assert_ok(store->methods->tell_products(store, telling, 0, ALL, three, 1, NOW, &has_more));
    assert_true(has_more);
    assert_string_equal(ask("SELECT count(*) FROM shop_product"), "7000");
    tell(store, telling, 0, ALL, three, 1);
    assert_string_equal(ask(SHOP_ROWS), "1 iphone-x 99999 phones,electronics");
    assert_string_equal(ask("SELECT products || ' ' || bytes FROM shop"), "1 26");
    store_close(store);
}

static void a_shop_that_is_too_large_is_refused(void **state)
{
    struct store *store = make_store(true);
    bool has_more;

    (void)state;
    int64_t telling = begin_pass(store, 1, NOW);
    must_change_by_hand("UPDATE shop SET products = 1999999");
    assert_int_equal(store->methods->tell_products(store, telling, 0, ALL, three, 3, NOW, &has_more), STORE_TOO_MANY);
    must_change_by_hand("UPDATE shop SET products = 0, bytes = 536870900");
    assert_int_equal(store->methods->tell_products(store, telling, 0, ALL, three, 3, NOW, &has_more), STORE_TOO_MANY);
    assert_string_equal(ask(SHOP_ROWS), "");
    store_close(store);
}

/* ---- Several who tell ---- */

static void one_pass_is_made_at_a_time_and_a_broken_one_gives_way(void **state)
{
    struct store *store = make_store(true);
    bool has_more;

    (void)state;
    int64_t broken = begin_pass(store, 1, NOW);
    assert_true(ask_to_tell(store, "shop-1", 1, NOW + 2).is_busy);
    int64_t next = begin_pass(store, 1, NOW + 4);
    assert_int_equal(store->methods->tell_products(store, broken, 0, ALL, three, 3, NOW, &has_more), STORE_MOVED);
    tell(store, next, 0, ALL, three, 3);
    end_pass(store, next, NULL, 0);
    assert_int_equal(store->methods->tell_products(store, next, 0, ALL, three, 3, NOW, &has_more), STORE_MOVED);
    assert_false(ask_to_tell(store, "shop-1", 1, NOW).is_busy);
    store_close(store);
}

static void another_shop_takes_over_only_where_it_says_so(void **state)
{
    struct store *store = make_store(true);
    struct telling telling;

    (void)state;
    tell_whole(store, 1, three, 3);
    assert_ok(store->methods->begin_telling(store, "shop-2", 1, false, NOW, &telling));
    assert_true(telling.is_of_another && telling.number == 0);
    telling = ask_to_tell(store, "shop-2", 1, NOW);
    assert_true(telling.replaces_another && telling.number != 0);
    store_close(store);
}

/* ---- Rules ---- */

static void tell_categories_of(struct store *store, int64_t revision, const char *first, const char *second)
{
    const struct shop_category categories[] = {{1, first}, {2, second}};
    int64_t telling = begin_pass(store, revision, NOW);

    tell(store, telling, 0, ALL, three, 3);
    end_pass(store, telling, categories, ARRAY_LENGTH(categories));
}

static void the_same_shop_makes_no_revision(void **state)
{
    struct store *store = make_store(true);
    int64_t revision = latest_revision(store);

    (void)state;
    assert_false(tell_whole(store, 1, three, 3));
    const struct shop_product dearer[] = {{1, "iphone-x", 1, "phones"}, {2, "notebook-avell-g1511", 2, "consoles"}};
    assert_false(tell_whole(store, 2, dearer, 2));
    assert_int_equal(latest_revision(store), revision);
    store_close(store);
}

static void renamed_products_keep_their_rules_and_floors(void **state)
{
    struct rule_product products[] = {{.slug = "iphone-x"}};
    struct store *store = make_store(true);
    const struct change changes[] = {
        set_product(1, "iphone-x", 50000),
        set_rule((struct rule){.key = "r", .is_enabled = true, .value = 1, .products = products, .product_count = 1})};

    (void)state;
    make_revision(store, changes, 2, NULL);
    int64_t before = latest_revision(store);
    /* two swap their slugs, the third has left, and another one has its slug */
    const struct shop_product renamed[] = {
        {1, "notebook-avell-g1511", 1, ""}, {2, "iphone-x", 2, ""}, {7, "playstation-4-slim", 3, ""}};
    assert_true(tell_whole(store, 1, renamed, 3));
    assert_string_equal(ask("SELECT id || ' ' || slug || ' ' || floor FROM product"),
                        "1 notebook-avell-g1511 50000\n2 iphone-x 0\n3 gone-3 0");
    assert_string_equal(ask("SELECT product_id FROM rule_product"), "1");
    assert_int_equal(latest_revision(store), before + 1);
    /* an earlier revision has the shop's names, too */
    begin(store);
    assert_ok(store->methods->rewind(store, before));
    commit(store, NULL);
    assert_string_equal(ask("SELECT slug FROM product WHERE id = 1"), "notebook-avell-g1511");
    store_close(store);
}

static void renamed_categories_keep_their_rules(void **state)
{
    const char *categories[] = {"phones", "consoles"};
    struct store *store = make_store(true);

    (void)state;
    tell_categories_of(store, 1, "phones", "consoles");
    change_one(store, set_rule((struct rule){
                          .key = "r", .is_enabled = true, .value = 1, .categories = categories, .category_count = 2}));
    int64_t before = latest_revision(store);
    tell_categories_of(store, 2, "mobiles", "phones");
    assert_string_equal(ask("SELECT category FROM rule_category ORDER BY 1"), "mobiles\nphones");
    tell_categories_of(store, 3, "consoles", "phones");
    assert_string_equal(ask("SELECT category FROM rule_category ORDER BY 1"), "consoles\nphones");
    assert_int_equal(latest_revision(store), before + 2);
    store_close(store);
}

static void rules_name_what_the_shop_has(void **state)
{
    struct rule_product products[] = {{.slug = "notebook-avell"}, {.slug = "moka-pot"}};
    const char *categories[] = {"phone", "phones"};
    const struct shop_product shop[] = {
        {1, "iphone-x", 1, ""}, {2, "notebook-avell-g15", 2, ""}, {9, "moka-pot", 3, ""}};
    struct store *store = make_store(false);

    (void)state;
    tell_whole(store, 1, shop, 3);
    begin(store);
    apply(store, 0,
          set_rule((struct rule){.key = "r",
                                 .is_enabled = true,
                                 .value = 1,
                                 .products = products,
                                 .product_count = 2,
                                 .categories = categories,
                                 .category_count = 2}));
    assert_string_equal(
        list_faults(store),
        "0 rule r: include: there is no product notebook-avell: add it first; near is notebook-avell-g15\n"
        "0 rule r: include category: the shop has no category phone; near is phones");
    store->methods->rollback(store);
    change_one(store, set_rule((struct rule){.key = "r",
                                             .is_enabled = true,
                                             .value = 1,
                                             .products = &products[1],
                                             .product_count = 1,
                                             .categories = &categories[1],
                                             .category_count = 1}));
    assert_string_equal(ask("SELECT id || slug FROM product"), "9moka-pot");
    store_close(store);
}

static void a_product_that_the_shop_calls_otherwise_is_refused(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    tell_whole(store, 1, three, 3);
    begin(store);
    apply(store, 0, set_product(1, "iphone-11", 0));
    apply(store, 1, set_product(9, "notebook-avell-g1511", 0));
    assert_string_equal(list_faults(store),
                        "0 product iphone-11: slug: the shop has product 1 as iphone-x\n"
                        "1 product notebook-avell-g1511: slug: in the shop it is product 2\n"
                        "1 product notebook-avell-g1511: slug: it is the slug of product number 2: give that one "
                        "another slug, before or in the same change set");
    store_close(store);
}

static void products_are_listed_with_floors_and_what_is_gone(void **state)
{
    const struct product_filter all = {0}, declared = {.is_declared = true};
    struct store *store = make_store(true);
    struct known_product *products;
    size_t count;

    (void)state;
    change_one(store, set_product(1, "iphone-x", 70));
    tell_whole(store, 1, three, 3);
    assert_ok(store->methods->list_products(store, &all, "iphone-w", 9, &arena, &products, &count));
    assert_int_equal(count, 4);
    assert_int_equal(products[0].floor, 70);
    assert_string_equal(products[0].categories, "phones,electronics");
    assert_false(products[2].is_in_shop);
    assert_string_equal(products[3].slug, "żółw");
    assert_ok(store->methods->list_products(store, &declared, NULL, 9, &arena, &products, &count));
    assert_int_equal(count, 3);
    assert_true(products[1].is_in_shop && products[1].price == 150000);
    assert_string_equal(products[2].slug, "playstation-4-slim");
    store_close(store);
}

/* ---- Whatever happens ---- */

#define IDS 40
#define SPAN 8 /* ids of one range */

static struct shop_product shop[IDS + 1]; /* by id; slug NULL: the shop does not have it */

/* Any order of changes, passes that stop anywhere, and passes that overlap: at the end both sides know the same. */
static void the_list_is_the_shops_in_the_end(void **state)
{
    struct store *store = make_store(false);

    (void)state;
    srand(20);
    for (int64_t revision = 1; revision <= 200; revision++) {
        for (int i = rand() % 6; i > 0; i--) {
            int id = 1 + rand() % IDS;
            shop[id] = (struct shop_product){.id = id, .price = rand() % 3, .categories = rand() % 2 ? "a,b" : ""};
            shop[id].slug = rand() % 3 > 0 ? arena_print(&arena, "s-%d-%d", id, rand() % 3) : NULL;
        }
        bool is_whole = rand() % 3 == 0;
        int64_t telling = begin_pass(store, revision, NOW + 10 * revision);
        for (int after = 0; after < IDS; after += SPAN) {
            struct shop_product range[SPAN];
            uint8_t digest[SHOP_CHECKSUM_SIZE];
            size_t count = 0;
            bool is_same = false;
            for (int id = after + 1; id <= after + SPAN; id++)
                if (shop[id].slug != NULL)
                    range[count++] = shop[id];
            checksum_of(range, count, digest);
            assert_ok(store->methods->match_products(store, telling, after, after + SPAN, digest, NOW + 10 * revision,
                                                     &is_same));
            if (!is_same)
                tell(store, telling, after, after + SPAN, range, count);
            if (!is_whole && rand() % 4 == 0)
                break; /* killed */
        }
        if (!is_whole)
            continue;
        end_pass(store, telling, NULL, 0);
        const char *expected = "";
        for (int id = 1; id <= IDS; id++)
            if (shop[id].slug != NULL)
                expected = arena_print(&arena, "%s%s%d %s %d %s", expected, expected[0] != '\0' ? "\n" : "", id,
                                       shop[id].slug, (int)shop[id].price, shop[id].categories);
        assert_string_equal(ask(SHOP_ROWS), expected);
    }
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_was_told_is_known_until_the_shop_moves_on),
        STORE_TEST(a_range_is_matched_by_its_checksum),
        STORE_TEST(products_that_left_go_a_bounded_number_at_a_time),
        STORE_TEST(a_shop_that_is_too_large_is_refused),
        STORE_TEST(one_pass_is_made_at_a_time_and_a_broken_one_gives_way),
        STORE_TEST(another_shop_takes_over_only_where_it_says_so),
        STORE_TEST(the_same_shop_makes_no_revision),
        STORE_TEST(renamed_products_keep_their_rules_and_floors),
        STORE_TEST(renamed_categories_keep_their_rules),
        STORE_TEST(rules_name_what_the_shop_has),
        STORE_TEST(a_product_that_the_shop_calls_otherwise_is_refused),
        STORE_TEST(products_are_listed_with_floors_and_what_is_gone),
        STORE_TEST(the_list_is_the_shops_in_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
