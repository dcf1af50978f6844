/* SPDX-License-Identifier: MIT */
/* What is wrong with the products and categories that a rule names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/rule/faults.h"

/* Products with slugs come first, by slug, the others by id: where ids are known there are no slugs, or both agree. */
static int compare_products(const void *left, const void *right)
{
    const struct rule_product *a = *(const struct rule_product *const *)left;
    const struct rule_product *b = *(const struct rule_product *const *)right;

    if ((a->slug == NULL) != (b->slug == NULL))
        return a->slug == NULL ? 1 : -1;
    if (a->slug != NULL)
        return strcmp(a->slug, b->slug);
    return (a->id > b->id) - (a->id < b->id);
}

static bool is_product(const struct rule_product *product)
{
    return product->slug != NULL ? rule_is_key(product->slug, RULE_SLUG_MAX) : product->id >= 1;
}

static void check_products(const struct rule_product *products, size_t count, const char *field, struct faults *faults)
{
    const struct rule_product **sorted = memory_get(count * sizeof(*sorted));
    struct shown shown;

    for (size_t i = 0; i < count; i++) {
        sorted[i] = &products[i];
        if (!is_product(&products[i]))
            faults_tell(faults, field,
                        "%s is not a product: 1 to %d characters of a-z, 0-9 and single hyphens between them are "
                        "allowed",
                        show_product(&products[i], &shown), RULE_SLUG_MAX);
    }
    qsort(sorted, count, sizeof(*sorted), compare_products);
    for (size_t i = 1; i < count; i++) {
        /* Named three times is told once. */
        bool is_twice = compare_products(&sorted[i - 1], &sorted[i]) == 0;
        if (is_twice && (i == 1 || compare_products(&sorted[i - 2], &sorted[i]) != 0))
            faults_tell(faults, field, "product %s is named more than once", show_product(sorted[i], &shown));
    }
    free(sorted);
}

/* What is NULL sorts first. */
static int compare_texts(const void *left, const void *right)
{
    const char *a = *(const char *const *)left, *b = *(const char *const *)right;

    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static void check_categories(const char *const *categories, size_t count, const char *field, struct faults *faults)
{
    const char **sorted = memory_get(count * sizeof(*sorted));
    struct shown shown;

    for (size_t i = 0; i < count; i++) {
        sorted[i] = categories[i];
        if (!rule_is_key(categories[i], RULE_KEY_MAX))
            faults_tell(faults, field,
                        "%s is not a category: 1 to %d characters of a-z, 0-9 and single hyphens between them are "
                        "allowed",
                        show_text(categories[i], &shown), RULE_KEY_MAX);
    }
    qsort(sorted, count, sizeof(*sorted), compare_texts);
    for (size_t i = 1; i < count; i++) {
        bool is_twice = compare_texts(&sorted[i - 1], &sorted[i]) == 0;
        if (is_twice && (i == 1 || compare_texts(&sorted[i - 2], &sorted[i]) != 0))
            faults_tell(faults, field, "category %s is named more than once", show_text(sorted[i], &shown));
    }
    free(sorted);
}

void targets_check(const struct rule *rule, struct faults *faults)
{
    size_t count =
        rule->product_count + rule->category_count + rule->excluded_product_count + rule->excluded_category_count;

    if (count > RULE_TARGETS_MAX) {
        faults_tell(faults, rule->is_price_list ? "price" : "include",
                    "%zu products and categories are too many for one rule: %d are allowed", count, RULE_TARGETS_MAX);
        return;
    }
    check_products(rule->products, rule->product_count, rule->is_price_list ? "price" : "include", faults);
    check_categories(rule->categories, rule->category_count, "include", faults);
    check_products(rule->excluded_products, rule->excluded_product_count, "exclude", faults);
    check_categories(rule->excluded_categories, rule->excluded_category_count, "exclude", faults);
}
