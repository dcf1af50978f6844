/* SPDX-License-Identifier: MIT */
/* discountctl group list, group show: looking at groups. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/table.h"
#include "discount/rulefile/rulefile.h"

struct group_options {
    struct ctl_options ctl;
    int64_t customer;
};

static void print_table(const struct message_list *groups, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {{.title = "KEY"}, {.title = "MEMBERS", true}, {.title = "LABEL"}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < groups->count; i++) {
        const Ecommerce__Group *group = groups->items[i];
        const char *const cells[] = {group->key, arena_print(arena, "%" PRId64, group->member_count), group->label};
        table_add(table, TABLE_PLAIN, cells);
    }
    table_print(table, stdout, options);
}

/* The groups of a customer (0: all), and the members of the one of that key, if it is there. */
struct found_groups {
    int32_t customer_id;
    const char *key; /* NULL: of none */
    struct message_list groups;
    int64_t revision;
    const Ecommerce__Group *group;
    struct member_list members;
};

static enum list_status fetch_groups(struct ctl_connection *connection, void *data, struct arena *arena)
{
    struct found_groups *found = data;

    *found = (struct found_groups){.customer_id = found->customer_id, .key = found->key};
    enum list_status status = list_groups(connection, found->customer_id, arena, &found->groups, &found->revision);
    for (size_t i = 0; found->key != NULL && i < found->groups.count && found->group == NULL; i++) {
        const Ecommerce__Group *each = found->groups.items[i];
        if (strcmp(each->key, found->key) == 0)
            found->group = each;
    }
    if (status != LIST_OK || found->group == NULL)
        return status;
    return list_members(connection, found->key, arena, &found->members, &found->revision);
}

static int list(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct group_options *options = given;
    struct found_groups found = {.customer_id = (int32_t)options->customer};

    (void)words;
    int code = list_alone(&options->ctl, fetch_groups, &found, arena);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json)
        list_print_json("groups", &found.groups, found.revision);
    else
        print_table(&found.groups, &options->ctl, arena);
    return COMMAND_OK;
}

int command_group_list(int argc, char **argv)
{
    static const struct argument_row rows[] = {NUMBER_OPTION("customer", offsetof(struct group_options, customer), "ID",
                                                             "only the groups that this customer is in", 1, INT32_MAX)};
    const struct arguments arguments = {.purpose = "Lists groups.", .rows = rows, .row_count = ARRAY_LENGTH(rows)};
    struct group_options options = {0};

    return options_run(&arguments, argc, argv, &options, list);
}

/* ---- One group ---- */

static void print_group(const Ecommerce__Group *group, const struct member_list *members, struct arena *arena)
{
    struct rulefile_members place = {0};
    size_t length;
    char *text;

    FILE *out = display_open_text(&text, &length);
    rulefile_print_group(out, group->key, group->label);
    rulefile_print_members(out, &place, members->ids, members->count);
    rulefile_print_members(out, &place, NULL, 0);
    display_lines(stdout, display_keep_text(arena, out, &text));
}

static void print_group_json(const Ecommerce__Group *group, const struct member_list *members)
{
    cJSON *document = json_message(&group->base);
    cJSON *array = cJSON_AddArrayToObject(document, "members");

    for (size_t i = 0; i < members->count; i++)
        cJSON_AddItemToArray(array, json_number(members->ids[i]));
    json_print(stdout, document);
}

static int show(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct ctl_options *options = given;
    struct found_groups found = {.key = words->items[0]};

    int code = list_alone(options, fetch_groups, &found, arena);
    if (code != COMMAND_OK)
        return code;
    if (found.group == NULL) {
        display_error(options->name, "there is no group \"%s\"", found.key);
        return COMMAND_NOT_FOUND;
    }
    if (options->is_json)
        print_group_json(found.group, &found.members);
    else
        print_group(found.group, &found.members, arena);
    return COMMAND_OK;
}

int command_group_show(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Prints a group and its members as a rule file says them.",
                                        .words = "KEY",
                                        .words_min = 1,
                                        .words_max = 1};
    struct ctl_options options = {0};

    return options_run(&arguments, argc, argv, &options, show);
}
