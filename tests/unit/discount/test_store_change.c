/* SPDX-License-Identifier: MIT */
/* Change sets: made whole or not at all, with all their faults. */
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

/* ---- Whole or not at all ---- */

static void a_revision_has_its_author_message_time_and_size(void **state)
{
    struct store *store = make_store(true);
    const struct change changes[] = {set_percent("a", 1), set_percent("b", 2), set_group("g", "")};
    size_t changed;

    (void)state;
    assert_int_equal(make_revision(store, changes, ARRAY_LENGTH(changes), &changed), 2);
    assert_int_equal(changed, 3);
    assert_int_equal(latest_revision(store), 2);
    assert_string_equal(ask("SELECT number || ' ' || made_at || ' ' || author || ' ' || message || ' ' || changed"
                            " FROM revision WHERE number = 2"),
                        "2 1700000000 spiffe://shop/admin why 3");
    store_close(store);
}

static void a_rule_with_many_rows_counts_once(void **state)
{
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 1}, {.slug = "playstation-4-slim", .price = 2}};
    struct change change = set_rule((struct rule){
        .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2});
    struct store *store = make_store(true);
    size_t changed;

    (void)state;
    make_revision(store, &change, 1, &changed);
    assert_int_equal(changed, 1);
    store_close(store);
}

static void nobody_sees_a_change_set_before_it_is_committed(void **state)
{
    struct store *store = make_store(true), *other = open_store();

    (void)state;
    begin(store);
    apply(store, 0, with_key(CHANGE_REMOVE_RULE, "demo"));
    assert_true(has_rule(other, "demo"));
    assert_int_equal(latest_revision(other), 1);
    assert_false(has_rule(store, "demo"));
    commit(store, NULL);
    assert_false(has_rule(other, "demo"));
    store_close(other);
    store_close(store);
}

static void a_rolled_back_change_set_leaves_nothing(void **state)
{
    struct store *store = make_shop();
    const char *before = dump();
    const char *history = ask("SELECT count(*) FROM change UNION ALL SELECT count(*) FROM revision");

    (void)state;
    begin(store);
    apply(store, 0, with_key(CHANGE_CLEAR_ALL, NULL));
    apply(store, 1, set_percent("x", 1));
    store->methods->rollback(store);
    assert_string_equal(dump(), before);
    assert_string_equal(ask("SELECT count(*) FROM change UNION ALL SELECT count(*) FROM revision"), history);
    assert_int_equal(change_one(store, set_percent("x", 1)), 3);
    store_close(store);
}

static void a_refused_change_set_leaves_nothing(void **state)
{
    struct store *store = make_shop();
    const char *before = dump();
    int64_t revision;
    size_t changed;

    (void)state;
    begin(store);
    apply(store, 0, set_percent("good", 1));
    apply(store, 1, set_percent("bad", 10001));
    assert_int_equal(store->methods->commit(store, "a", "m", NOW, &revision, &changed), STORE_REFUSED);
    assert_string_equal(dump(), before);
    assert_int_equal(latest_revision(store), 2);
    begin(store); /* the change set has ended */
    store->methods->rollback(store);
    store_close(store);
}

static void closing_takes_an_open_change_set_back(void **state)
{
    struct store *store = make_shop();
    const char *before = dump();

    (void)state;
    begin(store);
    apply(store, 0, with_key(CHANGE_CLEAR_ALL, NULL));
    store_close(store);
    assert_string_equal(dump(), before);
}

static void a_moved_revision_is_told(void **state)
{
    struct store *store = make_store(true), *other = open_store();

    (void)state;
    change_one(store, set_percent("x", 1));
    assert_int_equal(other->methods->begin(other, 1, NULL), STORE_MOVED);
    assert_reason_has("the latest revision is 2, not 1");
    assert_ok(other->methods->begin(other, 2, NULL));
    other->methods->rollback(other);
    store_close(other);
    store_close(store);
}

