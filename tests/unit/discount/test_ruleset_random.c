/* SPDX-License-Identifier: MIT */
/* A changed ruleset is as good as one made anew, whatever was changed. */
#include <stdlib.h>

#include "random_shop.h"
#include "same_rules.h"

static void assert_walks_equal(const struct ruleset *a, const struct ruleset *b)
{
    struct ruleset_view *views[] = {ruleset_view_new(), ruleset_view_new(), ruleset_view_new()};
    uint64_t places[] = {0, 0};
    size_t count = 0;
    struct rule rules[2], found;

    while (ruleset_next_rule(a, views[0], &places[0], &rules[0])) {
        assert_true(ruleset_next_rule(b, views[1], &places[1], &rules[1]));
        assert_rules_equal(&rules[0], &rules[1]);
        assert_true(ruleset_find_rule(a, views[2], rules[0].key, &found));
        assert_rules_equal(&found, &rules[0]);
        count++;
    }
    assert_false(ruleset_next_rule(b, views[1], &places[1], &rules[1]));
    assert_int_equal(count, ruleset_rule_count(a));
    assert_int_equal(count, ruleset_rule_count(b));
    for (int i = 0; i < 3; i++)
        ruleset_view_free(views[i]);
}

static void assert_groups_equal(const struct ruleset *a, const struct ruleset *b)
{
    assert_int_equal(ruleset_group_count(a), ruleset_group_count(b));
    for (int i = 0; i < RANDOM_GROUPS; i++) {
        size_t a_members, b_members;
        bool has = ruleset_has_group(a, random_groups[i], &a_members);
        assert_int_equal(has, ruleset_has_group(b, random_groups[i], &b_members));
        assert_int_equal(a_members, b_members);
    }
}

static void assert_prices_equal(struct random *random, const struct ruleset *a, const struct ruleset *b)
{
    struct arena arena = {0};

    for (int i = 0; i < 10; i++) {
        struct random_product product;
        random_product(random, &product);
        int64_t now = random_now(random);
        int32_t customer_id = (int32_t)random_next(random, RANDOM_CUSTOMERS + 2);
        struct quote a_quote = shop_quote_at(a, customer_id, &product.product, now);
        struct quote b_quote = shop_quote_at(b, customer_id, &product.product, now);
        assert_quotes_equal(&a_quote, &b_quote);

        const char *group = random_groups[random_next(random, RANDOM_GROUPS)];
        evaluate(listing_resolve(a, &arena, &product.product, 1), 0, shopper_of_group(a, &arena, group), now, &a_quote);
        evaluate(listing_resolve(b, &arena, &product.product, 1), 0, shopper_of_group(b, &arena, group), now, &b_quote);
        assert_quotes_equal(&a_quote, &b_quote);
    }
    arena_release(&arena);
}

/* Customers are of the same audience in both; those of one audience pay the same; and they are not all alone. Counts
 * the pairs that share one. */
static size_t assert_audiences(struct random *random, const struct ruleset *a, const struct ruleset *b)
{
    uint64_t audiences[RANDOM_CUSTOMERS + 2];
    struct arena arena = {0};
    struct random_product product;
    size_t pairs = 0;

    random_product(random, &product);
    int64_t now = random_now(random);
    for (int32_t id = 0; id <= RANDOM_CUSTOMERS + 1; id++) {
        audiences[id] = shopper_audience(shopper_resolve(a, &arena, id));
        assert_int_equal(audiences[id], shopper_audience(shopper_resolve(b, &arena, id)));
        struct quote quote = shop_quote_at(a, id, &product.product, now);
        for (int32_t other = 0; other < id; other++) {
            if (audiences[other] != audiences[id])
                continue;
            struct quote same = shop_quote_at(b, other, &product.product, now);
            assert_quotes_equal(&quote, &same);
            pairs++;
        }
    }
    arena_release(&arena);
    return pairs;
}

static void assert_rulesets_equal(struct random *random, const struct ruleset *a, const struct ruleset *b)
{
    assert_walks_equal(a, b);
    assert_groups_equal(a, b);
    for (int32_t id = 0; id <= RANDOM_PRODUCTS + 1; id++)
        assert_int_equal(ruleset_floor(a, id), ruleset_floor(b, id));
    for (int64_t now = SHOP_NOW - 20; now < SHOP_NOW + 40; now++)
        assert_int_equal(ruleset_next_change(a, now), ruleset_next_change(b, now));
    assert_prices_equal(random, a, b);
}

