/* SPDX-License-Identifier: MIT */
/* What a change set names and what is there: order does not matter, and all that is missing is told. */
#include "tests/unit/discount/store_harness.h"

static struct store *make_shop(void)
{
    static const int32_t members[] = {7, 8, 9};
    const struct change changes[] = {
        set_group("vip", "Important"),
        change_members(CHANGE_ADD_MEMBERS, "vip", members, ARRAY_LENGTH(members)),
        set_rule((struct rule){.key = "for-vip",
                               .is_enabled = true,
                               .kind = RULE_PERCENT,
                               .value = 500,
                               .audience = RULE_GROUP,
                               .group = "vip"}),
    };
    struct store *store = make_store(true);

    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    return store;
}

/* ---- References ---- */

static void what_rules_name_may_come_after_them(void **state)
{
    static const int32_t member[] = {5};
    struct rule_product products[] = {{.slug = "late"}, {.slug = "iphone-x"}}, excluded[] = {{.slug = "later"}};
    struct rule_product prices[] = {{.slug = "late", .price = 4}};
    const struct change changes[] = {
        set_rule((struct rule){.key = "r",
                               .is_enabled = true,
                               .products = products,
                               .product_count = 2,
                               .excluded_products = excluded,
                               .excluded_product_count = 1,
                               .audience = RULE_GROUP,
                               .group = "soon"}),
        set_rule((struct rule){
            .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 1}),
        change_members(CHANGE_ADD_MEMBERS, "soon", member, 1),
        set_product(9, "later", 0),
        set_product(8, "late", 0),
        set_group("soon", ""),
    };
    struct store *store = make_store(true);
    size_t changed;

    (void)state;
    begin(store);
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++)
        apply(store, i, changes[i]);
    struct ruleset *ruleset = load(store); /* also before it is committed */
    assert_non_null(strstr(print_rules(ruleset), "+ 1=0 + 8=0 - 9=0\n"));
    assert_non_null(strstr(print_rules(ruleset), "+ 8=4\n"));
    ruleset_release(ruleset);
    assert_string_equal(list_faults(store), "");
    commit(store, &changed);
    assert_int_equal(changed, 6);
    store_close(store);
}

static void what_is_wanted_is_that_of_the_rule_s_last_form(void **state)
{
    struct rule_product missing[] = {{.slug = "missing"}};
    struct rule rule = {.key = "r", .products = missing, .product_count = 1};
    struct store *store = make_store(true);

    (void)state;
    begin(store);
    apply(store, 0, set_rule(rule));
    assert_string_equal(list_faults(store), "0 rule r: include: there is no product missing: add it first");
    rule.product_count = 0;
    apply(store, 1, set_rule(rule));
    assert_string_equal(list_faults(store), "");
    rule.product_count = 1;
    apply(store, 2, set_rule(rule));
    apply(store, 3, with_key(CHANGE_REMOVE_RULE, "r"));
    assert_string_equal(list_faults(store), "");
    store_close(store);
}

static void all_faults_are_listed_in_order(void **state)
{
    static const int32_t members[] = {7, 100, 101, 102};
    struct rule_product missing[] = {{.slug = "missing"}}, prices[] = {{.slug = "gone", .price = 1}};
    const struct change changes[] = {
        set_rule((struct rule){.key = "r",
                               .products = missing,
                               .product_count = 1,
                               .excluded_products = missing,
                               .excluded_product_count = 1,
                               .audience = RULE_GROUP,
                               .group = "nobody"}),
        set_rule((struct rule){
            .key = "p", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 1}),
        with_key(CHANGE_REMOVE_RULE, "none"),
        with_key(CHANGE_ENABLE_RULE, "none"),
        with_key(CHANGE_REMOVE_GROUP, "none"),
        with_key(CHANGE_CLEAR_GROUP, "none"),
        change_members(CHANGE_REMOVE_MEMBERS, "none", members, 1),
        change_members(CHANGE_ADD_MEMBERS, "lost", members, 1),
        change_members(CHANGE_REMOVE_MEMBERS, "vip", members, 4),
        with_key(CHANGE_REMOVE_PRODUCT, "none"),
        set_product(9, "iphone-x", 0),
        with_key(CHANGE_REMOVE_GROUP, "vip"),
        with_key(CHANGE_REMOVE_RULE, "Bad Key"),
    };
    struct store *store = make_shop();

    (void)state;
    begin(store);
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++)
        apply(store, i, changes[i]);
    const char *faults = list_faults(store);
    const char *last = strstr(faults, "\n12 rule");
    assert_non_null(last);
    assert_non_null(strstr(last, ": key: "));
    assert_string_equal(arena_copy(&arena, faults, (size_t)(last - faults)),
                        "0 rule r: include: there is no product missing: add it first\n"
                        "0 rule r: exclude: there is no product missing: add it first\n"
                        "0 rule r: audience: there is no group nobody: add it first\n"
                        "1 rule p: price: there is no product gone: add it first\n"
                        "2 rule none: : there is no such rule\n"
                        "3 rule none: : there is no such rule\n"
                        "4 group none: : there is no such group\n"
                        "5 group none: : there is no such group\n"
                        "6 group none: : there is no such group\n"
                        "7 group lost: : there is no such group: add it first\n"
                        "8 group vip: members: customer 100 is not a member (nor are 2 others)\n"
                        "9 product none: : there is no such product\n"
                        "10 product iphone-x: slug: it is the slug of product number 1: give that one another slug, "
                        "before or in the same change set\n"
                        "11 group vip: : rule for-vip still names it");
    store_close(store);
}

