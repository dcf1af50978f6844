/* SPDX-License-Identifier: MIT */
/* discountctl init: makes a new database of rules. */
#include "common/ctl/init.h"

#include "discount/ctl/commands.h"
#include "discount/store/store.h"

int command_init(int argc, char **argv)
{
    static const struct init_command init = {.kind = "discount", .demo = "the demo's rule", .create = store_create};

    return init_run(&init, argc, argv);
}
