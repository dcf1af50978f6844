/* SPDX-License-Identifier: MIT */
/* discountctl group set, add, drop: changing groups. */
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "common/ctl/command.h"
#include "common/number.h"
#include "discount/ctl/changeset.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"

static int run_change(const struct change *change, const struct change_options *options, struct arena *arena)
{
    struct changeset set = {.arena = arena};

    changeset_add(&set, change, CHANGESET_NOT_OF_FILE);
    return changeset_run(&set, options);
}

static int set_group(const void *options, const struct argument_words *words, struct arena *arena)
{
    const struct change change = {
        .kind = CHANGE_SET_GROUP, .key = words->items[0], .label = words->count > 1 ? words->items[1] : ""};

    return run_change(&change, options, arena);
}

int command_group_set(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Adds a group, or changes its label. Its members stay.",
                                        .words = "KEY [LABEL]",
                                        .words_min = 1,
                                        .words_max = 2,
                                        .rows = change_option_rows,
                                        .row_count = change_option_count};
    struct change_options options = {0};

    return options_run(&arguments, argc, argv, &options, set_group);
}

/* "77", or "77-80". */
static bool read_range(struct arena *arena, const char *word, int64_t *first, int64_t *last)
{
    const char *hyphen = strchr(word, '-');

    if (hyphen == NULL) {
        bool is_number = number_parse(word, 1, INT32_MAX, first) == NUMBER_OK;
        *last = *first;
        return is_number;
    }
    const char *start = arena_copy(arena, word, (size_t)(hyphen - word));
    return number_parse(start, 1, INT32_MAX, first) == NUMBER_OK &&
           number_parse(hyphen + 1, *first, INT32_MAX, last) == NUMBER_OK;
}

/* All customers that the words name. False: it was told what is wrong with one. */
static bool read_customers(const struct change_options *options, char **words, size_t count, struct arena *arena,
                           struct change *change)
{
    int64_t first = 0, last = 0;
    size_t total = 0;

    for (size_t i = 0; i < count; i++) {
        if (!read_range(arena, words[i], &first, &last)) {
            display_error(options->ctl.name,
                          "%s: a customer's id from 1 to 2147483647 is allowed, or two such as 77-80", words[i]);
            return false;
        }
        total += (size_t)(last - first + 1);
        if (total > CHANGE_MEMBERS_MAX) {
            display_error(options->ctl.name, "%s: more than %d customers in one command", words[i], CHANGE_MEMBERS_MAX);
            return false;
        }
    }
    int32_t *ids = arena_get(arena, total * sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        if (read_range(arena, words[i], &first, &last)) {
            for (int64_t id = first; id <= last; id++)
                ids[change->customer_count++] = (int32_t)id;
        }
    }
    change->customer_ids = ids;
    return true;
}

struct member_options {
    struct change_options change;
    enum change_kind kind;
};

static int change_members(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct member_options *options = given;
    struct change change = {.kind = options->kind, .key = words->items[0]};

    if (!read_customers(&options->change, words->items + 1, words->count - 1, arena, &change))
        return EX_USAGE;
    return run_change(&change, &options->change, arena);
}

static int run_members(int argc, char **argv, enum change_kind kind, const char *purpose)
{
    const struct arguments arguments = {.purpose = purpose,
                                        .words = "KEY CUSTOMER...",
                                        .words_min = 2,
                                        .words_max = SIZE_MAX,
                                        .rows = change_option_rows,
                                        .row_count = change_option_count};
    struct member_options options = {.kind = kind};

    return options_run(&arguments, argc, argv, &options, change_members);
}

int command_group_add(int argc, char **argv)
{
    return run_members(argc, argv, CHANGE_ADD_MEMBERS, "Adds customers to a group.");
}

int command_group_drop(int argc, char **argv)
{
    return run_members(argc, argv, CHANGE_REMOVE_MEMBERS, "Takes customers out of a group.");
}
