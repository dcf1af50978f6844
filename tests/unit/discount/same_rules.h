/* SPDX-License-Identifier: MIT */
/* Comparing rules field by field, for the tests of rulesets. */
#ifndef TESTS_SAME_RULES_H
#define TESTS_SAME_RULES_H

#include "shop.h"

static inline void assert_products_equal(const struct rule_product *a, const struct rule_product *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].id, b[i].id);
        assert_int_equal(a[i].price, b[i].price);
        assert_null(a[i].slug);
    }
}

static inline void assert_names_equal(const char *const *a, const char *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(a[i], b[i]);
}

static inline void assert_rules_equal(const struct rule *a, const struct rule *b)
{
    assert_string_equal(a->key, b->key);
    assert_string_equal(a->label, b->label);
    assert_string_equal(a->zone, b->zone);
    assert_string_equal(a->group != NULL ? a->group : "", b->group != NULL ? b->group : "");
    const int64_t numbers[][2] = {
        {a->is_enabled, b->is_enabled},
        {a->is_exclusive, b->is_exclusive},
        {a->lane, b->lane},
        {a->priority, b->priority},
        {a->kind, b->kind},
        {a->value, b->value},
        {a->audience, b->audience},
        {a->customer_id, b->customer_id},
        {a->is_price_list, b->is_price_list},
        {a->minimum, b->minimum},
        {a->cap, b->cap},
        {a->starts_at, b->starts_at},
        {a->ends_at, b->ends_at},
        {(int64_t)a->product_count, (int64_t)b->product_count},
        {(int64_t)a->category_count, (int64_t)b->category_count},
        {(int64_t)a->excluded_product_count, (int64_t)b->excluded_product_count},
        {(int64_t)a->excluded_category_count, (int64_t)b->excluded_category_count},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        assert_int_equal(numbers[i][0], numbers[i][1]);
    assert_products_equal(a->products, b->products, a->product_count);
    assert_products_equal(a->excluded_products, b->excluded_products, a->excluded_product_count);
    assert_names_equal(a->categories, b->categories, a->category_count);
    assert_names_equal(a->excluded_categories, b->excluded_categories, a->excluded_category_count);
}

#endif
