/* SPDX-License-Identifier: MIT */
/* Loading what changed comes to the same as loading everything. */
#include "tests/unit/discount/store_random.h"

#include "discount/pricing/evaluate.h"

/* What customers pay for products, and what groups and floors there are: members show in the prices. */
static const char *print_prices(const struct ruleset *ruleset)
{
    static const char *const categories[] = {"c1"};
    struct product products[RANDOM_PRODUCTS];
    struct quote quote;
    const char *text = "";

    for (int i = 0; i < RANDOM_PRODUCTS; i++)
        products[i] =
            (struct product){.id = i + 1, .price = 1000, .categories = categories, .category_count = (size_t)i % 2};
    const struct listing *listing = listing_resolve(ruleset, &arena, products, RANDOM_PRODUCTS);
    for (int customer = 0; customer <= 6; customer++) {
        const struct shopper *shopper = shopper_resolve(ruleset, &arena, customer);
        for (size_t i = 0; i < RANDOM_PRODUCTS; i++) {
            evaluate(listing, i, shopper, NOW, &quote);
            text = arena_print(&arena, "%s %d", text, (int)quote.price);
        }
    }
    for (int i = 1; i <= RANDOM_PRODUCTS; i++)
        text = arena_print(&arena, "%s floor %d", text, (int)ruleset_floor(ruleset, i));
    for (int i = 1; i <= RANDOM_GROUPS; i++) {
        size_t members = 0;
        bool is_there = ruleset_has_group(ruleset, arena_print(&arena, "g%d", i), &members);
        text = arena_print(&arena, "%s group %d %zu", text, is_there, is_there ? members : 0);
    }
    return text;
}

static struct ruleset *load_changes(struct store *store, const struct ruleset *from)
{
    struct ruleset_builder *builder = ruleset_builder_new(from);
    int64_t revision;

    assert_ok(store->methods->load(store, ruleset_base_revision(from), 1000, builder, &revision));
    return ruleset_builder_finish(builder, revision, PRICE_ROUND_DOWN, NOW);
}

static void assert_same_rulesets(const struct ruleset *left, const struct ruleset *right)
{
    assert_int_equal(ruleset_revision(left), ruleset_revision(right));
    assert_string_equal(print_rules(left), print_rules(right));
    assert_string_equal(print_prices(left), print_prices(right));
}

/* Loads the changes, and everything; they must agree. Returns the former. */
static struct ruleset *follow(struct store *store, const struct ruleset *from)
{
    struct ruleset *changed = load_changes(store, from), *whole = load(store);

    assert_same_rulesets(changed, whole);
    ruleset_release(whole);
    return changed;
}

static void following_random_changes_equals_loading_everything(void **state)
{
    struct store *store = make_random_shop();
    struct ruleset *ruleset = load(store);

    (void)state;
    for (size_t i = 0; i < 300; i++) {
        for (uint32_t more = random_below(3); more > 0; more--)
            (void)change_at_random(store, 3);
        struct ruleset *next = follow(store, ruleset);
        ruleset_release(ruleset);
        ruleset = next;
        if (i % 20 == 19) { /* a new base */
            ruleset_release(ruleset);
            ruleset = load(store);
            arena_reset(&arena);
        }
    }
    assert_history_is_rich();
    ruleset_release(ruleset);
    store_close(store);
}

static void following_what_is_not_committed_equals_loading_it(void **state)
{
    struct store *store = make_random_shop();
    struct ruleset *ruleset = load(store);
    int compared = 0;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        const struct fault *faults;
        size_t count;
        begin(store);
        for (size_t j = 0; j < 3; j++)
            apply(store, j, random_change());
        assert_ok(store->methods->faults(store, &faults, &count));
        if (count == 0) {
            ruleset_release(follow(store, ruleset));
            compared++;
        }
        store->methods->rollback(store);
    }
    assert_true(compared > 20);
    ruleset_release(ruleset);
    store_close(store);
}

