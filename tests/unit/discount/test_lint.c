/* SPDX-License-Identifier: MIT */
/* Rules that make no sense: each warning, what is none, and that what is called needless is. */
#include "random_shop.h"

#include <stdlib.h>

#include "common/clock.h"
#include "discount/lint/lint.h"
#include "discount/preview/preview.h"

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct lint lint_at(const struct ruleset *ruleset, const struct product *products, size_t count, int64_t now)
{
    static const struct known_product names[] = {
        {.id = 2, .slug = "console"}, {.id = 1, .slug = "phone"}, {.id = 3, .slug = "book"}};
    const struct lint_question question = {.now = now,
                                           .products = products,
                                           .product_count = count,
                                           .names = names,
                                           .name_count = ARRAY_LENGTH(names),
                                           .max_findings = 1000,
                                           .max_quotes = 1000000};
    struct lint lint;

    lint_ruleset(ruleset, &question, &arena, &lint);
    return lint;
}

static const struct lint_finding *find(const struct lint *lint, const char *rule, enum lint_warning warning)
{
    for (size_t i = 0; i < lint->finding_count; i++) {
        if (strcmp(lint->findings[i].rule, rule) == 0 && lint->findings[i].warning == warning)
            return &lint->findings[i];
    }
    return NULL;
}

static struct lint lint_rules(const struct rule *rules, size_t count)
{
    struct ruleset *ruleset = shop_ruleset(rules, count);
    struct lint lint = lint_at(ruleset, NULL, 0, SHOP_NOW);

    ruleset_release(ruleset);
    return lint;
}

/* Which of two rules shadows `shadowed`; "" none does. */
static const char *shadow_of(const char *shadowed, const struct rule *a, const struct rule *b)
{
    const struct rule rules[] = {*a, *b};
    struct lint lint = lint_rules(rules, 2);
    const struct lint_finding *finding = find(&lint, shadowed, WARNING_SHADOWED);

    return finding != NULL ? finding->other_rule : "";
}

static struct rule percent(const char *key, int64_t value)
{
    return shop_rule(key, RULE_LANE_SALE, RULE_PERCENT, value);
}

static struct rule amount(const char *key, int64_t value)
{
    return shop_rule(key, RULE_LANE_SALE, RULE_AMOUNT, value);
}

static struct rule price(const char *key, int64_t value)
{
    return shop_rule(key, RULE_LANE_SALE, RULE_PRICE, value);
}

/* ---- Shadowed ---- */

static void rules_that_make_sense_have_no_findings(void **state)
{
    struct rule rules[] = {percent("a", 1000), amount("b", 500), percent("c", 500), percent("d", 2000)};

    (void)state;
    rules[2].lane = RULE_LANE_CONTRACT;
    rules[3].minimum = 5000;
    struct lint lint = lint_rules(rules, 4);
    assert_int_equal(lint.total, 0);
    assert_int_equal(lint.finding_count, 0);
}

static void a_smaller_discount_of_the_same_kind_is_shadowed(void **state)
{
    struct rule small = percent("a-small", 500), large = percent("large", 1000);
    struct rule less = amount("a-less", 5), more = amount("more", 6);
    struct rule dear = price("a-dear", 500), cheap = price("cheap", 400);

    (void)state;
    assert_string_equal(shadow_of("a-small", &small, &large), "large");
    assert_string_equal(shadow_of("large", &small, &large), "");
    assert_string_equal(shadow_of("a-less", &less, &more), "more");
    assert_string_equal(shadow_of("a-dear", &dear, &cheap), "cheap");
    assert_string_equal(shadow_of("cheap", &dear, &cheap), "");
}

static void lanes_and_kinds_do_not_shadow_each_other(void **state)
{
    struct rule small = percent("small", 500), large = percent("large", 1000), all = price("all", 0);

    (void)state;
    large.lane = RULE_LANE_CONTRACT;
    assert_string_equal(shadow_of("small", &small, &large), "");
    assert_string_equal(shadow_of("small", &small, &all), "");
}

