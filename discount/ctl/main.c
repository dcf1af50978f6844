/* SPDX-License-Identifier: MIT */
/* discountctl: makes the Discount service's database, and looks after the rules of a running service. */
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/libraries.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/json.h"
#include "discount/ctl/options.h"

static const struct command rule_rows[] = {
    {"list", "[OPTION...]", "rules by lane, kind, customer, group, product, category, time, text", command_rule_list},
    {"show", "KEY", "a rule, as a rule file says it", command_rule_show},
    {"set", "FILE|-", "add or replace the rules of a rule file", command_rule_set},
    {"remove", "KEY...", "remove rules", command_rule_remove},
    {"enable", "KEY...", "let rules apply", command_rule_enable},
    {"disable", "KEY...", "keep rules, but let them not apply", command_rule_disable},
};

static const struct command group_rows[] = {
    {"list", "[--customer N]", "the groups, or those of one customer", command_group_list},
    {"show", "KEY", "a group and its members, as a rule file says it", command_group_show},
    {"set", "KEY [LABEL]", "add a group or change its label", command_group_set},
    {"remove", "KEY...", "remove groups with their members", command_group_remove},
    {"add", "KEY CUSTOMER...", "add members: ids, or 77-80", command_group_add},
    {"drop", "KEY CUSTOMER...", "remove members", command_group_drop},
};

static const struct command product_rows[] = {
    {"list", "", "the products that rules may name", command_product_list},
    {"set", "ID SLUG [--floor N]", "add a product or change the one of that id", command_product_set},
    {"remove", "SLUG...", "remove products", command_product_remove},
};

static const struct command_table rule_table = {.program = "discountctl",
                                                .purpose = "discountctl rule -- the rules.\v",
                                                .rows = rule_rows,
                                                .count = ARRAY_LENGTH(rule_rows)};
static const struct command_table group_table = {.program = "discountctl",
                                                 .purpose = "discountctl group -- customers who are treated alike.\v",
                                                 .rows = group_rows,
                                                 .count = ARRAY_LENGTH(group_rows)};
static const struct command_table product_table = {.program = "discountctl",
                                                   .purpose = "discountctl product -- what rules may name.\v",
                                                   .rows = product_rows,
                                                   .count = ARRAY_LENGTH(product_rows)};

static const struct command rows[] = {
    {"init", "[--demo] DATABASE", "make a new database, empty or with the demo's rule", command_init},
    {"import", "FILE|- [--prune] [--dry-run]", "set what a rule file names; --prune: and remove all else",
     command_import},
    {"import", "--prices RULE FILE.csv|-", "set the prices of a price list", command_import},
    {"export", "[--output FILE]", "everything, as a rule file", command_export},
    {"export", "--prices RULE [--output FILE]", "the prices of a price list, as CSV", command_export},
    {"explain", "CUSTOMER PRODUCT --catalog DATABASE|--price N [OPTION...]",
     "why a customer (0: nobody in particular) pays what they pay", command_explain},
    {"preview", "FILE|- --catalog DATABASE|--products CSV [OPTION...]", "what importing a rule file would do to prices",
     command_preview},
    {"lint", "[FILE|-] [--catalog DATABASE|--products CSV] [OPTION...]",
     "rules that make no sense, as they are or would be", command_lint},
    {"history", "[--limit N]", "who changed the rules when and why", command_history},
    {"diff", "A B", "what differs between two revisions", command_diff},
    {"rollback", "REVISION", "make the rules what they were", command_rollback},
    {"status", "", "what the service runs and prices by", command_status},
};

static const struct command_group groups[] = {
    {"rule", &rule_table}, {"group", &group_table}, {"product", &product_table}};

int main(int argc, char **argv)
{
    const struct command_table table = {
        .program = "discountctl",
        .purpose = "discountctl -- makes the Discount service's database, and looks after the rules of a running "
                   "service.\v"
                   "Settings: environment variables, or NAME=value lines of the file named by --config, by "
                   "DISCOUNTCTL_CONFIG, or of discountctl.conf beside the program: DISCOUNT_SERVICE_HOST, "
                   "DISCOUNTCTL_TLS_CA, DISCOUNTCTL_TLS_CERTIFICATE, DISCOUNTCTL_TLS_KEY. What changes rules takes "
                   "--message WHY and --expect REVISION. WHEN is a date or 2026-11-27T18:00, in the --zone or "
                   "DISCOUNTCTL_TIME_ZONE, else UTC.",
        .rows = rows,
        .count = ARRAY_LENGTH(rows),
        .groups = groups,
        .group_count = ARRAY_LENGTH(groups),
        .options = ctl_option_rows,
        .option_count = ctl_option_count,
        .libraries = libraries_all,
        .exit_codes = "0 done, 1 failed, 2 refused because of faults, 3 not found, 4 the rules have moved on, 5 the "
                      "service cannot be reached or does not let this identity in, 6 lint found something, 7 the "
                      "change may have been made or may still be, 64 wrong "
                      "usage, 78 wrong setting",
    };

    libraries_start();
    json_start();
    return command_main(&table, argc, argv);
}
