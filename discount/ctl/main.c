/* SPDX-License-Identifier: MIT */
/* discountctl: makes the Discount service's database. */
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/commands.h"

static const struct command rows[] = {
    {"init", "[--demo] DATABASE", "make a new database, empty or with the demo's rule", command_init},
};

int main(int argc, char **argv)
{
    static const struct command_table table = {
        .program = "discountctl",
        .purpose = "discountctl -- makes the Discount service's database.\v",
        .rows = rows,
        .count = ARRAY_LENGTH(rows),
    };

    return command_main(&table, argc, argv);
}