static void of_equal_rules_the_one_that_loses_ties_is_shadowed(void **state)
{
    struct rule a = percent("a", 1000), b = percent("b", 1000);

    (void)state;
    b.priority = 1;
    assert_string_equal(shadow_of("a", &a, &b), "b");
    assert_string_equal(shadow_of("b", &a, &b), "");
    a.priority = 2;
    assert_string_equal(shadow_of("b", &a, &b), "a");
    assert_string_equal(shadow_of("a", &a, &b), "");
}

static void a_cap_keeps_a_larger_percentage_from_shadowing(void **state)
{
    struct rule small = percent("small", 500), large = percent("large", 1000);

    (void)state;
    large.cap = 100;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.cap = 100;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    small.cap = 101;
    assert_string_equal(shadow_of("small", &small, &large), "");
}

static void only_who_has_the_audience_shadows(void **state)
{
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.audience = RULE_CUSTOMER;
    large.customer_id = 7;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.audience = RULE_CUSTOMER;
    small.customer_id = 8;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.customer_id = 7;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    large.audience = RULE_EVERYBODY;
    assert_string_equal(shadow_of("small", &small, &large), "large");
}

static void only_who_holds_as_long_shadows(void **state)
{
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.starts_at = SHOP_NOW + 10;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.starts_at = SHOP_NOW + 10;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    large.ends_at = SHOP_NOW + 20;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.ends_at = SHOP_NOW + 20;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    large.ends_at = SHOP_NOW + 19;
    assert_string_equal(shadow_of("small", &small, &large), "");
    large = amount("large", 6);
    large.starts_at = SHOP_NOW - 5; /* what began already is no later than what always was */
    small = amount("small", 5);
    assert_string_equal(shadow_of("small", &small, &large), "large");
}

static void only_who_has_no_higher_minimum_shadows(void **state)
{
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.minimum = 100;
    small.minimum = 99;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.minimum = 100;
    assert_string_equal(shadow_of("small", &small, &large), "large");
}

static void only_who_has_all_targets_shadows(void **state)
{
    struct rule_product one[] = {{.id = 1}}, two[] = {{.id = 2}, {.id = 1}};
    const char *games[] = {"games"};
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.products = one;
    large.product_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.products = two;
    small.product_count = 2;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.products = one;
    small.product_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    small.categories = games;
    small.category_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "");
    large.categories = games;
    large.category_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    large.product_count = large.category_count = 0;
    assert_string_equal(shadow_of("small", &small, &large), "large");
}

static void only_who_excludes_nothing_else_shadows(void **state)
{
    struct rule_product one[] = {{.id = 1}}, three[] = {{.id = 3}};
    const char *games[] = {"games"};
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.excluded_products = one;
    large.excluded_product_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.products = three; /* it is for none of what the other one excludes */
    small.product_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "large");
    large.excluded_categories = games;
    large.excluded_category_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "");
    small.excluded_categories = games;
    small.excluded_category_count = 1;
    assert_string_equal(shadow_of("small", &small, &large), "large");
}

static void a_price_list_is_shadowed_by_what_is_cheaper_for_all_of_it(void **state)
{
    struct rule_product dear[] = {{.id = 1, .price = 100}, {.id = 2, .price = 200}};
    struct rule_product cheap[] = {{.id = 1, .price = 100}, {.id = 2, .price = 199}, {.id = 3, .price = 900}};
    struct rule list = price("b-list", 0), other = price("a-other", 0), one = price("one", 150);

    (void)state;
    list.is_price_list = other.is_price_list = true;
    list.products = dear;
    list.product_count = 2;
    other.products = cheap;
    other.product_count = 3;
    assert_string_equal(shadow_of("b-list", &list, &other), "a-other");
    assert_string_equal(shadow_of("a-other", &list, &other), "");
    assert_string_equal(shadow_of("b-list", &list, &one), ""); /* 100 is less than 150 */
    one.value = 100;
    assert_string_equal(shadow_of("b-list", &list, &one), "one");
    cheap[1].price = 201;
    assert_string_equal(shadow_of("b-list", &list, &other), "");
}

