/* SPDX-License-Identifier: MIT */
/* catalogctl: makes, fills, checks and upgrades the Catalog's database, and looks after its customers. */
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/libraries.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/import/reader.h"

static const struct command rows[] = {
    {"init", "[--demo] [--currency CODE] DATABASE",
     "make a new database, empty or with the demo's products and customers", command_init},
    {"import", "[OPTION...] FILE [DATABASE]",
     "put the products of a file into the catalog, all of them or none: CSV, JSON Lines or lists, the export of "
     "another shop system, or a feed for Google",
     command_import},
    {"export", "[--format csv|jsonl] [--spreadsheet] [--output FILE] [DATABASE]",
     "write every product as import reads it", command_export},
    {"check", "[--details] [--json] DATABASE", "check a database whole, and count what is in it", command_check},
    {"upgrade", "DATABASE", "bring an older database to this version, as starting catalog.fcgi does", command_upgrade},
    {"shop", "[--currency CODE] [--time-zone ZONE] [--json] [DATABASE]",
     "show the currency and the time zone, or set them", command_shop},
    {"sync", "[--config FILE] [DATABASE]",
     "tell Discount which products and categories there are, as a running catalog.fcgi does", command_sync},
};

static const struct command customer_rows[] = {
    {"list", "[--csv|--spreadsheet|--json|--ids] [--login LOGIN...] [DATABASE]", "customers in the order of ids",
     command_customer_list},
    {"import", "[OPTION...] FILE [DATABASE]", "put the customers of a CSV file into the catalog, all of them or none",
     command_customer_import},
    {"set", "[--id ID] [--login LOGIN] [OPTION...] [DATABASE]", "add a customer or change the one of that id or login",
     command_customer_set},
    {"remove", "--id ID|--login LOGIN... [DATABASE]", "remove customers", command_customer_remove},
};

static const struct command_table customer_table = {.program = "catalogctl",
                                                    .purpose = "catalogctl customer -- who may buy.\v",
                                                    .rows = customer_rows,
                                                    .count = ARRAY_LENGTH(customer_rows)};

static const struct command_group groups[] = {{"customer", &customer_table}};

int main(int argc, char **argv)
{
    const struct library libraries[] = {
        libraries_all[0], libraries_all[1], libraries_all[2], {"libexpat", import_expat_version}, {0},
    };
    const struct command_table table = {
        .program = "catalogctl",
        .purpose = "catalogctl -- makes, fills, checks and upgrades the Catalog's database.\v",
        .rows = rows,
        .count = ARRAY_LENGTH(rows),
        .groups = groups,
        .group_count = ARRAY_LENGTH(groups),
        .libraries = libraries,
        .exit_codes =
            "0 done, 1 failed, 2 what was given has faults and nothing was changed, 3 not found, 64 wrong usage",
    };

    libraries_start();
    return command_main(&table, argc, argv);
}
