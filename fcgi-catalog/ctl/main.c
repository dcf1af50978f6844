/* SPDX-License-Identifier: MIT */
/* catalogctl: makes, checks and upgrades the Catalog's database. */
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"

static const struct command rows[] = {
    {"init", "[--demo] DATABASE", "make a new database, empty or with the demo's products and customers", command_init},
    {"check", "DATABASE", "check a database whole, and count what is in it", command_check},
    {"upgrade", "DATABASE", "bring an older database to this version, as starting catalog.fcgi does", command_upgrade},
};

int main(int argc, char **argv)
{
    static const struct command_table table = {
        .program = "catalogctl",
        .purpose = "catalogctl -- makes, checks and upgrades the Catalog's database.\v",
        .rows = rows,
        .count = ARRAY_LENGTH(rows),
    };

    return command_main(&table, argc, argv);
}
