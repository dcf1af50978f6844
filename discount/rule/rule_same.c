/* SPDX-License-Identifier: MIT */
/* Rules side by side: in order, the same, a copy. */
#include "discount/rule/rule.h"

#include <stdlib.h>
#include <string.h>

int rule_compare_products(const void *left, const void *right)
{
    const struct rule_product *a = left, *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

int rule_compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const struct rule_product *rule_find_product(const struct rule_product *products, size_t count, int32_t id)
{
    const struct rule_product wanted = {.id = id};

    return count == 0 ? NULL : bsearch(&wanted, products, count, sizeof *products, rule_compare_products);
}

bool rule_has_category(const char *const *categories, size_t count, const char *category)
{
    return count > 0 && bsearch(&category, categories, count, sizeof *categories, rule_compare_names) != NULL;
}

/* ---- The same ---- */

static bool have_same_products(const struct rule_product *a, size_t a_count, const struct rule_product *b,
                               size_t b_count, bool with_prices)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (a[i].id != b[i].id || (with_prices && a[i].price != b[i].price))
            return false;
    }
    return true;
}

static bool have_same_categories(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (strcmp(a[i], b[i]) != 0)
            return false;
    }
    return true;
}

static bool have_same_audience(const struct rule *a, const struct rule *b)
{
    return a->audience == b->audience && (a->audience != RULE_CUSTOMER || a->customer_id == b->customer_id) &&
           (a->audience != RULE_GROUP || strcmp(a->group, b->group) == 0);
}

static bool have_same_targets(const struct rule *a, const struct rule *b)
{
    return a->is_price_list == b->is_price_list &&
           have_same_products(a->products, a->product_count, b->products, b->product_count, a->is_price_list) &&
           have_same_products(a->excluded_products, a->excluded_product_count, b->excluded_products,
                              b->excluded_product_count, false) &&
           have_same_categories(a->categories, a->category_count, b->categories, b->category_count) &&
           have_same_categories(a->excluded_categories, a->excluded_category_count, b->excluded_categories,
                                b->excluded_category_count);
}

bool rule_says_the_same(const struct rule *a, const struct rule *b)
{
    for (size_t i = 0; i < RULE_FIELD_COUNT; i++) {
        if (rule_field_prices(&rule_fields[i]) &&
            rule_field_get(&rule_fields[i], a) != rule_field_get(&rule_fields[i], b))
            return false;
    }
    return have_same_audience(a, b) && have_same_targets(a, b);
}

/* ---- Copies ---- */

static const char *copy_text(const char *text, struct arena *arena)
{
    return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

static struct rule_product *copy_products(const struct rule_product *products, size_t count, struct arena *arena)
{
    struct rule_product *copies = arena_get(arena, count * sizeof *copies);

    for (size_t i = 0; i < count; i++) {
        copies[i] = products[i];
        copies[i].slug = copy_text(products[i].slug, arena);
    }
    return copies;
}

static const char **copy_categories(const char *const *categories, size_t count, struct arena *arena)
{
    const char **copies = arena_get(arena, count * sizeof *copies);

    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(categories[i], arena);
    return copies;
}

void rule_copy(struct rule *rule, struct arena *arena)
{
    rule->key = copy_text(rule->key, arena);
    for (size_t i = 0; i < RULE_FIELD_COUNT; i++) {
        const char **member = (const char **)(void *)((char *)rule + rule_fields[i].offset);
        if (rule_fields[i].type == RULE_FIELD_TEXT || rule_fields[i].type == RULE_FIELD_GROUP)
            *member = copy_text(*member, arena);
    }
    rule->products = copy_products(rule->products, rule->product_count, arena);
    rule->categories = copy_categories(rule->categories, rule->category_count, arena);
    rule->excluded_products = copy_products(rule->excluded_products, rule->excluded_product_count, arena);
    rule->excluded_categories = copy_categories(rule->excluded_categories, rule->excluded_category_count, arena);
}
