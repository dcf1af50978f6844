/* SPDX-License-Identifier: MIT */
/* Rules that make no sense: what is told of them. */
#include "discount/lint/lint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/compiler.h"

#include "discount/lint/internal.h"

/* ---- The rules, made ready ---- */

struct linting {
    const struct ruleset *ruleset;
    const struct lint_question *question;
    const struct lint_products *products; /* NULL: none were given */
    struct known_product *names;          /* by id */
    struct lint_rules rules;
    struct arena *arena; /* of the findings */
    struct lint *lint;
};

static void take_rule(struct linting *linting, struct lint_rule *taken, const struct rule *rule)
{
    struct arena *arena = &linting->rules.arena;
    struct rule *own = &taken->rule;
    size_t members = 0;

    *taken = (struct lint_rule){.rule = *rule, .shadowed_by = LINT_NONE, .obstacle_rule = LINT_NONE};
    rule_copy(own, arena);
    taken->is_past = rule->ends_at != 0 && rule->ends_at <= linting->question->now;
    taken->is_unheard =
        rule->audience == RULE_GROUP && (!ruleset_has_group(linting->ruleset, rule->group, &members) || members == 0);
}

static void take_rules(struct linting *linting)
{
    struct ruleset_view *view = ruleset_view_new();
    size_t room = ruleset_rule_count(linting->ruleset);
    uint64_t place = 0;
    struct rule rule;

    linting->rules.list = arena_get(&linting->rules.arena, (room + 1) * sizeof *linting->rules.list);
    while (linting->rules.count < room && ruleset_next_rule(linting->ruleset, view, &place, &rule))
        take_rule(linting, &linting->rules.list[linting->rules.count++], &rule);
    ruleset_view_free(view);
}

/* ---- Names ---- */

