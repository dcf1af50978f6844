/* SPDX-License-Identifier: MIT */
/* Rules that make no sense for the products there are; and that in small shops every rule that never wins is named. */
#include "random_shop.h"

#include "discount/lint/lint.h"

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *const phones[] = {"phones"}, *const books[] = {"books"};
static const struct product products[] = {
    {.id = 1, .price = 50000, .categories = phones, .category_count = 1},
    {.id = 2, .price = 90000, .categories = phones, .category_count = 1},
    {.id = 3, .price = 2000, .categories = books, .category_count = 1},
};

static struct lint lint_with(const struct ruleset *ruleset, const struct product *list, size_t count, int64_t now,
                             size_t max_quotes)
{
    static const struct known_product names[] = {{.id = 1, .slug = "phone"}, {.id = 2, .slug = "phone-plus"}};
    const struct lint_question question = {.now = now,
                                           .products = list,
                                           .product_count = count,
                                           .names = names,
                                           .name_count = ARRAY_LENGTH(names),
                                           .max_findings = 1000,
                                           .max_quotes = max_quotes};
    struct lint lint;

    lint_ruleset(ruleset, &question, &arena, &lint);
    return lint;
}

static struct lint lint_rules(const struct rule *rules, size_t count)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_add_member(builder, "vip", 5);
    ruleset_builder_add_member(builder, "vip", 6);
    ruleset_builder_set_group(builder, "gold", "");
    ruleset_builder_add_member(builder, "gold", 6);
    for (size_t i = 0; i < count; i++)
        ruleset_builder_set_rule(builder, &rules[i]);
    struct ruleset *ruleset = shop_finish(builder);
    struct lint lint = lint_with(ruleset, products, ARRAY_LENGTH(products), SHOP_NOW, 100000);
    ruleset_release(ruleset);
    return lint;
}

/* The one finding there is. */
static const struct lint_finding *find_one(const struct rule *rules, size_t count)
{
    struct lint lint = lint_rules(rules, count);

    assert_int_equal(lint.total, 1);
    assert_int_equal(lint.undecided, 0);
    return &lint.findings[0];
}

static struct rule sale(const char *key, enum rule_kind kind, int64_t value)
{
    return shop_rule(key, RULE_LANE_SALE, kind, value);
}

/* ---- One at a time ---- */

static void a_price_list_that_is_dearer_than_list_prices_is_named(void **state)
{
    struct rule_product prices[] = {{.id = 1, .price = 50000}, {.id = 2, .price = 89999}};
    struct rule rule = sale("list", RULE_PRICE, 0);

    (void)state;
    rule.is_price_list = true;
    rule.products = prices;
    rule.product_count = 2;
    const struct lint_finding *finding = find_one(&rule, 1);
    assert_int_equal(finding->warning, WARNING_DEAR);
    assert_string_equal(finding->product, "phone");
    assert_string_equal(finding->message, "1 of its 2 prices are not below the list price and change nothing: product "
                                          "phone is in it with 50000, and has a list price of 50000");
    prices[0].price = 49999;
    assert_int_equal(lint_rules(&rule, 1).total, 0);
}

static void a_minimum_above_every_price_is_named(void **state)
{
    struct rule rule = sale("rich", RULE_PERCENT, 1000);

    (void)state;
    rule.categories = (const char **)(uintptr_t)books;
    rule.category_count = 1;
    rule.minimum = 2001;
    const struct lint_finding *finding = find_one(&rule, 1);
    assert_int_equal(finding->warning, WARNING_MINIMUM);
    assert_non_null(strstr(finding->message, "minimum of 2001"));
    assert_non_null(strstr(finding->message, "list price of 2000"));
    rule.minimum = 2000;
    assert_int_equal(lint_rules(&rule, 1).total, 0);
}

static void a_rule_that_takes_nothing_off_is_named_without_products(void **state)
{
    struct rule rules[] = {sale("a", RULE_PERCENT, 0), sale("b", RULE_PERCENT, 1)};
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    struct lint lint = lint_with(ruleset, NULL, 0, SHOP_NOW, 1000);

    (void)state;
    assert_int_equal(lint.total, 2); /* it is shadowed, too */
    assert_int_equal(lint.findings[1].warning, WARNING_NOTHING_OFF);
    assert_string_equal(lint.findings[1].rule, "a");
    assert_int_equal(lint.quotes, 0);
    ruleset_release(ruleset);
}

static void a_category_that_no_product_is_in_is_named(void **state)
{
    const char *categories[] = {"books", "fones"};
    struct rule rule = sale("a", RULE_PERCENT, 1000);

    (void)state;
    rule.categories = categories;
    rule.category_count = 2;
    const struct lint_finding *finding = find_one(&rule, 1);
    assert_int_equal(finding->warning, WARNING_UNKNOWN_CATEGORY);
    assert_string_equal(finding->message, "none of the given products is in category fones, which it includes");
    rule.category_count = 0;
    rule.excluded_categories = categories;
    rule.excluded_category_count = 2;
    finding = find_one(&rule, 1);
    assert_string_equal(finding->message, "none of the given products is in category fones, which it excludes");
}

