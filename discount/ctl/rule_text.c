/* SPDX-License-Identifier: MIT */
/* Rules in words. */
#include "discount/ctl/rule_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "discount/ctl/display.h"
#include "discount/rulefile/rulefile.h"
#include "discount/window/window.h"

const char *rule_text_value(const struct rule *rule, struct arena *arena)
{
    switch (rule->kind) {
    case RULE_PERCENT: {
        const char *percent = display_percent(arena, rule->value);
        return rule->cap > 0 ? arena_print(arena, "%s, %" PRId64 " at most", percent, rule->cap) : percent;
    }
    case RULE_AMOUNT:
        return arena_print(arena, "%" PRId64 " off", rule->value);
    default:
        return rule->is_price_list ? arena_print(arena, "%zu prices", rule->product_count)
                                   : arena_print(arena, "price %" PRId64, rule->value);
    }
}

const char *rule_text_audience(const struct rule *rule, struct arena *arena)
{
    switch (rule->audience) {
    case RULE_CUSTOMER:
        return arena_print(arena, "customer %" PRId32, rule->customer_id);
    case RULE_GROUP:
        return arena_print(arena, "group %s", rule->group);
    default:
        return "everybody";
    }
}

const char *rule_text_targets(const struct rule *rule, struct arena *arena)
{
    size_t included = rule->product_count + rule->category_count;
    size_t excluded = rule->excluded_product_count + rule->excluded_category_count;
    const char *text = "all";

    if (rule->is_price_list)
        text = "its list";
    else if (rule->category_count > 0)
        text = arena_print(arena, "category %s", rule->categories[0]);
    else if (rule->product_count > 0)
        text = rule->products[0].slug;
    if (!rule->is_price_list && included > 1)
        text = arena_print(arena, "%s, %zu more", text, included - 1);
    return excluded > 0 ? arena_print(arena, "%s, less %zu", text, excluded) : text;
}

const char *rule_text_window(const struct rule *rule, struct arena *arena)
{
    const char *zone = rule->zone != NULL ? rule->zone : "", *shown = zone[0] != '\0' ? zone : "UTC";
    char start[WINDOW_TEXT_SIZE] = "", end[WINDOW_TEXT_SIZE] = "";

    if (rule->starts_at == 0 && rule->ends_at == 0)
        return "always";
    if (rule->starts_at != 0)
        window_print(rule->starts_at, zone, false, start);
    if (rule->ends_at != 0)
        window_print(rule->ends_at, zone, true, end);
    return arena_print(arena, "%s .. %s %s", start, end, shown);
}

const char *rule_text_block(const struct rule *rule, struct arena *arena)
{
    char *text;
    size_t length;

    FILE *out = display_open_text(&text, &length);
    rulefile_print_rule(out, rule);
    return display_keep_text(arena, out, &text);
}