static int compare_known(const void *left, const void *right)
{
    const struct known_product *a = left, *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

static void sort_known(struct linting *linting)
{
    const struct lint_question *question = linting->question;

    if (question->name_count == 0)
        return;
    linting->names = arena_get(&linting->rules.arena, question->name_count * sizeof *linting->names);
    memcpy(linting->names, question->names, question->name_count * sizeof *linting->names);
    qsort(linting->names, question->name_count, sizeof *linting->names, compare_known);
}

static const char *name_product(const struct linting *linting, int32_t id)
{
    const struct known_product wanted = {.id = id};
    const struct known_product *found = NULL;

    if (linting->names != NULL)
        found = bsearch(&wanted, linting->names, linting->question->name_count, sizeof wanted, compare_known);
    if (found == NULL || found->slug == NULL)
        return arena_print(linting->arena, "#%" PRId32, id);
    return arena_copy(linting->arena, found->slug, strlen(found->slug));
}

/* ---- Findings ---- */

/* The place for one more finding; NULL: it is only counted. */
static struct lint_finding *add_finding(struct linting *linting, const struct lint_rule *rule,
                                        enum lint_warning warning)
{
    struct lint *lint = linting->lint;

    lint->total++;
    if (lint->finding_count == linting->question->max_findings)
        return NULL;
    lint->findings = arena_grow(linting->arena, lint->findings, lint->finding_count, sizeof *lint->findings);
    struct lint_finding *finding = &lint->findings[lint->finding_count++];
    const char *key = rule->rule.key;
    *finding = (struct lint_finding){.rule = arena_copy(linting->arena, key, strlen(key)), .warning = warning};
    return finding;
}

static const char *copy_key(struct linting *linting, size_t rule)
{
    const char *key = linting->rules.list[rule].rule.key;

    return arena_copy(linting->arena, key, strlen(key));
}

static void tell_shadow(struct linting *linting, const struct lint_rule *rule)
{
    struct lint_finding *finding;

    if (rule->shadowed_by == LINT_NONE || (finding = add_finding(linting, rule, WARNING_SHADOWED)) == NULL)
        return;
    finding->other_rule = copy_key(linting, rule->shadowed_by);
    finding->message = arena_print(linting->arena,
                                   "no price would change without it: rule %s of the same lane comes to the same "
                                   "price or a lower one wherever it applies",
                                   finding->other_rule);
}

static void tell_audience(struct linting *linting, const struct lint_rule *rule)
{
    struct lint_finding *finding;

    if (!rule->is_unheard || (finding = add_finding(linting, rule, WARNING_EMPTY_AUDIENCE)) == NULL)
        return;
    finding->message = arena_print(linting->arena, "nobody gets it: group %s has no members", rule->rule.group);
}

/* Whether whatever the rule includes is excluded by the same name. */
static bool excludes_itself(const struct rule *rule)
{
    if (rule->product_count == 0 && rule->category_count == 0)
        return false;
    for (size_t i = 0; i < rule->product_count; i++) {
        if (rule_find_product(rule->excluded_products, rule->excluded_product_count, rule->products[i].id) == NULL)
            return false;
    }
    for (size_t i = 0; i < rule->category_count; i++) {
        if (!rule_has_category(rule->excluded_categories, rule->excluded_category_count, rule->categories[i]))
            return false;
    }
    return true;
}

static void tell_target(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    bool is_sealed = excludes_itself(&rule->rule);
    struct lint_finding *finding;

    if (!is_sealed && (linting->products == NULL || survey->has_target))
        return;
    if ((finding = add_finding(linting, rule, WARNING_EMPTY_TARGET)) == NULL)
        return;
    if (is_sealed)
        finding->message = "no product gets it: all that it includes is excluded as well";
    else
        finding->message = arena_print(linting->arena, "no product gets it: none of the %zu given ones is its target",
                                       linting->question->product_count);
}

/* ---- What it takes off ---- */

static bool takes_nothing(const struct rule *rule)
{
    return rule->kind != RULE_PRICE && rule->value == 0;
}

static void tell_nothing_off(struct linting *linting, const struct lint_rule *rule)
{
    struct lint_finding *finding;

    if (!takes_nothing(&rule->rule) || (finding = add_finding(linting, rule, WARNING_NOTHING_OFF)) == NULL)
        return;
    finding->message = rule->rule.kind == RULE_PERCENT ? "it takes nothing off: its percentage is 0"
                                                       : "it takes nothing off: its amount is 0";
}

static void tell_minimum(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    struct lint_finding *finding;

    if (!survey->has_target || survey->is_reached || (finding = add_finding(linting, rule, WARNING_MINIMUM)) == NULL)
        return;
    finding->message = arena_print(linting->arena,
                                   "no product reaches its minimum of %" PRId64
                                   ": the dearest that it is for has a list price of %" PRId64,
                                   rule->rule.minimum, survey->most);
}

static void tell_dear(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    struct lint_finding *finding;

    if (survey->dear == 0 || (finding = add_finding(linting, rule, WARNING_DEAR)) == NULL)
        return;
    const struct product *product = &linting->question->products[survey->dear_product];
    finding->product = name_product(linting, product->id);
    finding->message = arena_print(
        linting->arena,
        "%zu of its %zu prices are not below the list price and change nothing: product %s is in it with %" PRId64
        ", and has a list price of %" PRId32,
        survey->dear, survey->listed, finding->product,
        rule_find_product(rule->rule.products, rule->rule.product_count, product->id)->price, product->price);
}

static void tell_category(struct linting *linting, const struct lint_rule *rule)
{
    const struct product_index *index = lint_products_index(linting->products);
    const struct rule *own = &rule->rule;
    const char *first = NULL;
    bool is_excluded = false;
    size_t unknown = 0;

    for (size_t i = 0; i < own->category_count + own->excluded_category_count; i++) {
        bool is_included = i < own->category_count;
        const char *category = is_included ? own->categories[i] : own->excluded_categories[i - own->category_count];
        if (product_index_has_category(index, category) || unknown++ > 0)
            continue;
        first = category;
        is_excluded = !is_included;
    }
    struct lint_finding *finding;
    if (unknown == 0 || (finding = add_finding(linting, rule, WARNING_UNKNOWN_CATEGORY)) == NULL)
        return;
    const char *others = unknown > 1 ? arena_print(linting->arena, ", nor in %zu more that it names", unknown - 1) : "";
    finding->message = arena_print(linting->arena, "none of the given products is in category %s, which it %s%s", first,
                                   is_excluded ? "excludes" : "includes", others);
}

/* "a; b": what kept the rule from winning, in the order of the obstacles. */
static const char *say_obstacles(struct linting *linting, unsigned obstacles)
{
    static const char *const texts[] = {
        [LINT_NOT_LOWER] = "it would not lower the price",
        [LINT_OUTDONE] = "another rule wins its lane",
        [LINT_EXCLUSIVE] = "an exclusive rule wins the lane before",
    };
    const char *said = "";

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if ((obstacles >> i & 1) != 0)
            said = arena_print(linting->arena, "%s%s%s", said, said[0] != '\0' ? ", or " : "", texts[i]);
    }
    return said[0] != '\0' ? said : "what it is for costs nothing";
}

static void tell_never(struct linting *linting, const struct lint_rule *rule)
{
    struct lint_finding *finding;
    const char *other = "";

    if (!rule->never_wins || (finding = add_finding(linting, rule, WARNING_NEVER_WINS)) == NULL)
        return;
    if (rule->obstacle_rule != LINT_NONE) {
        finding->other_rule = copy_key(linting, rule->obstacle_rule);
        other = arena_print(linting->arena, "; rule %s for one", finding->other_rule);
    }
    finding->message = arena_print(linting->arena, "it wins for no given product and no customer, now or later: %s%s",
                                   say_obstacles(linting, rule->obstacles), other);
}

static void tell_window(struct linting *linting, const struct lint_rule *rule)
{
    time_t ends_at = (time_t)rule->rule.ends_at;
    char text[32] = "";
    struct tm utc;

    if (!rule->is_past)
        return;
    struct lint_finding *finding = add_finding(linting, rule, WARNING_WINDOW_PAST);
    if (finding == NULL)
        return;
    if (gmtime_r(&ends_at, &utc) != NULL)
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    finding->message = arena_print(linting->arena, "its window ended at %s", text);
}