static void slugs_are_swapped_in_one_change_set(void **state)
{
    const struct change changes[] = {set_product(1, "notebook-avell-g1511", 0), set_product(2, "playstation-4-slim", 0),
                                     set_product(3, "iphone-x", 0)};
    struct store *store = make_shop();

    (void)state;
    size_t changed = 0;
    make_revision(store, changes, ARRAY_LENGTH(changes), &changed);
    assert_int_equal(changed, 3);
    assert_string_equal(ask("SELECT group_concat(slug) FROM (SELECT slug FROM product ORDER BY id)"),
                        "notebook-avell-g1511,playstation-4-slim,iphone-x");
    begin(store);
    assert_ok(store->methods->rewind(store, latest_revision(store) - 2));
    commit(store, &changed);
    assert_string_equal(ask("SELECT group_concat(slug) FROM (SELECT slug FROM product ORDER BY id)"),
                        "iphone-x,notebook-avell-g1511,playstation-4-slim");
    store_close(store);
}

static void a_slug_that_two_products_are_left_with_is_a_fault_of_the_second(void **state)
{
    struct store *store = make_shop();

    (void)state;
    begin(store);
    apply(store, 0, set_product(1, "notebook-avell-g1511", 0));
    apply(store, 1, set_product(2, "playstation-4-slim", 0));
    assert_string_equal(list_faults(store),
                        "1 product playstation-4-slim: slug: it is the slug of product number 3: give "
                        "that one another slug, before or in the same change set");
    store_close(store);
}

static void a_product_keeps_its_floor_where_the_change_says_so(void **state)
{
    struct change keeps = set_product(1, "iphone-10", 0);
    struct store *store = make_shop();

    (void)state;
    keeps.keeps_floor = true;
    change_one(store, set_product(1, "iphone-x", 700));
    change_one(store, keeps);
    assert_string_equal(ask("SELECT slug || floor FROM product WHERE id = 1"), "iphone-10700");
    change_one(store, set_product(1, "iphone-10", 0));
    assert_string_equal(ask("SELECT floor FROM product WHERE id = 1"), "0");
    keeps.product.id = 99;
    keeps.product.slug = "new";
    change_one(store, keeps);
    assert_string_equal(ask("SELECT floor FROM product WHERE id = 99"), "0");
    store_close(store);
}

static void removing_what_rules_name_names_a_rule(void **state)
{
    struct rule_product product[] = {{.slug = "iphone-x"}};
    const struct change rules[] = {
        set_rule((struct rule){.key = "b", .products = product, .product_count = 1}),
        set_rule((struct rule){.key = "a", .excluded_products = product, .excluded_product_count = 1}),
    };
    struct store *store = make_shop();

    (void)state;
    make_revision(store, rules, ARRAY_LENGTH(rules), NULL);
    begin(store);
    apply(store, 0, with_key(CHANGE_REMOVE_PRODUCT, "notebook-avell-g1511"));
    apply(store, 1, with_key(CHANGE_REMOVE_PRODUCT, "iphone-x"));
    apply(store, 2, with_key(CHANGE_REMOVE_GROUP, "vip"));
    assert_string_equal(list_faults(store), "1 product iphone-x: : rule a (and 1 other rule) still names it\n"
                                            "2 group vip: : rule for-vip still names it");
    apply(store, 3, with_key(CHANGE_REMOVE_RULE, "a"));
    apply(store, 4, with_key(CHANGE_REMOVE_RULE, "b"));
    apply(store, 5, with_key(CHANGE_REMOVE_RULE, "for-vip"));
    assert_string_equal(list_faults(store), "");
    commit(store, NULL);
    assert_string_equal(ask("SELECT group_concat(slug) FROM product"), "playstation-4-slim");
    store_close(store);
}

/* What would have made it is refused already: that it is missing says nothing new. */
static void nothing_follows_from_a_fault(void **state)
{
    static const int32_t member[] = {1};
    struct rule_product product[] = {{.slug = "new"}};
    const struct change changes[] = {
        set_group("g", "two\nlines"),
        set_product(0, "new", 0),
        set_percent("r", -1),
        set_rule(
            (struct rule){.key = "s", .products = product, .product_count = 1, .audience = RULE_GROUP, .group = "g"}),
        change_members(CHANGE_ADD_MEMBERS, "g", member, 1),
        with_key(CHANGE_DISABLE_RULE, "r"),
        with_key(CHANGE_REMOVE_PRODUCT, "new"),
        with_key(CHANGE_CLEAR_GROUP, "g"),
    };
    const struct fault *faults;
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    begin(store);
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++)
        apply(store, i, changes[i]);
    assert_ok(store->methods->faults(store, &faults, &count));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(faults[i].place, i);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_rules_name_may_come_after_them),
        STORE_TEST(what_is_wanted_is_that_of_the_rule_s_last_form),
        STORE_TEST(all_faults_are_listed_in_order),
        STORE_TEST(slugs_are_swapped_in_one_change_set),
        STORE_TEST(a_slug_that_two_products_are_left_with_is_a_fault_of_the_second),
        STORE_TEST(a_product_keeps_its_floor_where_the_change_says_so),
        STORE_TEST(removing_what_rules_name_names_a_rule),
        STORE_TEST(nothing_follows_from_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
