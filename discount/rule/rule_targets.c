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

/* Products, or categories, which have slugs only. */
static void check_names(const struct rule_product *names, size_t count, const char *what, int max, const char *field,
                        struct faults *faults)
{
    const struct rule_product **sorted = memory_get(count * sizeof(*sorted));
    struct shown shown;

    for (size_t i = 0; i < count; i++) {
        sorted[i] = &names[i];
        if (names[i].slug != NULL ? !rule_is_key(names[i].slug, (size_t)max) : names[i].id < 1)
            faults_tell(faults, field,
                        "%s is not a %s: 1 to %d characters of a-z, 0-9 and single hyphens between them are allowed",
                        show_product(&names[i], &shown), what, max);
    }
    qsort(sorted, count, sizeof(*sorted), compare_products);
    for (size_t i = 1; i < count; i++) {
        /* A name that is given three times is told once. */
        bool is_twice = compare_products(&sorted[i - 1], &sorted[i]) == 0;
        if (is_twice && (i == 1 || compare_products(&sorted[i - 2], &sorted[i]) != 0))
            faults_tell(faults, field, "%s %s is named more than once", what, show_product(sorted[i], &shown));
    }
    free(sorted);
}

static void check_categories(const char *const *categories, size_t count, const char *field, struct faults *faults)
{
    struct rule_product *names = memory_get_zeroed(count + 1, sizeof *names);

    for (size_t i = 0; i < count; i++)
        names[i].slug = categories[i];
    check_names(names, count, "category", RULE_KEY_MAX, field, faults);
    free(names);
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
    check_names(rule->products, rule->product_count, "product", RULE_SLUG_MAX,
                rule->is_price_list ? "price" : "include", faults);
    check_categories(rule->categories, rule->category_count, "include", faults);
    check_names(rule->excluded_products, rule->excluded_product_count, "product", RULE_SLUG_MAX, "exclude", faults);
    check_categories(rule->excluded_categories, rule->excluded_category_count, "exclude", faults);
}
