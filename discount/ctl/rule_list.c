/* SPDX-License-Identifier: MIT */
/* discountctl rule list, rule show: looking at rules. */
#include <inttypes.h>
#include <stdio.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/rule_text.h"
#include "discount/ctl/table.h"
#include "discount/ctl/when.h"
#include "discount/wire/wire.h"

struct rule_list_options {
    struct ctl_options ctl;
    int64_t lane, kind, customer;
    const char *group, *product, *category, *active_at, *zone, *text;
};

#define FIELD(name) offsetof(struct rule_list_options, name)
static const char *const lane_choices[] = {"contract", "sale", NULL};
static const char *const kind_choices[] = {"percent", "amount", "price", NULL};

static const struct argument_row rows[] = {
    CHOICE_OPTION("lane", FIELD(lane), "LANE", "contract or sale", lane_choices),
    CHOICE_OPTION("kind", FIELD(kind), "KIND", "percent, amount or price", kind_choices),
    NUMBER_OPTION("customer", FIELD(customer), "ID", "that are for this customer", 1, INT32_MAX),
    TEXT_OPTION("group", FIELD(group), "KEY", "that are for this group"),
    TEXT_OPTION("product", FIELD(product), "SLUG", "that name this product"),
    TEXT_OPTION("category", FIELD(category), "SLUG", "that name this category"),
    TEXT_OPTION("active-at", FIELD(active_at), "WHEN", "that are enabled and in their window then"),
    TEXT_OPTION("zone", FIELD(zone), "ZONE", "WHEN's time zone, instead of DISCOUNTCTL_TIME_ZONE"),
    TEXT_OPTION("text", FIELD(text), "TEXT", "with this in their key or label"),
};

static void set_text(char **field, const char *text)
{
    if (text != NULL)
        *field = (char *)text;
}

static int read_filter(const struct rule_list_options *options, Ecommerce__ListRulesRequest *request)
{
    request->lane = (Ecommerce__Lane)options->lane;
    request->kind = (Ecommerce__Kind)options->kind;
    request->customer_id = (int32_t)options->customer;
    set_text(&request->group, options->group);
    set_text(&request->product, options->product);
    set_text(&request->category, options->category);
    set_text(&request->text, options->text);
    return when_read(&options->ctl, "active-at", options->active_at, options->zone, &request->active_at);
}

static const char *describe_state(const struct rule *rule)
{
    if (!rule->is_enabled)
        return "disabled";
    return rule->is_exclusive ? "exclusive" : "on";
}

static void print_table(const struct message_list *rules, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {
        {.title = "KEY"},    {.title = "LANE"},     {.title = "PRIORITY", true},
        {.title = "VALUE"},  {.title = "AUDIENCE"}, {.title = "TARGETS"},
        {.title = "WINDOW"}, {.title = "STATE"},    {.title = "LABEL"}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < rules->count; i++) {
        struct rule rule;
        wire_read_rule(rules->items[i], arena, &rule);
        const char *const cells[] = {rule.key,
                                     rule_lane_names[rule.lane],
                                     arena_print(arena, "%" PRId32, rule.priority),
                                     rule_text_value(&rule, arena),
                                     rule_text_audience(&rule, arena),
                                     rule_text_targets(&rule, arena),
                                     rule_text_window(&rule, arena),
                                     describe_state(&rule),
                                     rule.label};
        table_add(table, rule.is_enabled ? TABLE_PLAIN : TABLE_DIM, cells);
    }
    table_print(table, stdout, options);
}

/* All rules of one revision that a request asks for. */
struct found_rules {
    const Ecommerce__ListRulesRequest *request;
    struct message_list rules;
    int64_t revision;
};

static enum list_status fetch_rules(struct ctl_connection *connection, void *data, struct arena *arena)
{
    struct found_rules *found = data;

    *found = (struct found_rules){.request = found->request};
    return list_rules(connection, found->request, arena, &found->rules, &found->revision);
}

static int list(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct rule_list_options *options = given;
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct found_rules found = {.request = &request};

    (void)words;
    int code = read_filter(options, &request);
    if (code == COMMAND_OK)
        code = list_alone(&options->ctl, fetch_rules, &found, arena);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json)
        list_print_json("rules", &found.rules, found.revision);
    else
        print_table(&found.rules, &options->ctl, arena);
    return COMMAND_OK;
}

int command_rule_list(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Lists the rules that all of the given holds for.", .rows = rows, .row_count = ARRAY_LENGTH(rows)};
    struct rule_list_options options = {0};

    return options_run(&arguments, argc, argv, &options, list);
}

static int show(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct ctl_options *options = given;
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct found_rules found = {.request = &request};
    struct rule rule;

    request.key = words->items[0];
    int code = list_alone(options, fetch_rules, &found, arena);
    if (code != COMMAND_OK)
        return code;
    if (found.rules.count == 0) {
        display_error(options->name, "there is no rule \"%s\"", request.key);
        return COMMAND_NOT_FOUND;
    }
    if (options->is_json) {
        json_print(stdout, json_message(found.rules.items[0]));
        return COMMAND_OK;
    }
    wire_read_rule(found.rules.items[0], arena, &rule);
    display_lines(stdout, rule_text_block(&rule, arena));
    return COMMAND_OK;
}

int command_rule_show(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Prints a rule as a rule file says it.", .words = "KEY", .words_min = 1, .words_max = 1};
    struct ctl_options options = {0};

    return options_run(&arguments, argc, argv, &options, show);
}