static void a_sale_behind_an_exclusive_contract_that_always_wins_is_named(void **state)
{
    struct rule rules[] = {shop_rule("contract", RULE_LANE_CONTRACT, RULE_AMOUNT, 1),
                           sale("for-all", RULE_PERCENT, 5000), sale("for-vip", RULE_PERCENT, 9000)};

    (void)state;
    rules[0].is_exclusive = true;
    rules[0].audience = rules[2].audience = RULE_GROUP;
    rules[0].group = rules[2].group = "vip";
    const struct lint_finding *finding = find_one(rules, 3);
    assert_int_equal(finding->warning, WARNING_NEVER_WINS);
    assert_string_equal(finding->rule, "for-vip");
    assert_string_equal(finding->other_rule, "contract");
    assert_string_equal(finding->message, "it wins for no given product and no customer, now or later: an exclusive "
                                          "rule wins the lane before; rule contract for one");
    rules[0].ends_at = SHOP_NOW + 1000; /* from then on the sale is reached */
    assert_int_equal(lint_rules(rules, 3).total, 0);
    rules[2].ends_at = SHOP_NOW + 1000;
    assert_string_equal(find_one(rules, 3)->rule, "for-vip");
}

static void what_several_rules_do_together_is_found(void **state)
{
    struct rule rules[] = {sale("books", RULE_PRICE, 100), sale("phones", RULE_AMOUNT, 45000),
                           sale("weak", RULE_PERCENT, 4000)};

    (void)state;
    rules[0].categories = (const char **)(uintptr_t)books;
    rules[1].categories = (const char **)(uintptr_t)phones;
    rules[0].category_count = rules[1].category_count = 1;
    const struct lint_finding *finding = find_one(rules, 3);
    assert_int_equal(finding->warning, WARNING_NEVER_WINS);
    assert_string_equal(finding->rule, "weak");
    assert_non_null(strstr(finding->message, "another rule wins its lane"));
}

/* Customer 5 is in one group and 6 in both: the rule wins for 5 only. */
static void each_set_of_groups_is_tried(void **state)
{
    struct rule rules[] = {sale("gold", RULE_PERCENT, 5000), sale("vip", RULE_PERCENT, 4000),
                           shop_rule("five", RULE_LANE_CONTRACT, RULE_PERCENT, 1)};

    (void)state;
    rules[0].audience = rules[1].audience = RULE_GROUP;
    rules[0].group = "gold";
    rules[1].group = "vip";
    rules[2].audience = RULE_CUSTOMER;
    rules[2].customer_id = 5;
    assert_int_equal(lint_rules(rules, 3).total, 0);
    rules[2].is_exclusive = true;
    assert_string_equal(find_one(rules, 3)->rule, "vip");
}

static void what_the_budget_leaves_open_is_counted(void **state)
{
    struct rule rules[] = {sale("books", RULE_PRICE, 100), sale("phones", RULE_AMOUNT, 45000),
                           sale("weak", RULE_PERCENT, 4000)};

    (void)state;
    rules[0].categories = (const char **)(uintptr_t)books;
    rules[1].categories = (const char **)(uintptr_t)phones;
    rules[0].category_count = rules[1].category_count = 1;
    struct ruleset *ruleset = shop_ruleset(rules, 3);
    struct lint lint = lint_with(ruleset, products, ARRAY_LENGTH(products), SHOP_NOW, 7);
    assert_int_equal(lint.total, 0);
    assert_int_equal(lint.quotes, 7);
    assert_int_equal(lint.undecided, 1);
    lint = lint_with(ruleset, products, ARRAY_LENGTH(products), SHOP_NOW, 8);
    assert_int_equal(lint.total, 1);
    assert_int_equal(lint.undecided, 0);
    ruleset_release(ruleset);
}

/* ---- All of them ---- */

#define WORLDS 400
#define RULES 12
#define PRODUCTS 5
#define STRANGER (RANDOM_CUSTOMERS + 2) /* whom nothing names */
#define BEGIN (SHOP_NOW - 5)
#define OVER (SHOP_NOW + 40) /* nothing changes any more */

struct world {
    const struct ruleset *ruleset;
    struct random_product made[PRODUCTS];
    struct product products[PRODUCTS];
    const char *winners[RULES * 2];
    size_t winner_count;
};

static bool has_won(const struct world *world, const char *key)
{
    for (size_t i = 0; i < world->winner_count; i++) {
        if (strcmp(world->winners[i], key) == 0)
            return true;
    }
    return false;
}

