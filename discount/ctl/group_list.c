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

static void print_table(const struct list *groups, const struct ctl_options *options, struct arena *arena)
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

static enum list_status fetch_groups(struct connection *connection, int64_t customer, struct arena *arena,
                                     struct list *groups, int64_t *revision)
{
    enum list_status status = LIST_MOVED;

    for (int i = 0; i < LIST_ATTEMPTS && status == LIST_MOVED; i++) {
        *groups = (struct list){0};
        *revision = 0;
        status = list_groups(connection, (int32_t)customer, arena, groups, revision);
    }
    return status;
}

static int list(const struct group_options *options, struct arena *arena)
{
    struct connection connection;
    struct list groups;
    int64_t revision;

    int code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    enum list_status status = fetch_groups(&connection, options->customer, arena, &groups, &revision);
    if (status != LIST_OK) {
        code = status == LIST_FAILED ? connection_fail(&connection, "") : list_give_up(&connection);
    } else if (options->ctl.is_json) {
        cJSON *document = cJSON_CreateObject();
        cJSON_AddItemToObject(document, "revision", json_number(revision));
        cJSON_AddItemToObject(document, "groups", json_messages((const void *const *)groups.items, groups.count));
        json_print(stdout, document);
    } else {
        print_table(&groups, &options->ctl, arena);
    }
    connection_close(&connection);
    return code;
}

int command_group_list(int argc, char **argv)
{
    static const struct argument_row rows[] = {{.name = "customer",
                                                .type = ARGUMENT_NUMBER,
                                                .offset = offsetof(struct group_options, customer),
                                                .value = "ID",
                                                .help = "only the groups that this customer is in",
                                                .min = 1,
                                                .max = INT32_MAX}};
    const struct arguments arguments = {.purpose = "Lists groups.", .rows = rows, .row_count = ARRAY_LENGTH(rows)};
    struct group_options options = {0};
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, NULL);
    int code = list(&options, &arena);
    arena_release(&arena);
    return code;
}

/* ---- One group ---- */

/* The group of this key; *group is NULL when there is none. All of one revision. */
static enum list_status fetch_group(struct connection *connection, const char *key, struct arena *arena,
                                    const Ecommerce__Group **group, struct member_list *members)
{
    struct list groups;
    int64_t revision;

    *group = NULL;
    enum list_status status = fetch_groups(connection, 0, arena, &groups, &revision);
    if (status != LIST_OK)
        return status;
    for (size_t i = 0; i < groups.count && *group == NULL; i++) {
        const Ecommerce__Group *each = groups.items[i];
        if (strcmp(each->key, key) == 0)
            *group = each;
    }
    if (*group == NULL)
        return LIST_OK;
    *members = (struct member_list){0};
    return list_members(connection, key, arena, members, &revision);
}

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

static int show(const struct ctl_options *options, const char *key, struct arena *arena)
{
    enum list_status status = LIST_MOVED;
    const Ecommerce__Group *group = NULL;
    struct member_list members = {0};
    struct connection connection;

    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    for (int i = 0; i < LIST_ATTEMPTS && status == LIST_MOVED; i++)
        status = fetch_group(&connection, key, arena, &group, &members);
    if (status == LIST_FAILED) {
        code = connection_fail(&connection, "");
    } else if (status == LIST_MOVED) {
        code = list_give_up(&connection);
    } else if (group == NULL) {
        display_error(options->name, "there is no group \"%s\"", key);
        code = COMMAND_NOT_FOUND;
    } else if (options->is_json) {
        print_group_json(group, &members);
    } else {
        print_group(group, &members, arena);
    }
    connection_close(&connection);
    return code;
}

int command_group_show(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Prints a group and its members as a rule file says them.",
                                        .words = "KEY",
                                        .words_min = 1,
                                        .words_max = 1};
    struct ctl_options options = {0};
    struct argument_words words;
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, &words);
    int code = show(&options, words.items[0], &arena);
    arena_release(&arena);
    return code;
}
