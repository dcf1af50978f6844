/* SPDX-License-Identifier: MIT */
/* The database of rules: made, opened, read. */
#include "tests/unit/discount/store_harness.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define NOBODY 65534

static void the_demo_has_the_contract_s_rule(void **state)
{
    struct store *store = make_store(true);
    struct ruleset *ruleset = load(store);

    (void)state;
    assert_string_equal(print_rules(ruleset), "demo \"10 % off everything for customer 1\" 10 contract 0 percent 1000 "
                                              "0 for 1/1/ from 0 cap 0 [0, 0) :\n");
    assert_int_equal(ruleset_revision(ruleset), 1);
    ruleset_release(ruleset);
    store_close(store);
}

static void the_demo_has_three_products(void **state)
{
    struct store_counts counts;
    struct store *store = make_store(true);

    (void)state;
    assert_ok(store->methods->count(store, &counts));
    assert_int_equal(counts.products, 3);
    assert_int_equal(counts.rules, 1);
    assert_int_equal(counts.groups, 0);
    assert_string_equal(ask("SELECT group_concat(id || ' ' || slug) FROM product"),
                        "1 iphone-x,2 notebook-avell-g1511,3 playstation-4-slim");
    store_close(store);
}

static void without_the_demo_there_is_nothing(void **state)
{
    struct store *store = make_store(false);
    struct ruleset *ruleset = load(store);

    (void)state;
    assert_int_equal(ruleset_rule_count(ruleset), 0);
    assert_int_equal(ruleset_revision(ruleset), 1);
    assert_string_equal(dump(), "NULL");
    ruleset_release(ruleset);
    store_close(store);
}

static void all_of_a_rule_is_read_back(void **state)
{
    struct rule_product included[] = {{.slug = "b"}, {.slug = "a"}}, excluded[] = {{.slug = "c"}};
    const char *categories[] = {"shoes", "hats"}, *excluded_categories[] = {"new"};
    const struct change changes[] = {
        set_product(1, "a", 0),
        set_product(2, "b", 500),
        set_product(3, "c", 0),
        set_group("vip", "Important"),
        set_rule((struct rule){.key = "full",
                               .label = "Größe · 10 %",
                               .is_exclusive = true,
                               .lane = RULE_LANE_SALE,
                               .priority = -7,
                               .kind = RULE_PERCENT,
                               .value = 1250,
                               .audience = RULE_GROUP,
                               .group = "vip",
                               .products = included,
                               .product_count = 2,
                               .categories = categories,
                               .category_count = 2,
                               .excluded_products = excluded,
                               .excluded_product_count = 1,
                               .excluded_categories = excluded_categories,
                               .excluded_category_count = 1,
                               .minimum = 100,
                               .cap = 5000,
                               .starts_at = 1600000000,
                               .ends_at = 1800000000,
                               .zone = "Europe/Berlin"}),
    };
    struct store *store = make_store(false);
    size_t members;

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    struct ruleset *ruleset = load(store);
    assert_string_equal(print_rules(ruleset),
                        "full \"Größe · 10 %\" 01 sale -7 percent 1250 0 for 2/0/vip from 100 cap 5000 "
                        "[1600000000, 1800000000) Europe/Berlin: + 1=0 + 2=0 + hats + shoes - 3=0 - new\n");
    assert_int_equal(ruleset_floor(ruleset, 2), 500);
    assert_int_equal(ruleset_floor(ruleset, 1), 0);
    assert_true(ruleset_has_group(ruleset, "vip", &members));
    ruleset_release(ruleset);
    store_close(store);
}

