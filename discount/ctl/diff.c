/* SPDX-License-Identifier: MIT */
/* discountctl diff: what differs between two revisions, in the words of a rule file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/ctl/command.h"
#include "common/number.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/line_diff.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/rule_text.h"
#include "discount/rulefile/rulefile.h"
#include "discount/wire/wire.h"

#define PAGE_SIZE 1000

/* ---- In the words of a rule file ---- */

static const char *say_rule(const Ecommerce__Rule *message, struct arena *arena)
{
    struct rule rule;

    if (message == NULL)
        return "";
    wire_read_rule(message, arena, &rule);
    return rule_text_block(&rule, arena);
}

static const char *say_group(const Ecommerce__Group *group, struct arena *arena)
{
    char *text;
    size_t length;

    if (group == NULL)
        return "";
    FILE *out = display_open_text(&text, &length);
    rulefile_print_group(out, group->key, group->label);
    return display_keep_text(arena, out, &text);
}

static const char *say_product(const Ecommerce__KnownProduct *product, struct arena *arena)
{
    char *text;
    size_t length;

    if (product == NULL)
        return "";
    const struct known_product known = {.id = product->id, .slug = product->slug, .floor = product->floor};
    FILE *out = display_open_text(&text, &length);
    rulefile_print_product(out, &known);
    return display_keep_text(arena, out, &text);
}

/* ---- Members: those of one group together ---- */

/* How much of "GROUP/CUSTOMER" is the group. */
static size_t group_length(const Ecommerce__Difference *difference)
{
    return strcspn(difference->key, "/");
}

static bool is_of_group(const Ecommerce__Difference *difference, const Ecommerce__Difference *first)
{
    size_t length = group_length(first);

    return strcmp(difference->kind, "member") == 0 && group_length(difference) == length &&
           strncmp(difference->key, first->key, length) == 0;
}

static int compare_ids(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

/* The lines of the differing members who were in the group, or, with is_after, who are. */
static const char *say_members(void *const *differences, size_t count, bool is_after, struct arena *arena)
{
    int32_t *ids = arena_get(arena, (count + 1) * sizeof *ids);
    struct rulefile_members place = {0};
    size_t id_count = 0, length;
    char *text;

    for (size_t i = 0; i < count; i++) {
        const Ecommerce__Difference *each = differences[i];
        const char *slash = strchr(each->key, '/');
        int64_t id;
        if ((is_after ? each->member_after : each->member_before) && slash != NULL &&
            number_parse(slash + 1, 1, INT32_MAX, &id) == NUMBER_OK)
            ids[id_count++] = (int32_t)id;
    }
    if (id_count == 0)
        return "";
    qsort(ids, id_count, sizeof *ids, compare_ids);
    FILE *out = display_open_text(&text, &length);
    rulefile_print_members(out, &place, ids, id_count);
    rulefile_print_members(out, &place, NULL, 0);
    return display_keep_text(arena, out, &text);
}

/* ---- The whole ---- */

static void print_title(const char *kind, const char *key, size_t key_length, bool has_colour)
{
    printf("%s@@ %s %.*s @@%s\n", has_colour ? COLOUR_CYAN : "", kind, (int)key_length, key,
           has_colour ? COLOUR_OFF : "");
}

static void print_difference(const Ecommerce__Difference *difference, bool has_colour)
{
    struct arena arena = {0};
    const char *before, *after;

    if (strcmp(difference->kind, "rule") == 0) {
        before = say_rule(difference->rule_before, &arena);
        after = say_rule(difference->rule_after, &arena);
    } else if (strcmp(difference->kind, "group") == 0) {
        before = say_group(difference->group_before, &arena);
        after = say_group(difference->group_after, &arena);
    } else {
        before = say_product(difference->product_before, &arena);
        after = say_product(difference->product_after, &arena);
    }
    const char *key = display_text(&arena, difference->key);
    print_title(difference->kind, key, strlen(key), has_colour);
    line_diff_print(stdout, before, after, has_colour);
    arena_release(&arena);
}

static void print_members(void *const *differences, size_t count, bool has_colour)
{
    const Ecommerce__Difference *first = differences[0];
    struct arena arena = {0};

    print_title("members of", first->key, group_length(first), has_colour);
    line_diff_print(stdout, say_members(differences, count, false, &arena),
                    say_members(differences, count, true, &arena), has_colour);
    arena_release(&arena);
}

static void print_differences(const struct message_list *differences, int64_t from, int64_t to,
                              const struct ctl_options *options)
{
    bool has_colour = display_has_colour(stdout, options);
    const char *bold = has_colour ? COLOUR_BOLD : "", *off = has_colour ? COLOUR_OFF : "";
    size_t step;

    if (differences->count == 0)
        return;
    printf("%s--- revision %" PRId64 "%s\n%s+++ revision %" PRId64 "%s\n", bold, from, off, bold, to, off);
    for (size_t i = 0; i < differences->count; i += step) {
        const Ecommerce__Difference *difference = differences->items[i];
        step = 1;
        if (strcmp(difference->kind, "member") != 0) {
            print_difference(difference, has_colour);
            continue;
        }
        while (i + step < differences->count && is_of_group(differences->items[i + step], difference))
            step++;
        print_members(&differences->items[i], step, has_colour);
    }
}

static int diff(const void *given, const struct argument_words *words, struct arena *arena)
{
    Ecommerce__CompareRevisionsRequest ask = ECOMMERCE__COMPARE_REVISIONS_REQUEST__INIT;
    const struct ctl_options *options = given;
    struct ctl_connection connection;
    struct message_list differences = {0};
    int64_t revisions[2];

    for (int i = 0; i < 2; i++) {
        if (number_parse(words->items[i], 1, INT64_MAX, &revisions[i]) != NUMBER_OK) {
            display_error(options->name, "%s: the number of a revision is allowed", words->items[i]);
            return EX_USAGE;
        }
    }
    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    ask.from = revisions[0];
    ask.to = revisions[1];
    ask.page_size = PAGE_SIZE;
    if (list_pages(&connection, "CompareRevisions", &ask.base, &ask.page_token, arena, &differences, NULL) != LIST_OK)
        code = connection_fail(&connection, "");
    connection_close(&connection);
    if (code != COMMAND_OK)
        return code;
    if (options->is_json)
        list_print_json("differences", &differences, 0);
    else
        print_differences(&differences, revisions[0], revisions[1], options);
    return COMMAND_OK;
}

int command_diff(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Tells what differs between two revisions, - before and + after, in the words of a rule file.",
        .words = "A B",
        .words_min = 2,
        .words_max = 2};
    struct ctl_options options = {0};

    return options_run(&arguments, argc, argv, &options, diff);
}