static void a_second_writer_is_told_that_it_is_busy(void **state)
{
    struct store *store = make_store(true);
    sqlite3 *holder;

    (void)state;
    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store->methods->begin(store, 0, NULL), STORE_BUSY);
    assert_reason_has("locked");
    sqlite3_close(holder);
    begin(store);
    store->methods->rollback(store);
    store_close(store);
}

static void what_is_not_begun_cannot_be_changed(void **state)
{
    struct store *store = make_store(true);
    struct change change = set_percent("x", 1);
    int64_t revision;
    size_t changed;

    (void)state;
    assert_int_equal(store->methods->apply(store, 0, &change), STORE_FAILED);
    assert_int_equal(store->methods->rewind(store, 1), STORE_FAILED);
    assert_int_equal(store->methods->commit(store, "a", "m", NOW, &revision, &changed), STORE_FAILED);
    store->methods->rollback(store);
    assert_false(has_rule(store, "x"));
    begin(store);
    assert_int_equal(store->methods->begin(store, 0, NULL), STORE_FAILED);
    store_close(store);
}

/* ---- What does not differ ---- */

static void what_is_already_so_makes_no_revision(void **state)
{
    static const int32_t members[] = {8, 9};
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 1}, {.slug = "playstation-4-slim", .price = 2}};
    struct rule_product turned[] = {prices[1], prices[0]};
    struct rule list = {
        .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2};
    struct store *store = make_shop();
    size_t changed;

    (void)state;
    int64_t revision = change_one(store, set_rule(list));
    list.products = turned;
    const struct change changes[] = {
        set_rule(list),
        set_group("vip", "Important"),
        change_members(CHANGE_ADD_MEMBERS, "vip", members, ARRAY_LENGTH(members)),
        set_product(1, "iphone-x", 0),
        with_key(CHANGE_ENABLE_RULE, "demo"),
    };
    assert_int_equal(make_revision(store, changes, ARRAY_LENGTH(changes), &changed), revision);
    assert_int_equal(changed, 0);
    assert_int_equal(latest_revision(store), revision);
    store_close(store);
}

static void what_comes_back_to_what_it_was_is_no_change(void **state)
{
    static const int32_t member[] = {7};
    struct rule_product product[] = {{.slug = "iphone-x"}};
    struct rule rule = {.key = "r", .products = product, .product_count = 1};
    struct store *store = make_shop();
    int64_t revision = change_one(store, set_rule(rule));
    const struct change changes[] = {
        with_key(CHANGE_DISABLE_RULE, "demo"),
        with_key(CHANGE_ENABLE_RULE, "demo"),
        change_members(CHANGE_REMOVE_MEMBERS, "vip", member, 1),
        change_members(CHANGE_ADD_MEMBERS, "vip", member, 1),
        with_key(CHANGE_REMOVE_RULE, "r"),
        set_rule(rule),
        set_percent("new", 1),
        with_key(CHANGE_REMOVE_RULE, "new"),
    };
    size_t changed;

    (void)state;
    assert_int_equal(make_revision(store, changes, ARRAY_LENGTH(changes), &changed), revision);
    assert_int_equal(changed, 0);
    store_close(store);
}

static void only_what_differs_counts(void **state)
{
    static const int32_t member[] = {7};
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 1}, {.slug = "playstation-4-slim", .price = 2}};
    struct rule list = {
        .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2};
    struct store *store = make_shop();
    size_t changed;

    (void)state;
    change_one(store, set_rule(list));
    prices[1].price = 3;
    const struct change changes[] = {
        set_rule(list),
        set_group("vip", "Important"),
        change_members(CHANGE_REMOVE_MEMBERS, "vip", member, 1),
        set_product(2, "notebook-avell-g1511", 100),
    };
    int64_t revision = make_revision(store, changes, ARRAY_LENGTH(changes), &changed);
    assert_int_equal(changed, 3);
    assert_string_equal(ask(arena_print(&arena,
                                        "SELECT kind || ' ' || key || ' ' || part FROM change WHERE revision = %lld"
                                        " ORDER BY 1",
                                        (long long)revision)),
                        "group_member vip 7\nproduct 2 \nrule_product list 0/3");
    store_close(store);
}