static void ties_matter_where_an_exclusive_rule_may_win_one(void **state)
{
    struct rule rules[] = {percent("a-small", 500), percent("large", 1000)};

    (void)state;
    rules[0].lane = rules[1].lane = RULE_LANE_CONTRACT;
    rules[0].is_exclusive = true; /* at a floor, or at a price of 1, both come to the same, and its key is lower */
    assert_string_equal(shadow_of("a-small", &rules[0], &rules[1]), "");
    rules[1].priority = 1;
    assert_string_equal(shadow_of("a-small", &rules[0], &rules[1]), "large");
    rules[1].priority = 0;
    rules[1].is_exclusive = true; /* whichever wins, no sale is evaluated */
    assert_string_equal(shadow_of("a-small", &rules[0], &rules[1]), "large");
}

static void what_is_off_or_over_shadows_nothing(void **state)
{
    struct rule small = amount("small", 5), large = amount("large", 6);

    (void)state;
    large.is_enabled = false;
    assert_string_equal(shadow_of("small", &small, &large), "");
    large.is_enabled = true;
    large.ends_at = SHOP_NOW;
    small.ends_at = SHOP_NOW;
    assert_string_equal(shadow_of("small", &small, &large), "");
}

/* ---- The others ---- */

static void a_group_without_members_is_an_empty_audience(void **state)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    struct rule rules[] = {amount("empty", 5), amount("full", 6)};

    (void)state;
    rules[0].audience = rules[1].audience = RULE_GROUP;
    rules[0].group = "nobody";
    rules[1].group = "vip";
    ruleset_builder_set_group(builder, "nobody", "");
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_add_member(builder, "vip", 1);
    ruleset_builder_set_rule(builder, &rules[0]);
    ruleset_builder_set_rule(builder, &rules[1]);
    struct ruleset *ruleset = shop_finish(builder);
    struct lint lint = lint_at(ruleset, NULL, 0, SHOP_NOW);
    ruleset_release(ruleset);
    assert_int_equal(lint.total, 1);
    assert_non_null(find(&lint, "empty", WARNING_EMPTY_AUDIENCE));
    assert_non_null(strstr(lint.findings[0].message, "nobody"));
}

static void a_rule_that_excludes_all_it_includes_has_no_target(void **state)
{
    struct rule_product both[] = {{.id = 1}, {.id = 2}}, one[] = {{.id = 2}};
    const char *games[] = {"games"}, *two[] = {"games", "books"};
    struct rule rules[] = {amount("closed", 5), amount("open", 6)};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        rules[i].products = one;
        rules[i].product_count = 1;
        rules[i].excluded_products = both;
        rules[i].excluded_product_count = 2;
        rules[i].categories = games;
        rules[i].category_count = 1;
        rules[i].excluded_categories = two;
        rules[i].excluded_category_count = 2;
    }
    rules[1].categories = (const char *[]){"phones"};
    struct lint lint = lint_rules(rules, 2);
    assert_int_equal(lint.total, 1);
    assert_non_null(find(&lint, "closed", WARNING_EMPTY_TARGET));
}

