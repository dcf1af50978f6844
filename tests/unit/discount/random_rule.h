/* SPDX-License-Identifier: MIT */
/* Random rules that are sound, for properties that hold for every rule. */
#ifndef RANDOM_RULE_H
#define RANDOM_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/compiler.h"

#include "discount/rule/rule.h"

static unsigned short random_seed[3] = {3, 5, 7};

static inline size_t random_below(size_t limit)
{
    return (size_t)nrand48(random_seed) % limit;
}

static inline bool random_is(size_t one_in)
{
    return random_below(one_in) == 0;
}

/* Within min … max, often at an edge. */
static inline int64_t random_number(int64_t min, int64_t max)
{
    if (random_is(8))
        return min;
    if (random_is(8))
        return max;
    return min + (int64_t)(erand48(random_seed) * (double)(max - min));
}

/* A different one for each `number`. */
static inline const char *random_key(struct arena *arena, size_t max, size_t number)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    char text[RULE_SLUG_MAX + 1];
    size_t length = random_is(8) ? max : 1 + random_below(12);

    for (size_t i = 0; i < length; i++) {
        bool may_hyphen = i > 0 && i + 1 < length && text[i - 1] != '-';
        text[i] = characters[random_below(may_hyphen ? 37 : 36)];
    }
    text[length] = '\0';
    size_t tail = (size_t)snprintf(NULL, 0, "x%zu", number);
    size_t at = length + tail <= max ? length : max - tail;
    if (at > 0 && text[at - 1] == '-')
        text[at - 1] = 'y';
    snprintf(text + at, sizeof text - at, "x%zu", number);
    return arena_copy(arena, text, strlen(text));
}

/* Code points of all planes but control characters, surrogates and separators of lines. */
static inline uint32_t random_point(void)
{
    static const uint32_t chosen[] = {'"', '\\', '#', ' ', 0xa0, 0xad, 0x301, 0xfeff, 0xfffd, 0xffff, 0x10ffff, 0x202e};

    for (;;) {
        uint32_t point = random_is(3) ? chosen[random_below(ARRAY_LENGTH(chosen))]
                                      : (uint32_t)random_below(random_is(2) ? 0x250 : 0x110000);
        bool is_control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        if (!is_control && (point < 0xd800 || point > 0xdfff) && point != 0x2028 && point != 0x2029)
            return point;
    }
}

static inline size_t put_point(char *text, uint32_t point)
{
    if (point < 0x80) {
        text[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6)
        text[i] = (char)(0x80 | (point & 0x3f));
    text[0] = (char)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | point);
    return size;
}

static inline const char *random_label(struct arena *arena, size_t least)
{
    char text[RULE_LABEL_MAX * 4 + 1];
    size_t points = random_is(10) ? RULE_LABEL_MAX : least + random_below(20), length = 0;

    for (size_t i = 0; i < points; i++)
        length += put_point(text + length, random_point());
    return arena_copy(arena, text, length);
}

static inline struct rule_product *random_products(struct arena *arena, bool has_prices, size_t count)
{
    struct rule_product *products = arena_get(arena, count * sizeof *products);

    for (size_t i = 0; i < count; i++)
        products[i] = (struct rule_product){.slug = random_key(arena, RULE_SLUG_MAX, i),
                                            .price = has_prices ? random_number(0, RULE_MONEY_MAX) : 0};
    return products;
}

static inline const char **random_categories(struct arena *arena, size_t count)
{
    const char **categories = arena_get(arena, count * sizeof *categories);

    for (size_t i = 0; i < count; i++)
        categories[i] = random_key(arena, RULE_KEY_MAX, i);
    return categories;
}

static inline void set_random_targets(struct arena *arena, struct rule *rule)
{
    if (rule->is_price_list) {
        rule->product_count = 1 + random_below(20);
        rule->products = random_products(arena, true, rule->product_count);
        return;
    }
    rule->product_count = random_is(2) ? random_below(30) : 0;
    rule->products = random_products(arena, false, rule->product_count);
    rule->category_count = random_is(2) ? random_below(30) : 0;
    rule->categories = random_categories(arena, rule->category_count);
    rule->excluded_product_count = random_is(3) ? random_below(30) : 0;
    rule->excluded_products = random_products(arena, false, rule->excluded_product_count);
    rule->excluded_category_count = random_is(3) ? random_below(30) : 0;
    rule->excluded_categories = random_categories(arena, rule->excluded_category_count);
}