static void clearing_and_setting_all_again_counts_what_differs(void **state)
{
    static const int32_t members[] = {7, 8};
    const struct change changes[] = {
        with_key(CHANGE_CLEAR_ALL, NULL),
        set_group("vip", "Important"),
        change_members(CHANGE_ADD_MEMBERS, "vip", members, ARRAY_LENGTH(members)),
        set_product(1, "iphone-x", 0),
        set_product(2, "notebook-avell-g1511", 0),
        set_product(3, "playstation-4-slim", 0),
        set_rule((struct rule){.key = "for-vip",
                               .is_enabled = true,
                               .kind = RULE_PERCENT,
                               .value = 500,
                               .audience = RULE_GROUP,
                               .group = "vip"}),
    };
    struct store *store = make_shop();
    size_t changed;

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), &changed);
    assert_int_equal(changed, 2); /* the rule "demo" and customer 9 are gone */
    store_close(store);
}

/* ---- What each kind of change does ---- */

static void removing_a_rule_removes_its_targets(void **state)
{
    struct rule_product product[] = {{.slug = "iphone-x"}};
    const char *category[] = {"shoes"};
    struct store *store = make_store(true);

    (void)state;
    change_one(store, set_rule((struct rule){.key = "r",
                                             .products = product,
                                             .product_count = 1,
                                             .excluded_categories = category,
                                             .excluded_category_count = 1}));
    change_one(store, with_key(CHANGE_REMOVE_RULE, "r"));
    assert_string_equal(ask("SELECT (SELECT count(*) FROM rule_product) + (SELECT count(*) FROM rule_category)"), "0");
    store_close(store);
}

static void a_rule_set_again_has_only_its_new_targets(void **state)
{
    struct rule_product one[] = {{.slug = "iphone-x"}}, two[] = {{.slug = "playstation-4-slim"}};
    const char *category[] = {"shoes"}, *other[] = {"hats"};
    struct store *store = make_store(true);

    (void)state;
    change_one(store, set_rule((struct rule){.key = "r",
                                             .products = one,
                                             .product_count = 1,
                                             .excluded_products = two,
                                             .excluded_product_count = 1,
                                             .categories = category,
                                             .category_count = 1}));
    change_one(store, set_rule((struct rule){.key = "r",
                                             .products = two,
                                             .product_count = 1,
                                             .excluded_categories = other,
                                             .excluded_category_count = 1}));
    assert_string_equal(ask("SELECT excluded || ' ' || product_id FROM rule_product UNION ALL"
                            " SELECT excluded || ' ' || category FROM rule_category"),
                        "0 3\n1 hats");
    store_close(store);
}

static void groups_are_changed_cleared_and_removed(void **state)
{
    struct store *store = make_shop();

    (void)state;
    change_one(store, set_group("vip", "New"));
    assert_string_equal(ask("SELECT label || (SELECT count(*) FROM group_member) FROM customer_group"), "New3");
    change_one(store, with_key(CHANGE_CLEAR_GROUP, "vip"));
    assert_string_equal(ask("SELECT label || (SELECT count(*) FROM group_member) FROM customer_group"), "New0");
    const int32_t members[] = {1};
    const struct change changes[] = {
        change_members(CHANGE_ADD_MEMBERS, "vip", members, 1),
        with_key(CHANGE_REMOVE_RULE, "for-vip"),
        with_key(CHANGE_REMOVE_GROUP, "vip"),
    };
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    assert_string_equal(ask("SELECT (SELECT count(*) FROM customer_group) + (SELECT count(*) FROM group_member)"), "0");
    store_close(store);
}

