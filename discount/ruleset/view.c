/* SPDX-License-Identifier: MIT */
/* Rules of a ruleset as a shop described them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/ruleset/snapshot.h"
#include "discount/ruleset/ruleset.h"

struct ruleset_view {
    struct rule_product *products; /* the excluded ones behind the included ones */
    const char **categories;       /* likewise */
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

static void show_categories(const struct snapshot *snapshot, const uint32_t *offsets, size_t count,
                            const char **categories)
{
    for (size_t i = 0; i < count; i++)
        categories[i] = snapshot_text(snapshot, offsets[i]);
}

static void show_targets(struct ruleset_view *view, const struct snapshot *snapshot,
                         const struct compiled_rule *compiled, struct rule *rule)
{
    size_t products = compiled->product_count, categories = compiled->category_count;

    make_room(view, products + compiled->excluded_product_count, categories + compiled->excluded_category_count);
    rule->product_count = products;
    rule->category_count = categories;
    rule->excluded_product_count = compiled->excluded_product_count;
    rule->excluded_category_count = compiled->excluded_category_count;
    if (view->product_room > 0) {
        rule->products = view->products;
        rule->excluded_products = view->products + products;
        show_products(compiled_products(snapshot, compiled),
                      compiled->is_price_list ? compiled_prices(snapshot, compiled) : NULL, products, rule->products);
        show_products(compiled_excluded_products(snapshot, compiled), NULL, rule->excluded_product_count,
                      rule->excluded_products);
    }
    if (view->category_room > 0) {
        rule->categories = view->categories;
        rule->excluded_categories = view->categories + categories;
        show_categories(snapshot, compiled_categories(snapshot, compiled), categories, rule->categories);
        show_categories(snapshot, compiled_excluded_categories(snapshot, compiled), rule->excluded_category_count,
                        rule->excluded_categories);
    }
}

#define SHOW_TEXT(value) snapshot_text(snapshot, value)
#define SHOW_GROUP(value) (compiled->audience == RULE_GROUP ? snapshot_text(snapshot, value) : NULL)
#define SHOW_VALUE(value) value
#define SHOW_CUSTOMER(value) value
#define SHOW_MONEY(value) value
#define SHOW_NUMBER(value) value
#define SHOW_LANE(value) (enum rule_lane)(value)
#define SHOW_KIND(value) (enum rule_kind)(value)
#define SHOW_FLAG(value) value
#define SHOW_SWITCH(value) value
#define SHOW_INSTANT(value) value
#define SHOW(type, member, ...) .member = SHOW_##type(compiled->member),

static void show_rule(struct ruleset_view *view, const struct snapshot *snapshot, const struct compiled_rule *compiled,
                      struct rule *rule)
{
    *rule = (struct rule){.key = snapshot_text(snapshot, compiled->key),
                          .audience = (enum rule_audience)compiled->audience,
                          .is_price_list = compiled->is_price_list,
                          RULE_FIELDS(SHOW)};
    show_targets(view, snapshot, compiled, rule);
}

/* A place in a walk is a place in each of two snapshots. */
bool ruleset_next_rule(const struct ruleset *ruleset, struct ruleset_view *view, uint64_t *place, struct rule *rule)
{
    const struct snapshot *base = ruleset->snapshots[0], *overlay = ruleset->snapshots[1];
    size_t i = *place & UINT32_MAX, j = (size_t)(*place >> 32);
    size_t overlay_count = overlay != NULL ? overlay->rule_count : 0;

    while (i < base->rule_count && ruleset_hides(ruleset, 0, i))
        i++;
    bool is_left = i < base->rule_count, is_right = j < overlay_count;
    if (is_left && is_right) {
        is_left = strcmp(snapshot_text(base, base->rules[i].key), snapshot_text(overlay, overlay->rules[j].key)) < 0;
        is_right = !is_left;
    }
    if (is_left)
        show_rule(view, base, &base->rules[i++], rule);
    else if (is_right)
        show_rule(view, overlay, &overlay->rules[j++], rule);
    *place = (uint64_t)i | (uint64_t)j << 32;
    return is_left || is_right;
}

bool ruleset_find_rule(const struct ruleset *ruleset, struct ruleset_view *view, const char *key, struct rule *rule)
{
    for (size_t i = SNAPSHOTS; i-- > 0;) {
        const struct snapshot *snapshot = ruleset->snapshots[i];
        size_t place = snapshot != NULL ? snapshot_find_rule(snapshot, key) : 0;
        if (snapshot == NULL || place == snapshot->rule_count || ruleset_hides(ruleset, i, place))
            continue;
        show_rule(view, snapshot, &snapshot->rules[place], rule);
        return true;
    }
    return false;
}
