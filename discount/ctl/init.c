/* SPDX-License-Identifier: MIT */
/* discountctl init: makes a new database of rules, empty or with the demo's. */
#include <stdio.h>

#include "common/compiler.h"
#include "common/ctl/command.h"

#include "discount/ctl/commands.h"
#include "discount/store/store.h"

#define DEMO "the demo's rule"

int command_init(int argc, char **argv)
{
    static const struct argument_row rows[] = {FLAG_OPTION("demo", 0, "fill it with " DEMO)};
    const struct arguments arguments = {.purpose =
                                            "Makes a new discount database. A file that exists is left as it is.",
                                        .words = "DATABASE",
                                        .words_min = 1,
                                        .words_max = 1,
                                        .rows = rows,
                                        .row_count = ARRAY_LENGTH(rows)};
    bool demo = false;
    struct argument_words words;
    struct arena arena = {0};
    char reason[512];

    arguments_read(&arguments, argc, argv, &arena, &demo, &words);
    const char *path = words.items[0];
    arena_release(&arena);
    if (!store_create(path, demo, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: made, %s\n", path, demo ? "with " DEMO : "empty");
    return COMMAND_OK;
}
