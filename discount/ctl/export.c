/* SPDX-License-Identifier: MIT */
/* discountctl export: everything as a rule file, or the prices of a price list as CSV. */
#include <stdio.h>
#include <stdlib.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/output.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/lists.h"
#include "discount/rulefile/pricelist.h"
#include "discount/rulefile/rulefile.h"
#include "discount/wire/wire.h"

struct rule_export_options {
    struct ctl_options ctl;
    const char *output;
    const char *prices; /* the key of a price list */
};

/* All that a service has, of one revision. */
struct everything {
    int64_t revision;
    struct message_list products, groups, rules;
    struct member_list *members; /* of each group */
};

static enum list_status fetch_members(struct ctl_connection *connection, struct arena *arena, struct everything *all)
{
    enum list_status status = LIST_OK;

    all->members = arena_get(arena, (all->groups.count + 1) * sizeof *all->members);
    for (size_t i = 0; i < all->groups.count && status == LIST_OK; i++) {
        const Ecommerce__Group *group = all->groups.items[i];
        all->members[i] = (struct member_list){0};
        if (group->member_count > 0)
            status = list_members(connection, group->key, arena, &all->members[i], &all->revision);
    }
    /* A group that is gone: somebody changed the rules. */
    return status == LIST_FAILED && connection->code == RPC_NOT_FOUND ? LIST_MOVED : status;
}

static enum list_status fetch_everything(struct ctl_connection *connection, void *data, struct arena *arena)
{
    struct everything *all = data;
    const Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    Ecommerce__ListProductsRequest declared = ECOMMERCE__LIST_PRODUCTS_REQUEST__INIT;

    declared.declared = true;
    *all = (struct everything){0};
    enum list_status status = list_products(connection, &declared, arena, &all->products, &all->revision);
    if (status == LIST_OK)
        status = list_groups(connection, 0, arena, &all->groups, &all->revision);
    if (status == LIST_OK)
        status = fetch_members(connection, arena, all);
    if (status == LIST_OK)
        status = list_rules(connection, &request, arena, &all->rules, &all->revision);
    return status;
}

/* ---- As text ---- */

static void print_group(FILE *out, const Ecommerce__Group *group, const struct member_list *members)
{
    struct rulefile_members place = {0};

    rulefile_print_group(out, group->key, group->label);
    if (members->count > 0)
        rulefile_print_members(out, &place, members->ids, members->count);
    rulefile_print_members(out, &place, NULL, 0);
}

static void print_everything(FILE *out, const struct everything *all)
{
    struct arena arena = {0};

    rulefile_print_start(out);
    for (size_t i = 0; i < all->products.count; i++) {
        const Ecommerce__KnownProduct *product = all->products.items[i];
        const struct known_product known = {.id = product->id, .slug = product->slug, .floor = product->floor};
        rulefile_print_product(out, &known);
    }
    for (size_t i = 0; i < all->groups.count; i++)
        print_group(out, all->groups.items[i], &all->members[i]);
    for (size_t i = 0; i < all->rules.count; i++) {
        struct rule rule;
        wire_read_rule(all->rules.items[i], &arena, &rule);
        rulefile_print_rule(out, &rule);
        arena_reset(&arena);
    }
    rulefile_print_end(out);
    arena_release(&arena);
}

/* ---- As JSON ---- */

static void print_everything_json(FILE *out, const struct everything *all)
{
    cJSON *document = cJSON_CreateObject();

    cJSON_AddItemToObject(document, "revision", json_number(all->revision));
    cJSON_AddItemToObject(document, "products",
                          json_messages((const void *const *)all->products.items, all->products.count));
    cJSON *groups = cJSON_AddArrayToObject(document, "groups");
    for (size_t i = 0; i < all->groups.count; i++) {
        const Ecommerce__Group *group = all->groups.items[i];
        cJSON *object = json_message(&group->base);
        cJSON *members = cJSON_AddArrayToObject(object, "members");
        for (size_t j = 0; j < all->members[i].count; j++)
            cJSON_AddItemToArray(members, json_number(all->members[i].ids[j]));
        cJSON_AddItemToArray(groups, object);
    }
    cJSON_AddItemToObject(document, "rules", json_messages((const void *const *)all->rules.items, all->rules.count));
    json_print(out, document);
}

static int export_everything(const struct rule_export_options *options, struct arena *arena)
{
    struct everything all;
    struct output output;

    int code = list_alone(&options->ctl, fetch_everything, &all, arena);
    if (code == COMMAND_OK)
        code = output_open(&output, options->ctl.name, options->output);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json)
        print_everything_json(output.stream, &all);
    else
        print_everything(output.stream, &all);
    return output_close(&output, true);
}

/* ---- Prices ---- */

static int fetch_rule(const struct rule_export_options *options, struct arena *arena, struct rule *rule)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    struct ctl_connection connection;

    int code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    request.key = (char *)options->prices;
    const Ecommerce__ListRulesResponse *answer = call_list_rules(&connection, &request, arena);
    if (answer == NULL) {
        code = connection_fail(&connection, "");
    } else if (answer->n_rules == 0) {
        display_error(options->ctl.name, "there is no rule \"%s\"", options->prices);
        code = COMMAND_NOT_FOUND;
    } else {
        wire_read_rule(answer->rules[0], arena, rule);
    }
    connection_close(&connection);
    return code;
}

static void print_prices_json(FILE *out, const struct rule *rule)
{
    cJSON *document = cJSON_CreateObject();
    cJSON *prices = cJSON_AddArrayToObject(document, "prices");

    for (size_t i = 0; i < rule->product_count; i++) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "product", rule->products[i].slug);
        cJSON_AddItemToObject(object, "price", json_number(rule->products[i].price));
        cJSON_AddItemToArray(prices, object);
    }
    json_print(out, document);
}

static int export_prices(const struct rule_export_options *options, struct arena *arena)
{
    struct output output;
    struct rule rule;

    int code = fetch_rule(options, arena, &rule);
    if (code != COMMAND_OK)
        return code;
    if (!rule.is_price_list) {
        display_error(options->ctl.name, "rule %s is not a price list", rule.key);
        return COMMAND_REFUSED;
    }
    code = output_open(&output, options->ctl.name, options->output);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json)
        print_prices_json(output.stream, &rule);
    else
        pricelist_print(output.stream, rule.products, rule.product_count);
    return output_close(&output, true);
}

static int export(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct rule_export_options *options = given;

    (void)words;
    return options->prices != NULL ? export_prices(options, arena) : export_everything(options, arena);
}

int command_export(int argc, char **argv)
{
    static const struct argument_row rows[] = {
        TEXT_OPTION("output", offsetof(struct rule_export_options, output), "FILE",
                    "write to FILE, whole or not at all, instead of standard output"),
        TEXT_OPTION("prices", offsetof(struct rule_export_options, prices), "RULE",
                    "only the prices of this price list, as CSV"),
    };
    const struct arguments arguments = {.purpose = "Writes everything as a rule file, which import reads.",
                                        .rows = rows,
                                        .row_count = ARRAY_LENGTH(rows)};
    struct rule_export_options options = {0};

    return options_run(&arguments, argc, argv, &options, export);
}
