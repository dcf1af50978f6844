/* SPDX-License-Identifier: MIT */
/* Rules that make no sense: what is told of them. */
#include "discount/lint/lint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"

#include "discount/lint/internal.h"
#include "discount/rule/faults.h"

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

static const char *name_product(struct linting *linting, int32_t id)
{
    const struct known_product wanted = {.id = id};
    const struct known_product *found = NULL;

    if (linting->names != NULL)
        found = bsearch(&wanted, linting->names, linting->question->name_count, sizeof wanted, compare_known);
    if (found == NULL || found->slug == NULL)
        return arena_print(&linting->rules.arena, "#%" PRId32, id);
    return found->slug;
}

/* ---- Findings ---- */

static const char *key_of(const struct linting *linting, size_t rule)
{
    return linting->rules.list[rule].rule.key;
}

static const char *keep(const struct linting *linting, const char *text)
{
    return text != NULL ? arena_copy(linting->arena, text, strlen(text)) : NULL;
}

/* Adds a finding of a rule, and of another one and a product where these are not NULL; behind max_findings it is only
 * counted. */
PRINTF_LIKE(6, 7)
static void tell(struct linting *linting, const struct lint_rule *rule, enum lint_warning warning,
                 const char *other_rule, const char *product, const char *format, ...)
{
    struct lint *lint = linting->lint;
    char message[512];
    va_list values;

    lint->total++;
    if (lint->finding_count == linting->question->max_findings)
        return;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    lint->findings = arena_grow(linting->arena, lint->findings, lint->finding_count, sizeof *lint->findings);
    lint->findings[lint->finding_count++] = (struct lint_finding){.rule = keep(linting, rule->rule.key),
                                                                  .warning = warning,
                                                                  .other_rule = keep(linting, other_rule),
                                                                  .product = keep(linting, product),
                                                                  .message = keep(linting, message)};
}

/* Whether the rule excludes all that it includes, by the same names. */
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
    if (excludes_itself(&rule->rule))
        tell(linting, rule, WARNING_EMPTY_TARGET, NULL, NULL,
             "no product gets it: all that it includes is excluded as well");
    else if (linting->products != NULL && !survey->has_target)
        tell(linting, rule, WARNING_EMPTY_TARGET, NULL, NULL,
             "no product gets it: none of the %zu given ones is its target", linting->question->product_count);
}

/* ---- What it takes off ---- */

static bool takes_nothing(const struct rule *rule)
{
    return rule->kind != RULE_PRICE && rule->value == 0;
}

static void tell_dear(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    const struct product *product = &linting->question->products[survey->dear_product];
    const struct rule *own = &rule->rule;
    const char *slug = name_product(linting, product->id);

    tell(linting, rule, WARNING_DEAR, NULL, slug,
         "%zu of its %zu prices are not below the list price and change nothing: product %s is in it with %" PRId64
         ", and has a list price of %" PRId32,
         survey->dear, survey->listed, slug, rule_find_product(own->products, own->product_count, product->id)->price,
         product->price);
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
    if (unknown == 0)
        return;
    const char *others =
        unknown > 1 ? arena_print(&linting->rules.arena, ", nor in %zu more that it names", unknown - 1) : "";
    tell(linting, rule, WARNING_UNKNOWN_CATEGORY, NULL, NULL,
         "none of the given products is in category %s, which it %s%s", first, is_excluded ? "excludes" : "includes",
         others);
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
            said = arena_print(&linting->rules.arena, "%s%s%s", said, said[0] != '\0' ? ", or " : "", texts[i]);
    }
    return said[0] != '\0' ? said : "what it is for costs nothing";
}

static void tell_never(struct linting *linting, const struct lint_rule *rule)
{
    const char *other = rule->obstacle_rule != LINT_NONE ? key_of(linting, rule->obstacle_rule) : NULL;

    tell(linting, rule, WARNING_NEVER_WINS, other, NULL,
         "it wins for no given product and no customer, now or later: %s%s%s%s",
         say_obstacles(linting, rule->obstacles), other != NULL ? "; rule " : "", other != NULL ? other : "",
         other != NULL ? " for one" : "");
}

/* A product that a rule takes below its floor. */
struct deep {
    int32_t product_id;
    int64_t result;
    int32_t floor;
};

/* A price rule names its result, so the products that it includes need no list price. But where it excludes categories,
 * the products' categories would be needed. */
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
    struct deep deep;

    if (!find_deep_price(linting, &rule->rule, &deep) && !find_deep_given(linting, &rule->rule, &deep))
        return;
    const char *slug = name_product(linting, deep.product_id);
    tell(linting, rule, WARNING_UNDER_FLOOR, NULL, slug,
         "it takes product %s to %" PRId64 ", which is below its floor of %" PRId32, slug, deep.result, deep.floor);
}

/* Whether a finding says already why the rule does not win. */
static bool is_explained(const struct linting *linting, size_t number, const struct lint_survey *survey)
{
    const struct lint_rule *rule = &linting->rules.list[number];

    return rule->shadowed_by != LINT_NONE || excludes_itself(&rule->rule) || takes_nothing(&rule->rule) ||
           (rule->original != number && linting->rules.list[rule->original].rule.is_enabled) || !survey->is_reached ||
           (survey->dear > 0 && survey->dear == survey->listed);
}

/* What is wrong, by itself, with a rule that is enabled and not past … */
static void tell_current(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    if (rule->shadowed_by != LINT_NONE)
        tell(linting, rule, WARNING_SHADOWED, key_of(linting, rule->shadowed_by), NULL,
             "no price would change without it: rule %s of the same lane comes to the same price or a lower one "
             "wherever it applies",
             key_of(linting, rule->shadowed_by));
    if (rule->is_unheard)
        tell(linting, rule, WARNING_EMPTY_AUDIENCE, NULL, NULL, "nobody gets it: group %s has no members",
             rule->rule.group);
    tell_target(linting, rule, survey);
    tell_floor(linting, rule);
}

/* … and what is wrong with it as far as the given products tell. */
static void tell_by_products(struct linting *linting, const struct lint_rule *rule, const struct lint_survey *survey)
{
    if (survey->has_target && !survey->is_reached)
        tell(linting, rule, WARNING_MINIMUM, NULL, NULL,
             "no product reaches its minimum of %" PRId64 ": the dearest that it is for has a list price of %" PRId64,
             rule->rule.minimum, survey->most);
    if (survey->dear > 0)
        tell_dear(linting, rule, survey);
    tell_category(linting, rule);
    if (rule->never_wins)
        tell_never(linting, rule);
}

static void tell_rule(struct linting *linting, size_t number, const struct lint_survey *survey)
{
    const struct lint_rule *rule = &linting->rules.list[number];
    bool is_current = rule->rule.is_enabled && !rule->is_past;
    struct shown shown;

    if (is_current)
        tell_current(linting, rule, survey);
    else if (rule->rule.is_enabled)
        tell(linting, rule, WARNING_WINDOW_PAST, NULL, NULL, "its window ended at %s",
             show_instant(rule->rule.ends_at, &shown));
    if (rule->original != number)
        tell(linting, rule, WARNING_DUPLICATE, key_of(linting, rule->original), NULL, "it says the same as rule %s",
             key_of(linting, rule->original));
    if (is_current && takes_nothing(&rule->rule))
        tell(linting, rule, WARNING_NOTHING_OFF, NULL, NULL, "it takes nothing off: its %s is 0",
             rule->rule.kind == RULE_PERCENT ? "percentage" : "amount");
    if (is_current && linting->products != NULL)
        tell_by_products(linting, rule, survey);
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