/* ---- A model of a shop, and changes of it at random ---- */

struct model {
    struct random_rule rules[RANDOM_KEYS];
    bool has_rule[RANDOM_KEYS];
    bool has_group[RANDOM_GROUPS];
    bool is_member[RANDOM_GROUPS][RANDOM_CUSTOMERS + 1];
    int32_t floors[RANDOM_PRODUCTS + 1];
    const char *slugs[RANDOM_PRODUCTS + 1]; /* NULL: there is no such product */
};

static const char *const random_slugs[] = {"phone", "laptop", "lamp", "mug"};
#define RANDOM_SLUGS (sizeof random_slugs / sizeof *random_slugs)

static int32_t find_slug(const struct model *model, const char *slug)
{
    for (int32_t id = 1; id <= RANDOM_PRODUCTS; id++) {
        if (model->slugs[id] != NULL && strcmp(model->slugs[id], slug) == 0)
            return id;
    }
    return 0;
}

/* A slug is one product's: who has it loses it. */
static void change_random_slug(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    int32_t id = 1 + (int32_t)random_next(random, RANDOM_PRODUCTS);
    const char *slug = random_is(random, 4) ? NULL : random_slugs[random_next(random, RANDOM_SLUGS)];
    int32_t holder = slug != NULL ? find_slug(model, slug) : 0;

    if (holder != 0 && holder != id) {
        model->slugs[holder] = NULL;
        ruleset_builder_set_slug(builder, holder, NULL);
    }
    model->slugs[id] = slug;
    ruleset_builder_set_slug(builder, id, slug);
}

static void assert_contradictions(const struct ruleset *ruleset, const struct model *model)
{
    for (int32_t id = 0; id <= RANDOM_PRODUCTS + 1; id++) {
        for (size_t i = 0; i < RANDOM_SLUGS; i++) {
            const char *known = id >= 1 && id <= RANDOM_PRODUCTS ? model->slugs[id] : NULL;
            int32_t holder = find_slug(model, random_slugs[i]), told = 0;
            bool is_same = holder == id && id != 0;
            int32_t expected = is_same ? 0 : known != NULL ? id : holder;
            assert_int_equal(ruleset_contradicts(ruleset, id, random_slugs[i], &told), expected != 0);
            assert_int_equal(told, expected);
        }
    }
}

static void set_random_rule(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    uint32_t number = random_next(random, RANDOM_KEYS);
    struct random_rule *rule = &model->rules[number];

    random_rule(random, rule);
    rule->rule.zone = random_is(random, 2) ? "Europe/Berlin" : "";
    snprintf(rule->key, sizeof rule->key, "rule-%u", (unsigned)number);
    model->has_rule[number] = true;
    ruleset_builder_set_rule(builder, &rule->rule);
}

static void remove_random_rule(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    char key[16];
    uint32_t number = random_next(random, RANDOM_KEYS);

    snprintf(key, sizeof key, "rule-%u", (unsigned)number);
    model->has_rule[number] = false;
    ruleset_builder_remove_rule(builder, key);
}

static void change_random_group(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    uint32_t number = random_next(random, RANDOM_GROUPS);

    if (random_is(random, 3)) {
        model->has_group[number] = false;
        memset(model->is_member[number], 0, sizeof model->is_member[number]);
        ruleset_builder_remove_group(builder, random_groups[number]);
    } else {
        model->has_group[number] = true;
        ruleset_builder_set_group(builder, random_groups[number], "A group");
    }
}

static void change_random_member(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    uint32_t number = random_next(random, RANDOM_GROUPS);
    int32_t customer_id = 1 + (int32_t)random_next(random, RANDOM_CUSTOMERS);
    bool is_member = model->has_group[number] && !random_is(random, 3);

    model->is_member[number][customer_id] = is_member;
    if (is_member)
        ruleset_builder_add_member(builder, random_groups[number], customer_id);
    else
        ruleset_builder_remove_member(builder, random_groups[number], customer_id);
}

