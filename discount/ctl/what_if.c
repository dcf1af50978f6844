/* SPDX-License-Identifier: MIT */
/* Reading what preview and lint are asked. */
#include "discount/ctl/what_if.h"

#include "common/ctl/command.h"
#include "discount/ctl/input.h"
#include "discount/ctl/when.h"

#define FIELD(name) offsetof(struct what_if_options, name)

const struct argument_row what_if_rows[WHAT_IF_ROWS] = {
    FLAG_OPTION("prune", FIELD(is_pruning), "as if all that the rule file does not name were removed"),
    TEXT_OPTION("products", FIELD(source.products), "CSV", PRODUCTS_HELP),
    TEXT_OPTION("catalog", FIELD(source.catalog), "DATABASE", CATALOG_HELP),
    TEXT_OPTION("at", FIELD(at), "WHEN", "then, instead of now"),
    TEXT_OPTION("zone", FIELD(zone), "ZONE", "WHEN's time zone, instead of DISCOUNTCTL_TIME_ZONE"),
    NUMBER_OPTION("limit", FIELD(limit), "N", "how many to list (1000); all are counted", 1, 1000000),
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
