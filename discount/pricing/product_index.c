/* SPDX-License-Identifier: MIT */
/* Products under their ids and categories. */
#include "discount/pricing/product_index.h"

#include <stdlib.h>
#include <string.h>

#include "common/search.h"

/* A product under its id, or under one of its categories. */
struct by_id {
    int32_t id;
    size_t product;
};
struct by_category {
    const char *category;
    size_t product;
};

struct product_index {
    const struct product *products;
    size_t count;
    struct by_id *by_id;
    struct by_category *by_category;
    size_t by_category_count;
};

/* ---- Making it ---- */

static int compare_ids(const void *left, const void *right)
{
    const struct by_id *a = left, *b = right;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->product > b->product) - (a->product < b->product);
}

static int compare_categories(const void *left, const void *right)
{
    const struct by_category *a = left, *b = right;
    int order = strcmp(a->category, b->category);

    return order != 0 ? order : (a->product > b->product) - (a->product < b->product);
}

static size_t category_count(const struct product *product)
{
    return product->category_count < EVALUATE_CATEGORIES_MAX ? product->category_count : EVALUATE_CATEGORIES_MAX;
}

static void sort_categories(struct product_index *index, struct arena *arena)
{
    size_t room = 1;

    for (size_t i = 0; i < index->count; i++)
        room += category_count(&index->products[i]);
    index->by_category = arena_get(arena, room * sizeof *index->by_category);
    for (size_t i = 0; i < index->count; i++) {
        for (size_t k = 0; k < category_count(&index->products[i]); k++)
            index->by_category[index->by_category_count++] = (struct by_category){index->products[i].categories[k], i};
    }
    qsort(index->by_category, index->by_category_count, sizeof *index->by_category, compare_categories);
}

const struct product_index *product_index_new(const struct product *products, size_t count, struct arena *arena)
{
    struct product_index *index = arena_get(arena, sizeof *index);

    *index = (struct product_index){.products = products, .count = count};
    index->by_id = arena_get(arena, (count + 1) * sizeof *index->by_id);
    for (size_t i = 0; i < count; i++)
        index->by_id[i] = (struct by_id){products[i].id, i};
    qsort(index->by_id, count, sizeof *index->by_id, compare_ids);
    sort_categories(index, arena);
    return index;
}

/* ---- What a rule names ---- */

static bool is_excluded(const struct product *product, const struct rule *rule)
{
    if (rule_find_product(rule->excluded_products, rule->excluded_product_count, product->id) != NULL)
        return true;
    for (size_t i = 0; rule->excluded_category_count > 0 && i < category_count(product); i++) {
        if (rule_has_category(rule->excluded_categories, rule->excluded_category_count, product->categories[i]))
            return true;
    }
    return false;
}

/* ---- Searching the index ---- */

struct target_walk {
    const struct product_index *index;
    const struct rule *rule;
    product_look_f *look;
    void *data;
};

static bool look_at(const struct target_walk *walk, size_t product)
{
    return !is_excluded(&walk->index->products[product], walk->rule) && walk->look(walk->data, product);
}

static bool walk_id(const struct target_walk *walk, int32_t id)
{
    const struct product_index *index = walk->index;
    size_t low;

    SEARCH_FIRST(low, index->count, index->by_id[middle].id < id);
    for (; low < index->count && index->by_id[low].id == id; low++) {
        if (look_at(walk, index->by_id[low].product))
            return true;
    }
    return false;
}

/* The first entry of the category, or of one behind it. */
static size_t find_category(const struct product_index *index, const char *category)
{
    size_t low;

    SEARCH_FIRST(low, index->by_category_count, strcmp(index->by_category[middle].category, category) < 0);
    return low;
}

static bool is_in_category(const struct product_index *index, size_t entry, const char *category)
{
    return entry < index->by_category_count && strcmp(index->by_category[entry].category, category) == 0;
}

static bool walk_category(const struct target_walk *walk, const char *category)
{
    for (size_t i = find_category(walk->index, category); is_in_category(walk->index, i, category); i++) {
        if (look_at(walk, walk->index->by_category[i].product))
            return true;
    }
    return false;
}

bool product_index_has_category(const struct product_index *index, const char *category)
{
    return is_in_category(index, find_category(index, category), category);
}

bool product_index_each(const struct product_index *index, const struct rule *rule, product_look_f *look, void *data)
{
    const struct target_walk walk = {index, rule, look, data};

    for (size_t i = 0; i < rule->product_count; i++) {
        if (walk_id(&walk, rule->products[i].id))
            return true;
    }
    for (size_t i = 0; i < rule->category_count; i++) {
        if (walk_category(&walk, rule->categories[i]))
            return true;
    }
    if (rule->product_count > 0 || rule->category_count > 0)
        return false;
    for (size_t i = 0; i < index->count; i++) {
        if (look_at(&walk, i))
            return true;
    }
    return false;
}