static void given_products_tell_which_rules_have_none_of_them(void **state)
{
    const char *games[] = {"games"}, *books[] = {"books"};
    const struct product products[] = {{.id = 1, .price = 100, .categories = games, .category_count = 1},
                                       {.id = 2, .price = 100}};
    struct rule_product third[] = {{.id = 3}}, second[] = {{.id = 2}};
    struct rule rules[] = {amount("a", 1), amount("b", 2), amount("c", 3), amount("d", 4), amount("e", 5)};

    (void)state;
    rules[0].products = third; /* not given */
    rules[0].product_count = 1;
    rules[1].products = second;
    rules[1].product_count = 1;
    rules[2].categories = books; /* no such product */
    rules[2].category_count = 1;
    rules[3].categories = games; /* the only one is excluded */
    rules[3].category_count = 1;
    rules[3].excluded_products = (struct rule_product[]){{.id = 1}};
    rules[3].excluded_product_count = 1;
    rules[4].excluded_products = second;
    rules[4].excluded_product_count = 1;
    struct ruleset *ruleset = shop_ruleset(rules, 5);
    struct lint lint = lint_at(ruleset, products, 2, SHOP_NOW);
    assert_non_null(find(&lint, "a", WARNING_EMPTY_TARGET));
    assert_null(find(&lint, "b", WARNING_EMPTY_TARGET));
    assert_non_null(find(&lint, "c", WARNING_EMPTY_TARGET));
    assert_non_null(find(&lint, "d", WARNING_EMPTY_TARGET));
    assert_null(find(&lint, "e", WARNING_EMPTY_TARGET));
    lint = lint_at(ruleset, NULL, 0, SHOP_NOW);
    assert_null(find(&lint, "a", WARNING_EMPTY_TARGET));
    ruleset_release(ruleset);
}

static void a_window_that_ended_is_past_from_its_end_on(void **state)
{
    struct rule rule = amount("sale", 5);

    (void)state;
    rule.ends_at = SHOP_NOW;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    struct lint before = lint_at(ruleset, NULL, 0, SHOP_NOW - 1), at = lint_at(ruleset, NULL, 0, SHOP_NOW);
    ruleset_release(ruleset);
    assert_int_equal(before.total, 0);
    assert_int_equal(at.total, 1);
    assert_int_equal(at.findings[0].warning, WARNING_WINDOW_PAST);
    assert_string_equal(at.findings[0].message, "its window ended at 2027-01-15T08:00:00Z");
}

static struct ruleset *with_floor(const struct rule *rules, size_t count, int32_t floor)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    ruleset_builder_set_floor(builder, 2, floor);
    for (size_t i = 0; i < count; i++)
        ruleset_builder_set_rule(builder, &rules[i]);
    return shop_finish(builder);
}

static void a_price_below_the_floor_of_a_product_that_it_names_is_told(void **state)
{
    struct rule_product both[] = {{.id = 1, .price = 10}, {.id = 2, .price = 699}}, two[] = {{.id = 2}};
    struct rule rules[] = {price("list", 0), price("one", 700), price("other", 699)};

    (void)state;
    rules[0].is_price_list = true;
    rules[0].products = both;
    rules[0].product_count = 2;
    rules[1].products = rules[2].products = two;
    rules[1].product_count = rules[2].product_count = 1;
    struct ruleset *ruleset = with_floor(rules, 3, 700);
    struct lint lint = lint_at(ruleset, NULL, 0, SHOP_NOW);
    ruleset_release(ruleset);
    const struct lint_finding *finding = find(&lint, "list", WARNING_UNDER_FLOOR);
    assert_non_null(finding);
    assert_string_equal(finding->product, "console");
    assert_string_equal(finding->message, "it takes product console to 699, which is below its floor of 700");
    assert_null(find(&lint, "one", WARNING_UNDER_FLOOR));
    assert_non_null(find(&lint, "other", WARNING_UNDER_FLOOR));
}