static void changes_by_hand_are_followed(void **state)
{
    struct store *store = make_store(true);
    struct ruleset *ruleset = load(store);

    (void)state;
    must_change_by_hand("BEGIN; UPDATE rule SET value = 5 WHERE key = 'demo';"
                        "INSERT INTO customer_group (key) VALUES ('g1'); INSERT INTO group_member VALUES ('g1', 4);"
                        "INSERT INTO rule (key, label, lane, kind, value, group_key)"
                        " VALUES ('r', 'R', 'sale', 'amount', 3, 'g1');"
                        "INSERT INTO rule_product (rule_key, product_id) VALUES ('r', 2);"
                        "UPDATE product SET floor = 9 WHERE id = 1; COMMIT");
    ruleset_release(follow(store, ruleset));
    ruleset_release(ruleset);
    store_close(store);
}

/* Only rows beside the rule's own differ. */
static void a_changed_target_is_followed(void **state)
{
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 7}, {.slug = "playstation-4-slim", .price = 8}};
    const char *category[] = {"shoes"};
    struct rule list = {.key = "list",
                        .is_enabled = true,
                        .kind = RULE_PRICE,
                        .is_price_list = true,
                        .products = prices,
                        .product_count = 2};
    struct rule rule = {.key = "r", .is_enabled = true, .categories = category, .category_count = 1};
    const struct change changes[] = {set_rule(list), set_rule(rule)};
    struct store *store = make_store(true);

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    struct ruleset *first = load(store);
    prices[0].price = 6;
    change_one(store, set_rule(list));
    struct ruleset *second = follow(store, first);
    category[0] = "hats";
    change_one(store, set_rule(rule));
    ruleset_release(follow(store, second));
    ruleset_release(second);
    ruleset_release(first);
    store_close(store);
}

static enum store_status try_changes(struct store *store, int64_t since, size_t limit)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    int64_t revision;
    enum store_status status = store->methods->load(store, since, limit, builder, &revision);

    ruleset_builder_free(builder);
    return status;
}

static void more_changes_than_the_limit_are_too_many(void **state)
{
    static const int32_t members[] = {1, 2, 3};
    struct store *store = make_store(true);
    const struct change changes[] = {
        set_group("g", ""),
        change_members(CHANGE_ADD_MEMBERS, "g", members, ARRAY_LENGTH(members)),
        set_percent("r", 1),
    };

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    assert_int_equal(try_changes(store, 1, 5), STORE_OK);
    assert_int_equal(try_changes(store, 1, 4), STORE_TOO_MANY);
    assert_int_equal(try_changes(store, 1, SIZE_MAX), STORE_OK);
    assert_int_equal(try_changes(store, 2, 0), STORE_OK);
    store_close(store);
}

static void a_rule_with_many_targets_is_one_change(void **state)
{
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 1}, {.slug = "playstation-4-slim", .price = 2}};
    struct store *store = make_store(true);

    (void)state;
    change_one(store,
               set_rule((struct rule){
                   .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2}));
    assert_int_equal(try_changes(store, 1, 1), STORE_OK);
    store_close(store);
}

static void an_unknown_revision_asks_for_everything(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    assert_int_equal(try_changes(store, 2, 100), STORE_TOO_MANY);
    assert_int_equal(try_changes(store, -1, 100), STORE_TOO_MANY);
    store_close(store);
}

static void a_wrong_rule_among_the_changes_is_named(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    must_change_by_hand("PRAGMA ignore_check_constraints = ON; UPDATE rule SET value = 10001");
    assert_int_equal(try_changes(store, 1, 100), STORE_FAILED);
    assert_reason_has("rule demo: percent: ");
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(following_random_changes_equals_loading_everything),
        STORE_TEST(following_what_is_not_committed_equals_loading_it),
        STORE_TEST(changes_by_hand_are_followed),
        STORE_TEST(a_changed_target_is_followed),
        STORE_TEST(more_changes_than_the_limit_are_too_many),
        STORE_TEST(a_rule_with_many_targets_is_one_change),
        STORE_TEST(an_unknown_revision_asks_for_everything),
        STORE_TEST(a_wrong_rule_among_the_changes_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
