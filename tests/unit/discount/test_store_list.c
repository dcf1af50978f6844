/* SPDX-License-Identifier: MIT */
/* Lists: in pages, filtered, and of an open change set, too. */
#include "tests/unit/discount/store_harness.h"

static struct store *make_shop(void)
{
    static const int32_t some[] = {30, 4, 200}, one[] = {4};
    static struct rule_product phone[] = {{.slug = "iphone-x"}}, console[] = {{.slug = "playstation-4-slim"}};
    static const char *shoes[] = {"shoes"}, *hats[] = {"hats"};
    const struct change changes[] = {
        set_group("vip", "Important"),
        set_group("staff", ""),
        change_members(CHANGE_ADD_MEMBERS, "vip", some, ARRAY_LENGTH(some)),
        change_members(CHANGE_ADD_MEMBERS, "staff", one, 1),
        set_rule((struct rule){.key = "amount",
                               .label = "ÄRGER gespart",
                               .is_enabled = true,
                               .kind = RULE_AMOUNT,
                               .value = 5,
                               .lane = RULE_LANE_SALE,
                               .products = phone,
                               .product_count = 1,
                               .excluded_categories = shoes,
                               .excluded_category_count = 1}),
        set_rule((struct rule){.key = "group",
                               .is_enabled = true,
                               .audience = RULE_GROUP,
                               .group = "vip",
                               .categories = shoes,
                               .category_count = 1,
                               .excluded_products = phone,
                               .excluded_product_count = 1,
                               .starts_at = 1000000,
                               .ends_at = 2000000}),
        set_rule((struct rule){.key = "off", .lane = RULE_LANE_SALE, .categories = hats, .category_count = 1}),
        set_rule((struct rule){.key = "price",
                               .is_enabled = true,
                               .kind = RULE_PRICE,
                               .is_price_list = true,
                               .products = console,
                               .product_count = 1}),
    };
    struct store *store = make_store(true);

    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    return store;
}

static const char *list_keys(struct store *store, struct rule_filter filter, const char *after, size_t limit)
{
    struct rule *rules;
    const char *text = "";
    size_t count;

    assert_ok(store->methods->list_rules(store, &filter, after, limit, &arena, &rules, &count));
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s%s%s", text, i > 0 ? " " : "", rules[i].key);
    return text;
}

static void rules_come_by_key_in_pages(void **state)
{
    struct store *store = make_shop();
    struct rule_filter all = {.key = NULL};

    (void)state;
    assert_string_equal(list_keys(store, all, NULL, 100), "amount demo group off price");
    assert_string_equal(list_keys(store, all, NULL, 2), "amount demo");
    assert_string_equal(list_keys(store, all, "demo", 2), "group off");
    assert_string_equal(list_keys(store, all, "off", 2), "price");
    assert_string_equal(list_keys(store, all, "price", 2), "");
    assert_string_equal(list_keys(store, all, NULL, 0), "");
    store_close(store);
}

static void filters_must_all_hold(void **state)
{
    static const struct {
        struct rule_filter filter;
        const char *keys;
    } cases[] = {
        {{.key = "off"}, "off"},
        {{.key = "none"}, ""},
        {{.has_lane = true, .lane = RULE_LANE_SALE}, "amount off"},
        {{.has_lane = true, .lane = RULE_LANE_CONTRACT}, "demo group price"},
        {{.has_kind = true, .kind = RULE_PRICE}, "price"},
        {{.has_kind = true, .kind = RULE_PERCENT}, "demo group off"},
        {{.customer_id = 1}, "demo"},
        {{.customer_id = 4}, ""},
        {{.group = "vip"}, "group"},
        {{.product = "iphone-x"}, "amount"},
        {{.product = "playstation-4-slim"}, "price"},
        {{.product = "none"}, ""},
        {{.category = "shoes"}, "group"},
        {{.active_at = 999999}, "amount demo price"},
        {{.active_at = 1000000}, "amount demo group price"},
        {{.active_at = 1999999}, "amount demo group price"},
        {{.active_at = 2000000}, "amount demo price"},
        {{.text = "RICE"}, "price"},
        {{.text = "ärger"}, "amount"},
        {{.text = "10 %"}, "demo"},
        {{.has_lane = true, .lane = RULE_LANE_SALE, .has_kind = true, .kind = RULE_PERCENT}, "off"},
        {{.text = "label", .category = "hats", .active_at = 5}, ""},
    };
    struct store *store = make_shop();

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_string_equal(list_keys(store, cases[i].filter, NULL, 100), cases[i].keys);
    store_close(store);
}

static void listed_rules_have_slugs_and_all_fields(void **state)
{
    struct rule_filter filter = {.key = "group"};
    struct rule *rules;
    size_t count;
    struct store *store = make_shop();

    (void)state;
    assert_ok(store->methods->list_rules(store, &filter, NULL, 10, &arena, &rules, &count));
    store_close(store); /* what is in the arena does not need it */
    assert_int_equal(count, 1);
    assert_string_equal(rules[0].excluded_products[0].slug, "iphone-x");
    assert_string_equal(print_rule(&rules[0]), "group \"A label\" 10 contract 0 percent 0 0 for 2/0/vip from 0 cap 0 "
                                               "[1000000, 2000000) : + shoes - 1=0");
}

