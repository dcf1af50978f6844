/* SPDX-License-Identifier: MIT */
/* Rules of a ruleset as a shop described them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/pricing/layer.h"
#include "discount/pricing/ruleset.h"

struct ruleset_view {
    struct rule_product *products; /* the excluded ones behind the included ones */
    const char **categories;       /* so, too */
    size_t product_room, category_room;
};

struct ruleset_view *ruleset_view_new(void)
{
    return memory_get_zeroed(1, sizeof(struct ruleset_view));
}

void ruleset_view_free(struct ruleset_view *view)
{
    if (view == NULL)
        return;
    free(view->products);
    free(view->categories);
    free(view);
}

static void make_room(struct ruleset_view *view, size_t products, size_t categories)
{
    if (products > view->product_room) {
        view->products = memory_resize(view->products, products * sizeof *view->products);
        view->product_room = products;
    }
    if (categories > view->category_room) {
        view->categories = memory_resize(view->categories, categories * sizeof(*view->categories));
        view->category_room = categories;
    }
}

static void show_products(const uint32_t *ids, const uint32_t *prices, size_t count, struct rule_product *products)
{
    for (size_t i = 0; i < count; i++)
        products[i] = (struct rule_product){.id = (int32_t)ids[i], .price = prices != NULL ? prices[i] : 0};
}

static void show_categories(const struct layer *layer, const uint32_t *offsets, size_t count, const char **categories)
{
    for (size_t i = 0; i < count; i++)
        categories[i] = layer_text(layer, offsets[i]);
}

static void show_targets(struct ruleset_view *view, const struct layer *layer, const struct record *record,
                         struct rule *rule)
{
    size_t products = record->product_count, categories = record->category_count;

    make_room(view, products + record->excluded_product_count, categories + record->excluded_category_count);
    rule->product_count = products;
    rule->category_count = categories;
    rule->excluded_product_count = record->excluded_product_count;
    rule->excluded_category_count = record->excluded_category_count;
    if (view->product_room > 0) {
        rule->products = view->products;
        rule->excluded_products = view->products + products;
        show_products(record_products(layer, record), record->is_price_list ? record_prices(layer, record) : NULL,
                      products, rule->products);
        show_products(record_excluded_products(layer, record), NULL, rule->excluded_product_count,
                      rule->excluded_products);
    }
    if (view->category_room > 0) {
        rule->categories = view->categories;
        rule->excluded_categories = view->categories + categories;
        show_categories(layer, record_categories(layer, record), categories, rule->categories);
        show_categories(layer, record_excluded_categories(layer, record), rule->excluded_category_count,
                        rule->excluded_categories);
    }
}

static void show_record(struct ruleset_view *view, const struct layer *layer, const struct record *record,
                        struct rule *rule)
{
    *rule = (struct rule){
        .key = layer_text(layer, record->key),
        .label = layer_text(layer, record->label),
        .is_enabled = record->is_enabled,
        .is_exclusive = record->is_exclusive,
        .lane = (enum rule_lane)record->lane,
        .priority = record->priority,
        .kind = (enum rule_kind)record->kind,
        .value = record->value,
        .audience = (enum rule_audience)record->audience,
        .customer_id = record->customer_id,
        .group = record->audience == RULE_GROUP ? layer_text(layer, record->group) : NULL,
        .is_price_list = record->is_price_list,
        .minimum = record->minimum,
        .cap = record->cap,
        .starts_at = record->starts_at,
        .ends_at = record->ends_at,
        .zone = layer_text(layer, record->zone),
    };
    show_targets(view, layer, record, rule);
}

/* A place in a walk is a place in each of two layers. */
bool ruleset_next_rule(const struct ruleset *ruleset, struct ruleset_view *view, uint64_t *place, struct rule *rule)
{
    const struct layer *base = ruleset->layers[0], *patch = ruleset->layers[1];
    size_t i = *place & UINT32_MAX, j = (size_t)(*place >> 32);
    size_t patch_count = patch != NULL ? patch->record_count : 0;

    while (i < base->record_count && ruleset_hides(ruleset, 0, i))
        i++;
    bool is_left = i < base->record_count, is_right = j < patch_count;
    if (is_left && is_right) {
        is_left = strcmp(layer_text(base, base->records[i].key), layer_text(patch, patch->records[j].key)) < 0;
        is_right = !is_left;
    }
    if (is_left)
        show_record(view, base, &base->records[i++], rule);
    else if (is_right)
        show_record(view, patch, &patch->records[j++], rule);
    *place = (uint64_t)i | (uint64_t)j << 32;
    return is_left || is_right;
}

bool ruleset_find_rule(const struct ruleset *ruleset, struct ruleset_view *view, const char *key, struct rule *rule)
{
    for (size_t i = LAYERS; i-- > 0;) {
        const struct layer *layer = ruleset->layers[i];
        size_t place = layer != NULL ? layer_find_record(layer, key) : 0;
        if (layer == NULL || place == layer->record_count || ruleset_hides(ruleset, i, place))
            continue;
        show_record(view, layer, &layer->records[place], rule);
        return true;
    }
    return false;
}
