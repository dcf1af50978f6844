/* SPDX-License-Identifier: MIT */
/* discountctl rule set, remove, enable, disable: changing rules. */
#include <stdint.h>

#include "common/ctl/command.h"
#include "discount/ctl/changeset.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/input.h"

/* Only rules: what else the file says is for `import`. */
static int check_is_rules(const struct rulefile *rulefile, const struct change_options *options, const char *file,
                          struct arena *arena)
{
    struct fault_list notes = {.arena = arena};
    char subject[300];

    for (size_t i = 0; i < rulefile->change_count; i++) {
        enum change_kind kind = rulefile->changes[i].kind;
        if (kind == CHANGE_SET_GROUP || kind == CHANGE_SET_PRODUCT)
            fault_list_add(&notes, rulefile_line(rulefile, i, ""),
                           change_subject(&rulefile->changes[i], subject, sizeof subject), "",
                           "only rules are set here; \"discountctl import\" takes the rest, too");
    }
    return notes.count == 0 ? COMMAND_OK : fault_notes_tell(&notes, &options->ctl, file);
}

static int set_rules(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct change_options *options = given;
    const char *path = words->items[0];
    struct changeset set = {.arena = arena};
    struct rulefile rulefile;

    int code = input_rulefile(&options->ctl, path, arena, &rulefile);
    if (code == COMMAND_OK)
        code = check_is_rules(&rulefile, options, input_name(path), arena);
    if (code != COMMAND_OK)
        return code;
    changeset_add_file(&set, input_name(path), &rulefile, false);
    return changeset_run(&set, options);
}

int command_rule_set(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Adds the rules of a rule file (\"-\": of standard input), or replaces those of their keys.",
        .words = "FILE",
        .words_min = 1,
        .words_max = 1,
        .rows = change_option_rows,
        .row_count = change_option_count};
    struct change_options options = {0};

    return options_run(&arguments, argc, argv, &options, set_rules);
}

/* ---- A change for each key of the command line ---- */

struct key_options {
    struct change_options change;
    enum change_kind kind;
};

static int change_keys(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct key_options *options = given;
    struct changeset set = {.arena = arena};

    for (size_t i = 0; i < words->count; i++) {
        const struct change change = {.kind = options->kind, .key = words->items[i]};
        changeset_add(&set, &change, CHANGESET_NOT_OF_FILE);
    }
    return changeset_run(&set, &options->change);
}

static int run_keys(int argc, char **argv, enum change_kind kind, const char *purpose)
{
    const struct arguments arguments = {.purpose = purpose,
                                        .words = "KEY...",
                                        .words_min = 1,
                                        .words_max = SIZE_MAX,
                                        .rows = change_option_rows,
                                        .row_count = change_option_count};
    struct key_options options = {.kind = kind};

    return options_run(&arguments, argc, argv, &options, change_keys);
}

int command_rule_remove(int argc, char **argv)
{
    return run_keys(argc, argv, CHANGE_REMOVE_RULE, "Removes rules.");
}

int command_rule_enable(int argc, char **argv)
{
    return run_keys(argc, argv, CHANGE_ENABLE_RULE, "Lets rules apply again.");
}

int command_rule_disable(int argc, char **argv)
{
    return run_keys(argc, argv, CHANGE_DISABLE_RULE, "Keeps rules, but lets them not apply.");
}

int command_group_remove(int argc, char **argv)
{
    return run_keys(argc, argv, CHANGE_REMOVE_GROUP, "Removes groups with their members.");
}

int command_product_remove(int argc, char **argv)
{
    return run_keys(argc, argv, CHANGE_REMOVE_PRODUCT, "Removes products from those that rules may name.");
}