static void given_products_tell_which_rules_alone_go_below_a_floor(void **state)
{
    const struct product products[] = {{.id = 1, .price = 10}, {.id = 2, .price = 1000}};
    struct rule rules[] = {percent("a-10", 1000), percent("b-31", 3100), percent("c-31", 3100), amount("d-301", 301),
                           percent("e-31", 3100)};

    (void)state;
    rules[2].cap = 300;
    rules[4].minimum = 1001;
    struct ruleset *ruleset = with_floor(rules, 5, 700);
    struct lint lint = lint_at(ruleset, products, 2, SHOP_NOW);
    assert_null(find(&lint, "a-10", WARNING_UNDER_FLOOR));
    assert_non_null(find(&lint, "b-31", WARNING_UNDER_FLOOR));
    assert_null(find(&lint, "c-31", WARNING_UNDER_FLOOR));
    assert_non_null(find(&lint, "d-301", WARNING_UNDER_FLOOR));
    assert_null(find(&lint, "e-31", WARNING_UNDER_FLOOR));
    lint = lint_at(ruleset, NULL, 0, SHOP_NOW);
    assert_null(find(&lint, "b-31", WARNING_UNDER_FLOOR));
    ruleset_release(ruleset);
}

static void a_product_without_a_known_slug_is_named_by_its_id(void **state)
{
    struct rule_product one[] = {{.id = 77}};
    struct rule rule = price("one", 5);
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    (void)state;
    rule.products = one;
    rule.product_count = 1;
    ruleset_builder_set_floor(builder, 77, 6);
    ruleset_builder_set_rule(builder, &rule);
    struct ruleset *ruleset = shop_finish(builder);
    struct lint lint = lint_at(ruleset, NULL, 0, SHOP_NOW);
    ruleset_release(ruleset);
    assert_int_equal(lint.total, 1);
    assert_string_equal(lint.findings[0].product, "#77");
}

static void rules_that_say_the_same_are_duplicates_of_the_first(void **state)
{
    struct rule_product one[] = {{.id = 1}, {.id = 2}}, same[] = {{.id = 2}, {.id = 1}};
    struct rule rules[] = {percent("a", 1000), percent("b", 1000), percent("c", 1000), percent("d", 1000)};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        rules[i].products = i == 1 ? same : one;
        rules[i].product_count = 2;
    }
    rules[0].is_enabled = false;
    rules[1].label = "Other words";
    rules[1].zone = "Europe/Berlin";
    rules[3].minimum = 5;
    struct lint lint = lint_rules(rules, 4);
    const struct lint_finding *a = find(&lint, "a", WARNING_DUPLICATE), *c = find(&lint, "c", WARNING_DUPLICATE);
    assert_non_null(a);
    assert_non_null(c);
    assert_string_equal(a->other_rule, "b"); /* the enabled come first */
    assert_string_equal(c->other_rule, "b");
    assert_null(find(&lint, "b", WARNING_DUPLICATE));
    assert_null(find(&lint, "d", WARNING_DUPLICATE));
    assert_null(find(&lint, "c", WARNING_SHADOWED)); /* once is enough */
    assert_non_null(find(&lint, "d", WARNING_SHADOWED));
}

static void a_disabled_rule_is_a_draft(void **state)
{
    struct rule_product one[] = {{.id = 1}};
    struct rule rules[] = {percent("a", 1000), percent("draft", 500)};

    (void)state;
    rules[1].is_enabled = false;
    rules[1].ends_at = SHOP_NOW - 1;
    rules[1].products = rules[1].excluded_products = one;
    rules[1].product_count = rules[1].excluded_product_count = 1;
    struct lint lint = lint_rules(rules, 2);
    assert_int_equal(lint.total, 0);
}

static void findings_beyond_the_limit_are_counted(void **state)
{
    struct rule rules[] = {percent("a", 500), percent("b", 500), percent("c", 500), percent("d", 500)};
    const struct lint_question question = {.now = SHOP_NOW, .max_findings = 2};
    struct ruleset *ruleset = shop_ruleset(rules, 4);
    struct lint lint;

    (void)state;
    lint_ruleset(ruleset, &question, &arena, &lint);
    ruleset_release(ruleset);
    assert_int_equal(lint.finding_count, 2);
    assert_int_equal(lint.total, 3);
    assert_string_equal(lint.findings[0].rule, "b");
    assert_string_equal(lint.findings[1].rule, "c");
}

/* ---- At random ---- */