static void a_product_keeps_its_rules_when_its_slug_changes(void **state)
{
    struct rule_product product[] = {{.slug = "iphone-x"}};
    struct store *store = make_store(true);

    (void)state;
    change_one(store, set_rule((struct rule){.key = "r", .products = product, .product_count = 1}));
    change_one(store, set_product(1, "iphone-10", 5));
    assert_string_equal(ask("SELECT slug || ' ' || floor || ' ' || rule_key FROM product JOIN rule_product"
                            " ON product_id = id"),
                        "iphone-10 5 r");
    store_close(store);
}

static int64_t change_as(struct store *store, const char *author, const char *id, struct change change, int64_t now)
{
    int64_t revision = 0;
    size_t changed;

    assert_ok(store->methods->begin(store, 0, id));
    apply(store, 0, change);
    assert_ok(store->methods->commit(store, author, "why", now, &revision, &changed));
    return revision;
}

static enum store_status find_as(struct store *store, const char *author, const char *id, int64_t *revision)
{
    size_t changed;

    return store->methods->find_change_set(store, author, id, revision, &changed);
}

static void what_a_change_set_made_is_known_by_its_author_and_id_for_a_month(void **state)
{
    struct store *store = make_store(false);
    int64_t found = 0;

    (void)state;
    int64_t first = change_as(store, "a", "x", set_group("vip", "Vip"), NOW);
    int64_t second = change_as(store, "b", "x", set_group("vip", "Important"), NOW);
    assert_int_equal(second, first + 1);
    assert_int_equal(change_as(store, "b", "same", set_group("vip", "Important"), NOW), second);
    store_close(store);

    store = open_store();
    assert_int_equal(find_as(store, "a", "x", &found), STORE_OK);
    assert_int_equal(found, first);
    assert_int_equal(find_as(store, "b", "x", &found), STORE_OK);
    assert_int_equal(found, second);
    assert_int_equal(find_as(store, "b", "same", &found), STORE_OK);
    assert_int_equal(found, second);
    assert_int_equal(find_as(store, "a", "same", &found), STORE_NOT_FOUND);
    assert_int_equal(change_one(store, set_group("vip", "Very important")), second + 1); /* nothing is left open */
    change_as(store, "a", "later", set_group("staff", ""), NOW + 30 * 24 * 3600);
    assert_int_equal(find_as(store, "a", "x", &found), STORE_OK);
    change_as(store, "a", "much-later", set_group("staff", "Staff"), NOW + 32 * 24 * 3600);
    assert_int_equal(find_as(store, "a", "x", &found), STORE_NOT_FOUND);
    assert_int_equal(find_as(store, "a", "later", &found), STORE_OK);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_revision_has_its_author_message_time_and_size),
        STORE_TEST(a_rule_with_many_rows_counts_once),
        STORE_TEST(nobody_sees_a_change_set_before_it_is_committed),
        STORE_TEST(a_rolled_back_change_set_leaves_nothing),
        STORE_TEST(a_refused_change_set_leaves_nothing),
        STORE_TEST(closing_takes_an_open_change_set_back),
        STORE_TEST(a_moved_revision_is_told),
        STORE_TEST(a_second_writer_is_told_that_it_is_busy),
        STORE_TEST(what_is_not_begun_cannot_be_changed),
        STORE_TEST(what_is_already_so_makes_no_revision),
        STORE_TEST(what_comes_back_to_what_it_was_is_no_change),
        STORE_TEST(only_what_differs_counts),
        STORE_TEST(clearing_and_setting_all_again_counts_what_differs),
        STORE_TEST(removing_a_rule_removes_its_targets),
        STORE_TEST(a_rule_set_again_has_only_its_new_targets),
        STORE_TEST(groups_are_changed_cleared_and_removed),
        STORE_TEST(a_product_keeps_its_rules_when_its_slug_changes),
        STORE_TEST(what_a_change_set_made_is_known_by_its_author_and_id_for_a_month),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
