/* SPDX-License-Identifier: MIT */
/* catalogctl init: makes a new database of products and customers. */
#include "common/ctl/init.h"

#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

int command_init(int argc, char **argv)
{
    static const struct init_command init = {
        .kind = "catalog", .demo = "the demo's products and customers", .create = store_create};

    return init_run(&init, argc, argv);
}