enum { SHOPS = 1500, RULES = 20, PRODUCTS = 12 };

static struct ruleset_builder *random_builder(struct random *random, struct random_rule *rules)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    for (size_t i = 0; i < RANDOM_GROUPS; i++)
        ruleset_builder_set_group(builder, random_groups[i], "");
    for (size_t i = 0; i < 6; i++)
        ruleset_builder_add_member(builder, random_groups[random_next(random, RANDOM_GROUPS)],
                                   1 + (int32_t)random_next(random, RANDOM_CUSTOMERS));
    for (int32_t id = 1; id <= RANDOM_PRODUCTS; id += 3)
        ruleset_builder_set_floor(builder, id, (int32_t)random_next(random, 300));
    for (size_t i = 0; i < RULES; i++) {
        random_rule(random, &rules[i]);
        if (random_is(random, 2)) { /* for more of them to meet */
            rules[i].rule.audience = RULE_EVERYBODY;
            rules[i].rule.product_count = rules[i].rule.category_count = 0;
            rules[i].rule.is_price_list = false;
        }
        ruleset_builder_set_rule(builder, &rules[i].rule);
    }
    return builder;
}

/* The prices of all customers and groups at some instants, with and without the rules that are said to be needless. */
static void assert_same_prices(struct random *random, const struct ruleset *all, const struct ruleset *fewer)
{
    struct random_product made[PRODUCTS];
    struct product products[PRODUCTS];
    struct preview_audience audiences[RANDOM_CUSTOMERS + RANDOM_GROUPS + 1] = {{0}};
    struct preview preview;

    for (size_t i = 0; i < PRODUCTS; i++) {
        random_product(random, &made[i]);
        products[i] = made[i].product;
    }
    for (size_t i = 0; i < RANDOM_CUSTOMERS; i++)
        audiences[1 + i].customer_id = 1 + (int32_t)i;
    for (size_t i = 0; i < RANDOM_GROUPS; i++)
        audiences[1 + RANDOM_CUSTOMERS + i].group = random_groups[i];
    for (int64_t now = SHOP_NOW; now < SHOP_NOW + 22; now += 3) {
        preview_compare(all, fewer, now, products, PRODUCTS, audiences, ARRAY_LENGTH(audiences), 1, &arena, &preview);
        assert_int_equal(preview.changed, 0);
    }
}

static void no_price_changes_without_the_rules_that_are_called_needless(void **state)
{
    static struct random_rule rules[RULES];
    struct random random = {.state = 20261122};
    size_t needless = 0;

    (void)state;
    for (size_t shop = 0; shop < SHOPS; shop++) {
        struct ruleset *all = shop_finish(random_builder(&random, rules));
        struct lint lint = lint_at(all, NULL, 0, SHOP_NOW);
        struct ruleset_builder *builder = ruleset_builder_new(all);
        for (size_t i = 0; i < lint.finding_count; i++) {
            if (lint.findings[i].warning == WARNING_UNDER_FLOOR)
                continue;
            needless += lint.findings[i].warning == WARNING_SHADOWED;
            if (lint.findings[i].warning != WARNING_EMPTY_AUDIENCE) /* somebody of the group may come */
                ruleset_builder_remove_rule(builder, lint.findings[i].rule);
        }
        struct ruleset *fewer = shop_finish(builder);
        assert_same_prices(&random, all, fewer);
        ruleset_release(fewer);
        ruleset_release(all);
        arena_release(&arena);
    }
    assert_true(needless > SHOPS); /* it was about something */
}

/* What the product costs by this rule alone, and whether a floor or zero held it. */
static struct quote quote_alone(const struct ruleset *all, const struct rule *rule, const struct product *product)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    struct rule open = *rule;

    open.audience = RULE_EVERYBODY;
    open.starts_at = open.ends_at = 0;
    ruleset_builder_set_floor(builder, product->id, ruleset_floor(all, product->id));
    ruleset_builder_set_rule(builder, &open);
    struct ruleset *alone = shop_finish(builder);
    struct quote quote = shop_quote_at(alone, 0, product, SHOP_NOW);
    ruleset_release(alone);
    return quote;
}

