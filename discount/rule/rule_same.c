/* SPDX-License-Identifier: MIT */
/* Whether two rules say the same. */
#include "discount/rule/rule.h"

#include <string.h>

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
