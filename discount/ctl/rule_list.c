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
#define TEXT_ROW(option, field, what, about)                                                                           \
    {                                                                                                                  \
        .name = option, .type = ARGUMENT_TEXT, .offset = FIELD(field), .value = what, .help = about                    \
    }

static const char *const lane_choices[] = {"contract", "sale", NULL};
static const char *const kind_choices[] = {"percent", "amount", "price", NULL};

static const struct argument_row rows[] = {
    {.name = "lane",
     .type = ARGUMENT_CHOICE,
     .offset = FIELD(lane),
     .value = "LANE",
     .help = "contract or sale",
     .choices = lane_choices},
    {.name = "kind",
     .type = ARGUMENT_CHOICE,
     .offset = FIELD(kind),
     .value = "KIND",
     .help = "percent, amount or price",
     .choices = kind_choices},
    {.name = "customer",
     .type = ARGUMENT_NUMBER,
     .offset = FIELD(customer),
     .value = "ID",
     .help = "that are for this customer",
     .min = 1,
     .max = INT32_MAX},
    TEXT_ROW("group", group, "KEY", "that are for this group"),
    TEXT_ROW("product", product, "SLUG", "that name this product"),
    TEXT_ROW("category", category, "SLUG", "that name this category"),
    TEXT_ROW("active-at", active_at, "WHEN", "that are enabled and in their window then"),
    TEXT_ROW("zone", zone, "ZONE", "WHEN's time zone; UTC when not given"),
    TEXT_ROW("text", text, "TEXT", "with this in their key or label"),
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

static void print_table(const struct list *rules, const struct ctl_options *options, struct arena *arena)
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

static void print_json(const struct list *rules, int64_t revision)
{
    cJSON *document = cJSON_CreateObject();

    cJSON_AddItemToObject(document, "revision", json_number(revision));
    cJSON_AddItemToObject(document, "rules", json_messages((const void *const *)rules->items, rules->count));
    json_print(stdout, document);
}

/* All rules of one revision that the request asks for. */
static int fetch_rules(const struct ctl_options *options, const Ecommerce__ListRulesRequest *request,
                       struct arena *arena, struct list *rules, int64_t *revision)
{
    enum list_status status = LIST_MOVED;
    struct connection connection;

    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    for (int i = 0; i < LIST_ATTEMPTS && status == LIST_MOVED; i++) {
        *rules = (struct list){0};
        *revision = 0;
        status = list_rules(&connection, request, arena, rules, revision);
    }
    if (status == LIST_FAILED)
        code = connection_fail(&connection, "");
    else if (status == LIST_MOVED)
        code = list_give_up(&connection);
    connection_close(&connection);
    return code;
}

static int list(const struct rule_list_options *options, struct arena *arena)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct list rules;
    int64_t revision;

    int code = read_filter(options, &request);
    if (code == COMMAND_OK)
        code = fetch_rules(&options->ctl, &request, arena, &rules, &revision);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json)
        print_json(&rules, revision);
    else
        print_table(&rules, &options->ctl, arena);
    return COMMAND_OK;
}

int command_rule_list(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Lists the rules that all of the given holds for.", .rows = rows, .row_count = ARRAY_LENGTH(rows)};
    struct rule_list_options options = {0};
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, NULL);
    int code = list(&options, &arena);
    arena_release(&arena);
    return code;
}

static int show(const struct ctl_options *options, char *key, struct arena *arena)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct list rules;
    int64_t revision;

    request.key = key;
    int code = fetch_rules(options, &request, arena, &rules, &revision);
    if (code != COMMAND_OK)
        return code;
    if (rules.count == 0) {
        display_error(options->name, "there is no rule \"%s\"", key);
        return COMMAND_NOT_FOUND;
    }
    if (options->is_json) {
        json_print(stdout, json_message(rules.items[0]));
        return COMMAND_OK;
    }
    struct rule rule;
    wire_read_rule(rules.items[0], arena, &rule);
    display_lines(stdout, rule_text_block(&rule, arena));
    return COMMAND_OK;
}

int command_rule_show(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Prints a rule as a rule file says it.", .words = "KEY", .words_min = 1, .words_max = 1};
    struct ctl_options options = {0};
    struct argument_words words;
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, &words);
    int code = show(&options, words.items[0], &arena);
    arena_release(&arena);
    return code;
}