static void an_open_change_set_is_listed(void **state)
{
    struct rule_filter all = {.key = NULL};
    struct revision *revisions;
    size_t count;
    struct store *store = make_shop();

    (void)state;
    begin(store);
    apply(store, 0, with_key(CHANGE_REMOVE_RULE, "demo"));
    apply(store, 1, set_percent("new", 1));
    assert_string_equal(list_keys(store, all, NULL, 100), "amount group new off price");
    assert_ok(store->methods->list_revisions(store, 0, 10, &arena, &revisions, &count));
    assert_int_equal(count, 2); /* it is none yet */
    assert_int_equal(revisions[0].number, 2);
    store->methods->rollback(store);
    assert_string_equal(list_keys(store, all, NULL, 100), "amount demo group off price");
    store_close(store);
}

static const char *list_groups(struct store *store, int32_t customer_id, const char *after, size_t limit)
{
    struct group *groups;
    const char *text = "";
    size_t count;

    assert_ok(store->methods->list_groups(store, customer_id, after, limit, &arena, &groups, &count));
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s[%s %s %d]", text, groups[i].key, groups[i].label, (int)groups[i].member_count);
    return text;
}

static void groups_come_with_the_number_of_their_members(void **state)
{
    struct store *store = make_shop();

    (void)state;
    assert_string_equal(list_groups(store, 0, NULL, 10), "[staff  1][vip Important 3]");
    assert_string_equal(list_groups(store, 0, NULL, 1), "[staff  1]");
    assert_string_equal(list_groups(store, 0, "staff", 1), "[vip Important 3]");
    assert_string_equal(list_groups(store, 4, NULL, 10), "[staff  1][vip Important 3]");
    assert_string_equal(list_groups(store, 4, "staff", 10), "[vip Important 3]");
    assert_string_equal(list_groups(store, 200, NULL, 10), "[vip Important 3]");
    assert_string_equal(list_groups(store, 5, NULL, 10), "");
    store_close(store);
}

static void members_ascend(void **state)
{
    int32_t *ids;
    size_t count;
    struct store *store = make_shop();

    (void)state;
    assert_ok(store->methods->list_members(store, "vip", 0, 2, &arena, &ids, &count));
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 4);
    assert_int_equal(ids[1], 30);
    assert_ok(store->methods->list_members(store, "vip", 30, 2, &arena, &ids, &count));
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], 200);
    assert_int_equal(store->methods->list_members(store, "none", 0, 2, &arena, &ids, &count), STORE_NOT_FOUND);
    assert_reason_has("there is no group none");
    store_close(store);
}

static const char *list_products(struct store *store, const char *slug, const char *after, size_t limit)
{
    struct known_product *products;
    const char *text = "";
    size_t count;

    assert_ok(store->methods->list_products(store, &(struct product_filter){.slug = slug}, after, limit, &arena,
                                            &products, &count));
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s[%d %s %d]", text, (int)products[i].id, products[i].slug, (int)products[i].floor);
    return text;
}

static void products_come_by_slug(void **state)
{
    struct store *store = make_shop();

    (void)state;
    change_one(store, set_product(9, "apple", 70));
    assert_string_equal(list_products(store, NULL, NULL, 2), "[9 apple 70][1 iphone-x 0]");
    assert_string_equal(list_products(store, NULL, "iphone-x", 9),
                        "[2 notebook-avell-g1511 0][3 playstation-4-slim 0]");
    assert_string_equal(list_products(store, "iphone-x", NULL, 9), "[1 iphone-x 0]");
    assert_string_equal(list_products(store, "none", NULL, 9), "");
    store_close(store);
}

static void revisions_come_latest_first(void **state)
{
    struct revision *revisions;
    size_t count;
    struct store *store = make_store(true);

    (void)state;
    for (int i = 0; i < 4; i++)
        change_one(store, set_percent("x", i));
    assert_ok(store->methods->list_revisions(store, 0, 2, &arena, &revisions, &count));
    assert_int_equal(count, 2);
    assert_int_equal(revisions[0].number, 5);
    assert_int_equal(revisions[0].made_at, NOW);
    assert_int_equal(revisions[0].changed, 1);
    assert_string_equal(revisions[0].author, "spiffe://shop/admin");
    assert_string_equal(revisions[0].message, "why");
    assert_ok(store->methods->list_revisions(store, 4, 10, &arena, &revisions, &count));
    assert_int_equal(count, 3);
    assert_int_equal(revisions[0].number, 3);
    assert_int_equal(revisions[2].number, 1);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(rules_come_by_key_in_pages),
        STORE_TEST(filters_must_all_hold),
        STORE_TEST(listed_rules_have_slugs_and_all_fields),
        STORE_TEST(an_open_change_set_is_listed),
        STORE_TEST(groups_come_with_the_number_of_their_members),
        STORE_TEST(members_ascend),
        STORE_TEST(products_come_by_slug),
        STORE_TEST(revisions_come_latest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
