/* SPDX-License-Identifier: MIT */
/* catalogctl init: makes a new database of products and customers. */
#include <stdio.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

#define DEMO "the demo's products and customers"

struct init_options {
    bool demo;
    const char *currency;
};

static const struct argument_row rows[] = {
    FLAG_OPTION("demo", offsetof(struct init_options, demo), "fill it with " DEMO),
    TEXT_OPTION("currency", offsetof(struct init_options, currency), "CODE",
                "what prices are in, as EUR (ISO 4217); without it, the first import that names one tells"),
};

int command_init(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Makes a new catalog database. A file that exists is left as it is.",
                                        .words = "DATABASE",
                                        .words_min = 1,
                                        .words_max = 1,
                                        .rows = rows,
                                        .row_count = ARRAY_LENGTH(rows)};
    struct init_options options = {.currency = ""};
    struct argument_words words;
    struct arena arena = {0};
    char reason[512];
    int exponent;

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = words.items[0];
    arena_release(&arena);
    if (!currency_find(options.currency, &exponent)) {
        fprintf(stderr, "%s: --currency %s: a code of ISO 4217, as EUR, is allowed\n", argv[0], options.currency);
        return EX_USAGE;
    }
    if (!store_create(path, options.demo, options.currency, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: made, %s\n", path, options.demo ? "with " DEMO : "empty");
    return COMMAND_OK;
}
