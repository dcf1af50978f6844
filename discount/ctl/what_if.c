/* SPDX-License-Identifier: MIT */
/* Reading what preview and lint are asked. */
#include "discount/ctl/what_if.h"

#include "common/ctl/command.h"
#include "discount/ctl/input.h"
#include "discount/ctl/when.h"

#define FIELD(name) offsetof(struct what_if_options, name)

const struct argument_row what_if_rows[WHAT_IF_ROWS] = {
    {.name = "prune",
     .type = ARGUMENT_FLAG,
     .offset = FIELD(is_pruning),
     .help = "as if all that the rule file does not name were removed"},
    {.name = "products",
     .type = ARGUMENT_TEXT,
     .offset = FIELD(source.products),
     .value = "CSV",
     .help = PRODUCTS_HELP},
    {.name = "catalog",
     .type = ARGUMENT_TEXT,
     .offset = FIELD(source.catalog),
     .value = "DATABASE",
     .help = CATALOG_HELP},
    {.name = "at", .type = ARGUMENT_TEXT, .offset = FIELD(at), .value = "WHEN", .help = "then, instead of now"},
    {.name = "zone",
     .type = ARGUMENT_TEXT,
     .offset = FIELD(zone),
     .value = "ZONE",
     .help = "WHEN's time zone; UTC when not given"},
    {.name = "limit",
     .type = ARGUMENT_NUMBER,
     .offset = FIELD(limit),
     .value = "N",
     .help = "how many to list (1000); all are counted",
     .min = 1,
     .max = 1000000},
};

int what_if_read(struct what_if *what_if, const struct what_if_options *options, const char *path)
{
    int code = when_read(&options->ctl, "at", options->at, options->zone, &what_if->at);

    what_if->set.arena = what_if->arena;
    if (code == COMMAND_OK && path != NULL) {
        code = input_rulefile(&options->ctl, path, what_if->arena, &what_if->rulefile);
        if (code == COMMAND_OK) {
            changeset_add_file(&what_if->set, input_name(path), &what_if->rulefile, options->is_pruning);
            code = changeset_check(&what_if->set, &options->ctl);
        }
    }
    if (code == COMMAND_OK && (options->source.products != NULL || options->source.catalog != NULL))
        code = product_file_read(&options->ctl, &options->source, what_if->arena, &what_if->products);
    return code;
}