static void rules_get_their_own_targets(void **state)
{
    struct rule_product one[] = {{.slug = "a"}}, prices[] = {{.slug = "a", .price = 5}, {.slug = "b", .price = 0}};
    const char *categories[] = {"shoes"};
    const struct change changes[] = {
        set_product(1, "a", 0),
        set_product(2, "b", 0),
        set_rule((struct rule){.key = "r1", .products = one, .product_count = 1}),
        set_percent("r10", 1),
        set_rule((struct rule){
            .key = "r2", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2}),
        set_rule(
            (struct rule){.key = "r3", .kind = RULE_AMOUNT, .value = 9, .categories = categories, .category_count = 1}),
    };
    struct store *store = make_store(false);

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    struct ruleset *ruleset = load(store);
    assert_string_equal(print_rules(ruleset),
                        "r1 \"A label\" 00 contract 0 percent 0 0 for 0/0/ from 0 cap 0 [0, 0) : + 1=0\n"
                        "r10 \"A label\" 10 contract 0 percent 1 0 for 0/0/ from 0 cap 0 [0, 0) :\n"
                        "r2 \"A label\" 00 contract 0 price 0 1 for 0/0/ from 0 cap 0 [0, 0) : + 1=5 + 2=0\n"
                        "r3 \"A label\" 00 contract 0 amount 9 0 for 0/0/ from 0 cap 0 [0, 0) : + shoes\n");
    ruleset_release(ruleset);
    store_close(store);
}

/* ---- Whether somebody changed it ---- */

static void a_change_is_noticed_once(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    assert_false(store->methods->has_changed(store));
    must_change_by_hand("UPDATE rule SET value = 2000");
    assert_true(store->methods->has_changed(store));
    assert_false(store->methods->has_changed(store));
    store_close(store);
}

static void an_own_change_is_not_noticed(void **state)
{
    struct store *store = make_store(true), *other = open_store();

    (void)state;
    change_one(store, set_percent("x", 100));
    assert_false(store->methods->has_changed(store));
    assert_true(other->methods->has_changed(other));
    store_close(store);
    store_close(other);
}

static void a_change_is_noticed_outside_wal_mode_too(void **state)
{
    (void)state;
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    struct store *store = open_store();
    assert_false(store->methods->has_changed(store));
    must_change_by_hand("UPDATE rule SET value = 2000");
    assert_true(store->methods->has_changed(store));
    assert_false(store->methods->has_changed(store));
    store_close(store);
}

static void a_database_that_cannot_be_asked_counts_as_changed(void **state)
{
    sqlite3 *holder;

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    struct store *store = open_store();
    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_true(store->methods->has_changed(store));
    assert_true(store->methods->has_changed(store));
    sqlite3_close(holder);
    assert_true(store->methods->has_changed(store));
    assert_false(store->methods->has_changed(store));
    store_close(store);
}

/* ---- A file that may only be read ---- */

/* Runs as nobody; cmocka's asserts have nowhere to go there. */
static int read_only_life(void)
{
    struct store *store;
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    int64_t revision;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || !store_open(path, &store, reason, sizeof reason))
        return 1;
    if (store->methods->load(store, 0, 0, builder, &revision) != STORE_OK)
        return 2;
    if (store->methods->begin(store, 0, NULL) != STORE_READ_ONLY || strstr(store->reason, "cannot be written") == NULL)
        return 3;
    ruleset_builder_free(builder);
    store_close(store);
    return 0;
}

static void a_file_that_may_only_be_read_is_read(void **state)
{
    int status;

    (void)state;
    if (geteuid() != 0)
        skip();
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int result = read_only_life();
        if (result != 0)
            fprintf(stderr, "as nobody: %s\n", reason);
        _exit(result);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_demo_has_the_contract_s_rule),
        STORE_TEST(the_demo_has_three_products),
        STORE_TEST(without_the_demo_there_is_nothing),
        STORE_TEST(all_of_a_rule_is_read_back),
        STORE_TEST(rules_get_their_own_targets),
        STORE_TEST(a_change_is_noticed_once),
        STORE_TEST(an_own_change_is_not_noticed),
        STORE_TEST(a_change_is_noticed_outside_wal_mode_too),
        STORE_TEST(a_database_that_cannot_be_asked_counts_as_changed),
        STORE_TEST(a_file_that_may_only_be_read_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