static bool is_held_at_floor(const struct ruleset *all, const struct rule *rule, const struct product *products)
{
    for (size_t i = 0; i < PRODUCTS; i++) {
        if (ruleset_floor(all, products[i].id) > 0 && quote_alone(all, rule, &products[i]).is_held)
            return true;
    }
    return false;
}

static void given_products_are_below_a_floor_exactly_when_the_rule_alone_is_held_at_it(void **state)
{
    static struct random_rule rules[RULES];
    struct random random = {.state = 77};
    struct random_product made[PRODUCTS];
    struct product products[PRODUCTS];
    size_t deep = 0, shallow = 0;

    (void)state;
    for (size_t shop = 0; shop < 60; shop++) {
        struct ruleset *all = shop_finish(random_builder(&random, rules));
        for (size_t i = 0; i < PRODUCTS; i++) {
            random_product(&random, &made[i]);
            products[i] = made[i].product;
        }
        struct lint lint = lint_at(all, products, PRODUCTS, SHOP_NOW - 100);
        struct ruleset_view *view = ruleset_view_new();
        struct rule rule;
        for (uint64_t place = 0; ruleset_next_rule(all, view, &place, &rule);) {
            if (!rule.is_enabled || (rule.kind == RULE_PRICE && rule.product_count > 0))
                continue;
            bool is_deep = find(&lint, rule.key, WARNING_UNDER_FLOOR) != NULL;
            assert_int_equal(is_deep, is_held_at_floor(all, &rule, products));
            deep += is_deep;
            shallow += !is_deep;
        }
        ruleset_view_free(view);
        ruleset_release(all);
        arena_release(&arena);
    }
    assert_true(deep > 20 && shallow > 20);
}

#define LINT_TEST(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINT_TEST(rules_that_make_sense_have_no_findings),
        LINT_TEST(a_smaller_discount_of_the_same_kind_is_shadowed),
        LINT_TEST(lanes_and_kinds_do_not_shadow_each_other),
        LINT_TEST(of_equal_rules_the_one_that_loses_ties_is_shadowed),
        LINT_TEST(a_cap_keeps_a_larger_percentage_from_shadowing),
        LINT_TEST(only_who_has_the_audience_shadows),
        LINT_TEST(only_who_holds_as_long_shadows),
        LINT_TEST(only_who_has_no_higher_minimum_shadows),
        LINT_TEST(only_who_has_all_targets_shadows),
        LINT_TEST(only_who_excludes_nothing_else_shadows),
        LINT_TEST(a_price_list_is_shadowed_by_what_is_cheaper_for_all_of_it),
        LINT_TEST(ties_matter_where_an_exclusive_rule_may_win_one),
        LINT_TEST(what_is_off_or_over_shadows_nothing),
        LINT_TEST(a_group_without_members_is_an_empty_audience),
        LINT_TEST(a_rule_that_excludes_all_it_includes_has_no_target),
        LINT_TEST(given_products_tell_which_rules_have_none_of_them),
        LINT_TEST(a_window_that_ended_is_past_from_its_end_on),
        LINT_TEST(a_price_below_the_floor_of_a_product_that_it_names_is_told),
        LINT_TEST(given_products_tell_which_rules_alone_go_below_a_floor),
        LINT_TEST(a_product_without_a_known_slug_is_named_by_its_id),
        LINT_TEST(rules_that_say_the_same_are_duplicates_of_the_first),
        LINT_TEST(a_disabled_rule_is_a_draft),
        LINT_TEST(findings_beyond_the_limit_are_counted),
        LINT_TEST(no_price_changes_without_the_rules_that_are_called_needless),
        LINT_TEST(given_products_are_below_a_floor_exactly_when_the_rule_alone_is_held_at_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