static inline void set_random_window(struct rule *rule)
{
    static const char *const zones[] = {
        "", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"};

    rule->zone = "";
    if (random_is(3))
        return;
    rule->zone = zones[random_below(ARRAY_LENGTH(zones))];
    if (!random_is(4))
        rule->starts_at = random_number(RULE_INSTANT_MIN, random_is(4) ? RULE_INSTANT_MAX - 1 : 4102444800);
    if (rule->starts_at == 0 || !random_is(4))
        rule->ends_at = random_number(rule->starts_at > 0 ? rule->starts_at + 1 : RULE_INSTANT_MIN, RULE_INSTANT_MAX);
}

static inline void set_random_value(struct rule *rule)
{
    rule->kind = (enum rule_kind)random_below(RULE_KINDS);
    if (rule->kind == RULE_PERCENT) {
        rule->value = random_number(0, RULE_PERCENT_MAX);
        rule->cap = random_is(2) ? random_number(1, RULE_MONEY_MAX) : 0;
    } else if (rule->kind == RULE_AMOUNT) {
        rule->value = random_number(1, RULE_MONEY_MAX);
    } else if (random_is(2)) {
        rule->is_price_list = true;
    } else {
        rule->value = random_number(0, RULE_MONEY_MAX);
    }
}

static inline struct rule random_rule(struct arena *arena, size_t number)
{
    struct rule rule = {
        .key = random_key(arena, RULE_KEY_MAX, number),
        .label = random_label(arena, 1),
        .is_enabled = !random_is(3),
        .is_exclusive = random_is(3),
        .lane = (enum rule_lane)random_below(RULE_LANES),
        .priority = random_is(2) ? (int32_t)random_number(-RULE_PRIORITY_MAX, RULE_PRIORITY_MAX) : 0,
        .audience = (enum rule_audience)random_below(RULE_GROUP + 1),
        .minimum = random_is(2) ? random_number(0, RULE_MONEY_MAX) : 0,
    };
    if (rule.audience == RULE_CUSTOMER)
        rule.customer_id = (int32_t)random_number(1, INT32_MAX);
    if (rule.audience == RULE_GROUP)
        rule.group = random_key(arena, RULE_KEY_MAX, 1);
    set_random_value(&rule);
    set_random_targets(arena, &rule);
    set_random_window(&rule);
    return rule;
}

/* ---- Whether two are the same ---- */

static inline void assert_same_text(const char *a, const char *b)
{
    assert_string_equal(a != NULL ? a : "", b != NULL ? b : "");
}

static inline void assert_same_products(const struct rule_product *a, size_t a_count, const struct rule_product *b,
                                        size_t b_count)
{
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++) {
        assert_string_equal(a[i].slug, b[i].slug);
        assert_int_equal(a[i].id, b[i].id);
        assert_int_equal(a[i].price, b[i].price);
    }
}

static inline void assert_same_categories(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++)
        assert_string_equal(a[i], b[i]);
}

static inline void assert_same_rule(const struct rule *a, const struct rule *b)
{
    assert_same_text(a->key, b->key);
    assert_same_text(a->label, b->label);
    assert_int_equal(a->is_enabled, b->is_enabled);
    assert_int_equal(a->is_exclusive, b->is_exclusive);
    assert_int_equal(a->lane, b->lane);
    assert_int_equal(a->priority, b->priority);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->audience, b->audience);
    assert_int_equal(a->customer_id, b->customer_id);
    assert_same_text(a->group, b->group);
    assert_same_products(a->products, a->product_count, b->products, b->product_count);
    assert_int_equal(a->is_price_list, b->is_price_list);
    assert_same_categories(a->categories, a->category_count, b->categories, b->category_count);
    assert_same_products(a->excluded_products, a->excluded_product_count, b->excluded_products,
                         b->excluded_product_count);
    assert_same_categories(a->excluded_categories, a->excluded_category_count, b->excluded_categories,
                           b->excluded_category_count);
    assert_int_equal(a->minimum, b->minimum);
    assert_int_equal(a->cap, b->cap);
    assert_int_equal(a->starts_at, b->starts_at);
    assert_int_equal(a->ends_at, b->ends_at);
    assert_same_text(a->zone, b->zone);
}

#endif