/* A product that a rule takes below its floor. */
struct deep {
    int32_t product_id;
    int64_t result;
    int32_t floor;
};

/* A price rule names its result, so the products that it includes need no list price; but they would need their
 * categories, where it excludes some. */
static bool find_deep_price(const struct linting *linting, const struct rule *rule, struct deep *deep)
{
    if (rule->kind != RULE_PRICE || rule->excluded_category_count > 0)
        return false;
    for (size_t i = 0; i < rule->product_count; i++) {
        int32_t id = rule->products[i].id, floor = ruleset_floor(linting->ruleset, id);
        int64_t result = rule->is_price_list ? rule->products[i].price : rule->value;
        if (result < floor && rule_find_product(rule->excluded_products, rule->excluded_product_count, id) == NULL) {
            *deep = (struct deep){id, result, floor};
            return true;
        }
    }
    return false;
}

static bool find_deep_given(const struct linting *linting, const struct rule *rule, struct deep *deep)
{
    const struct product *product = NULL;

    if (linting->products != NULL)
        product = lint_products_under_floor(linting->products, rule, ruleset_rounding(linting->ruleset), &deep->result,
                                            &deep->floor);
    if (product != NULL)
        deep->product_id = product->id;
    return product != NULL;
}

static void tell_floor(struct linting *linting, const struct lint_rule *rule)
{
    struct lint_finding *finding;
    struct deep deep;

    if (!find_deep_price(linting, &rule->rule, &deep) && !find_deep_given(linting, &rule->rule, &deep))
        return;
    if ((finding = add_finding(linting, rule, WARNING_UNDER_FLOOR)) == NULL)
        return;
    finding->product = name_product(linting, deep.product_id);
    finding->message =
        arena_print(linting->arena, "it takes product %s to %" PRId64 ", which is below its floor of %" PRId32,
                    finding->product, deep.result, deep.floor);
}

static void tell_duplicate(struct linting *linting, size_t number)
{
    const struct lint_rule *rule = &linting->rules.list[number];
    struct lint_finding *finding;

    if (rule->original == number || (finding = add_finding(linting, rule, WARNING_DUPLICATE)) == NULL)
        return;
    finding->other_rule = copy_key(linting, rule->original);
    finding->message = arena_print(linting->arena, "it says the same as rule %s", finding->other_rule);
}

/* Whether what is told of the rule says why it does not win. */
static bool is_explained(const struct linting *linting, size_t number, const struct lint_survey *survey)
{
    const struct lint_rule *rule = &linting->rules.list[number];

    return rule->shadowed_by != LINT_NONE || excludes_itself(&rule->rule) || takes_nothing(&rule->rule) ||
           (rule->original != number && linting->rules.list[rule->original].rule.is_enabled) || !survey->is_reached ||
           (survey->dear > 0 && survey->dear == survey->listed);
}

static void tell_rule(struct linting *linting, size_t number, const struct lint_survey *survey)
{
    const struct lint_rule *rule = &linting->rules.list[number];
    bool is_current = rule->rule.is_enabled && !rule->is_past;

    if (is_current) {
        tell_shadow(linting, rule);
        tell_audience(linting, rule);
        tell_target(linting, rule, survey);
        tell_floor(linting, rule);
    } else if (rule->rule.is_enabled) {
        tell_window(linting, rule);
    }
    tell_duplicate(linting, number);
    if (is_current)
        tell_nothing_off(linting, rule);
    if (!is_current || linting->products == NULL)
        return;
    tell_minimum(linting, rule, survey);
    tell_dear(linting, rule, survey);
    tell_category(linting, rule);
    tell_never(linting, rule);
}

static void look_at_products(struct linting *linting, struct lint_survey *surveys)
{
    const struct lint_question *question = linting->question;
    struct lint_rules *rules = &linting->rules;

    linting->products = lint_products_new(linting->ruleset, question->products, question->product_count, &rules->arena);
    for (size_t i = 0; i < rules->count; i++) {
        surveys[i] = lint_products_survey(linting->products, &rules->list[i].rule);
        rules->list[i].is_explained = is_explained(linting, i, &surveys[i]);
    }
    lint_try_rules(linting->ruleset, question, rules, lint_products_index(linting->products), linting->lint);
}

void lint_ruleset(const struct ruleset *ruleset, const struct lint_question *question, struct arena *arena,
                  struct lint *lint)
{
    struct linting linting = {.ruleset = ruleset, .question = question, .arena = arena, .lint = lint};
    struct lint_rules *rules = &linting.rules;

    *lint = (struct lint){0};
    take_rules(&linting);
    sort_known(&linting);
    lint_find_originals(rules);
    lint_find_shadows(rules, question->now);
    struct lint_survey *surveys = arena_get(&rules->arena, (rules->count + 1) * sizeof *surveys);
    memset(surveys, 0, (rules->count + 1) * sizeof *surveys);
    if (question->product_count > 0)
        look_at_products(&linting, surveys);
    for (size_t i = 0; i < rules->count; i++)
        tell_rule(&linting, i, &surveys[i]);
    arena_release(&rules->arena);
}
