/* SPDX-License-Identifier: MIT */
/* Changed prices and what they come to. */
#include "discount/ctl/preview_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/compiler.h"
#include "discount/ctl/contradictions.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/table.h"

void preview_totals_add(struct preview_totals *totals, const Ecommerce__PreviewResponse *answer, size_t limit,
                        struct arena *arena)
{
    totals->revision = answer->revision;
    totals->quotes += answer->quotes;
    totals->changed += answer->changed;
    totals->lower += answer->lower;
    totals->higher += answer->higher;
    totals->floors_before += answer->floors_before;
    totals->floors_after += answer->floors_after;
    totals->sum_before += answer->sum_before;
    totals->sum_after += answer->sum_after;
    for (size_t i = 0; i < answer->n_prices && totals->prices.count < limit; i++)
        message_list_append(&totals->prices, arena, answer->prices[i]);
    for (size_t i = 0; i < answer->n_contradictions; i++)
        message_list_append(&totals->contradictions, arena, answer->contradictions[i]);
}

static const char *say_audience(const Ecommerce__ChangedPrice *price, struct arena *arena)
{
    if (price->customer_id > 0 && price->alike > 0)
        return arena_print(arena, "customer %" PRId32 " and %" PRId32 " like them", price->customer_id, price->alike);
    if (price->customer_id > 0)
        return arena_print(arena, "customer %" PRId32, price->customer_id);
    return price->group[0] != '\0' ? arena_print(arena, "group %s", price->group) : "everybody";
}

static const char *say_rules(char *const *keys, size_t count, struct arena *arena)
{
    if (count == 0)
        return "-";
    const char *text = keys[0];
    for (size_t i = 1; i < count; i++)
        text = arena_print(arena, "%s, %s", text, keys[i]);
    return text;
}

static void add_price(struct table *table, const Ecommerce__ChangedPrice *price, struct arena *arena)
{
    const char *const cells[] = {price->slug,
                                 say_audience(price, arena),
                                 arena_print(arena, "%" PRId32, price->list_price),
                                 arena_print(arena, "%" PRId32, price->before),
                                 arena_print(arena, "%" PRId32, price->after),
                                 arena_print(arena, "%+" PRId64, (int64_t)price->after - price->before),
                                 say_rules(price->rules_before, price->n_rules_before, arena),
                                 say_rules(price->rules_after, price->n_rules_after, arena),
                                 price->is_at_floor ? "at its floor" : ""};

    table_add(table, price->after < price->before ? TABLE_GOOD : TABLE_BAD, cells);
}

static void print_table(const struct preview_totals *totals, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {
        {.title = "PRODUCT"},      {.title = "FOR"},         {.title = "LIST", true},
        {.title = "BEFORE", true}, {.title = "AFTER", true}, {.title = "CHANGE", true},
        {.title = "BY"},           {.title = "NOW BY"},      {.title = ""}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));
    int64_t listed = (int64_t)totals->prices.count;

    for (size_t i = 0; i < totals->prices.count; i++)
        add_price(table, totals->prices.items[i], arena);
    contradictions_print((const Ecommerce__Contradiction *const *)totals->contradictions.items,
                         totals->contradictions.count, options, arena);
    table_print(table, stdout, options);
    if (listed < totals->changed)
        printf("and %" PRId64 " more (--limit)\n", totals->changed - listed);
    if (totals->changed > 0)
        putchar('\n');
    printf("%" PRId64 " prices: %" PRId64 " change, %" PRId64 " lower, %" PRId64 " higher\n", totals->quotes,
           totals->changed, totals->lower, totals->higher);
    printf("sum of all: %" PRId64 " before, %" PRId64 " after\n", totals->sum_before, totals->sum_after);
    printf("held at a floor: %" PRId64 " before, %" PRId64 " after\n", totals->floors_before, totals->floors_after);
    printf("compared with revision %" PRId64 "\n", totals->revision);
}

static void print_json(const struct preview_totals *totals)
{
    cJSON *document = cJSON_CreateObject();
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"revision", totals->revision},
                   {"quotes", totals->quotes},
                   {"changed", totals->changed},
                   {"lower", totals->lower},
                   {"higher", totals->higher},
                   {"floors_before", totals->floors_before},
                   {"floors_after", totals->floors_after},
                   {"sum_before", totals->sum_before},
                   {"sum_after", totals->sum_after}};

    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        cJSON_AddItemToObject(document, numbers[i].name, json_number(numbers[i].value));
    cJSON_AddItemToObject(document, "prices",
                          json_messages((const void *const *)totals->prices.items, totals->prices.count));
    cJSON_AddItemToObject(
        document, "contradictions",
        json_messages((const void *const *)totals->contradictions.items, totals->contradictions.count));
    json_print(stdout, document);
}

void preview_totals_print(const struct preview_totals *totals, const struct ctl_options *options, struct arena *arena)
{
    if (options->is_json)
        print_json(totals);
    else
        print_table(totals, options, arena);
}