static void change_at_random(struct random *random, struct model *model, struct ruleset_builder *builder)
{
    switch (random_next(random, 9)) {
    case 0:
    case 1:
        set_random_rule(random, model, builder);
        break;
    case 2:
        remove_random_rule(random, model, builder);
        break;
    case 3:
        change_random_group(random, model, builder);
        break;
    case 4: {
        int32_t id = 1 + (int32_t)random_next(random, RANDOM_PRODUCTS);
        model->floors[id] = random_is(random, 2) ? 0 : (int32_t)random_next(random, 800);
        ruleset_builder_set_floor(builder, id, model->floors[id]);
        break;
    }
    case 5:
        change_random_slug(random, model, builder);
        break;
    default:
        change_random_member(random, model, builder);
    }
    if (random_is(random, 100)) {
        *model = (struct model){0};
        ruleset_builder_clear(builder);
    }
}

/* All of the model, its rules in an order of their own. */
static struct ruleset *make_anew(struct random *random, const struct model *model)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    uint32_t first = random_next(random, RANDOM_KEYS);

    for (uint32_t i = 0; i < RANDOM_KEYS; i++) {
        uint32_t number = (first + i * 5) % RANDOM_KEYS;
        if (model->has_rule[number])
            ruleset_builder_set_rule(builder, &model->rules[number].rule);
    }
    for (int i = 0; i < RANDOM_GROUPS; i++) {
        if (model->has_group[i])
            ruleset_builder_set_group(builder, random_groups[i], "A group");
        for (int32_t customer_id = RANDOM_CUSTOMERS; customer_id > 0; customer_id--) {
            if (model->is_member[i][customer_id])
                ruleset_builder_add_member(builder, random_groups[i], customer_id);
        }
    }
    for (int32_t id = 1; id <= RANDOM_PRODUCTS; id++) {
        ruleset_builder_set_floor(builder, id, model->floors[id]);
        if (model->slugs[id] != NULL)
            ruleset_builder_set_slug(builder, id, model->slugs[id]);
    }
    return shop_finish(builder);
}

/* A builder is told all that changed since the base, again and more each time. */
static void a_changed_ruleset_equals_one_made_anew(void **state)
{
    struct random random = {.state = UINT64_C(1122334455)}, changes = {.state = UINT64_C(5544332211)}, replay;
    struct model *base = calloc(1, sizeof *base), *model = calloc(1, sizeof *model);
    struct ruleset *ruleset = shop_ruleset(NULL, 0);
    uint32_t count = 0;
    size_t alike = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct ruleset_builder *builder = ruleset_builder_new(ruleset);
        *model = *base;
        replay = changes;
        count += random_next(&random, 12);
        for (uint32_t j = 0; j < count; j++)
            change_at_random(&replay, model, builder);
        struct ruleset *changed = shop_finish(builder), *anew = make_anew(&random, model);
        assert_rulesets_equal(&random, changed, anew);
        alike += assert_audiences(&random, changed, anew);
        assert_contradictions(changed, model);
        assert_contradictions(anew, model);
        ruleset_release(changed);
        if (random_is(&random, 6)) { /* the next overlays have a base that says something */
            ruleset_release(ruleset);
            ruleset = anew;
            *base = *model;
            changes = replay;
            count = 0;
        } else {
            ruleset_release(anew);
        }
    }
    assert_true(alike > 2000);
    ruleset_release(ruleset);
    free(base);
    free(model);
}

static void the_order_of_rules_never_matters(void **state)
{
    struct random random = {.state = UINT64_C(987654321)};
    struct random_rule rules[10];

    (void)state;
    for (int i = 0; i < 500; i++) {
        struct ruleset_builder *forth = ruleset_builder_new(NULL), *back = ruleset_builder_new(NULL);
        for (uint32_t j = 0; j < ARRAY_LENGTH(rules); j++) {
            random_rule(&random, &rules[j]);
            snprintf(rules[j].key, sizeof rules[j].key, "rule-%u", (unsigned)j);
        }
        for (size_t j = 0; j < ARRAY_LENGTH(rules); j++) {
            ruleset_builder_set_rule(forth, &rules[j].rule);
            ruleset_builder_set_rule(back, &rules[ARRAY_LENGTH(rules) - 1 - j].rule);
        }
        struct ruleset *a = shop_finish(forth), *b = shop_finish(back);
        assert_rulesets_equal(&random, a, b);
        ruleset_release(a);
        ruleset_release(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_ruleset_equals_one_made_anew),
        cmocka_unit_test(the_order_of_rules_never_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