static void make_world(struct random *random, struct world *world)
{
    static struct random_rule rules[RULES];
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    for (int i = 0; i < RANDOM_GROUPS; i++)
        ruleset_builder_set_group(builder, random_groups[i], "");
    for (uint32_t i = random_next(random, 12); i > 0; i--)
        ruleset_builder_add_member(builder, random_groups[random_next(random, RANDOM_GROUPS)],
                                   1 + (int32_t)random_next(random, RANDOM_CUSTOMERS));
    for (size_t i = 0; i < RULES; i++) {
        random_rule(random, &rules[i]);
        ruleset_builder_set_rule(builder, &rules[i].rule);
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        random_product(random, &world->made[i]);
        world->products[i] = world->made[i].product;
        if (random_is(random, 3))
            ruleset_builder_set_floor(builder, world->products[i].id, (int32_t)random_next(random, 1200));
    }
    world->ruleset = ruleset_builder_finish(builder, 1, PRICE_ROUND_HALF_EVEN, BEGIN);
    world->winner_count = 0;
}

/* Who wins any price of any customer at any second. */
static void find_winners(struct world *world)
{
    struct arena own = {0};
    const struct listing *listing = listing_resolve(world->ruleset, &own, world->products, PRODUCTS);
    struct quote quote;

    for (int32_t customer = 0; customer <= STRANGER; customer++) {
        const struct shopper *shopper = shopper_resolve(world->ruleset, &own, customer);
        for (int64_t now = BEGIN; now <= OVER; now++) {
            for (size_t i = 0; i < PRODUCTS; i++) {
                evaluate(listing, i, shopper, now, &quote);
                for (size_t lane = 0; lane < RULE_LANES; lane++) {
                    const char *key = quote.steps[lane].key;
                    if (key != NULL && !has_won(world, key))
                        world->winners[world->winner_count++] = key;
                }
            }
        }
    }
    arena_release(&own);
}

/* What is told of a rule: bits of warnings. */
static unsigned told_of(const struct lint *lint, const char *key)
{
    unsigned told = 0;

    for (size_t i = 0; i < lint->finding_count; i++) {
        if (strcmp(lint->findings[i].rule, key) == 0)
            told |= 1u << lint->findings[i].warning;
    }
    return told;
}

#define SAYS_THAT_IT_NEVER_WINS                                                                                        \
    (1u << WARNING_EMPTY_AUDIENCE | 1u << WARNING_EMPTY_TARGET | 1u << WARNING_WINDOW_PAST |                           \
     1u << WARNING_NOTHING_OFF | 1u << WARNING_MINIMUM | 1u << WARNING_NEVER_WINS)
#define SAYS_WHY_IT_MAY_NOT (1u << WARNING_SHADOWED | 1u << WARNING_DUPLICATE | 1u << WARNING_DEAR)

static void every_rule_that_never_wins_is_named_and_no_other(void **state)
{
    static struct world world;
    struct random random = {.state = 20261130};
    size_t idle = 0, tried = 0;

    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        make_world(&random, &world);
        find_winners(&world);
        struct lint lint = lint_with(world.ruleset, world.products, PRODUCTS, BEGIN, 1000000);
        assert_int_equal(lint.undecided, 0);
        struct ruleset_view *view = ruleset_view_new();
        struct rule rule;
        for (uint64_t place = 0; ruleset_next_rule(world.ruleset, view, &place, &rule);) {
            unsigned told = told_of(&lint, rule.key);
            if (!rule.is_enabled)
                continue;
            if (has_won(&world, rule.key))
                assert_int_equal(told & SAYS_THAT_IT_NEVER_WINS, 0);
            else
                assert_int_not_equal(told & (SAYS_THAT_IT_NEVER_WINS | SAYS_WHY_IT_MAY_NOT), 0);
            idle += !has_won(&world, rule.key);
            tried += (told & 1u << WARNING_NEVER_WINS) != 0;
        }
        ruleset_view_free(view);
        ruleset_release(world.ruleset);
        arena_release(&arena);
    }
    assert_true(idle > WORLDS && tried > WORLDS / 4); /* it was about something */
    print_message("%zu rules that never win, %zu of them found by trying\n", idle, tried);
}

#define LINT_TEST(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINT_TEST(a_price_list_that_is_dearer_than_list_prices_is_named),
        LINT_TEST(a_minimum_above_every_price_is_named),
        LINT_TEST(a_rule_that_takes_nothing_off_is_named_without_products),
        LINT_TEST(a_category_that_no_product_is_in_is_named),
        LINT_TEST(a_sale_behind_an_exclusive_contract_that_always_wins_is_named),
        LINT_TEST(what_several_rules_do_together_is_found),
        LINT_TEST(each_set_of_groups_is_tried),
        LINT_TEST(what_the_budget_leaves_open_is_counted),
        LINT_TEST(every_rule_that_never_wins_is_named_and_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
