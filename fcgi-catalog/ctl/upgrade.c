/* SPDX-License-Identifier: MIT */
/* catalogctl upgrade: brings a database of an older schema version to this program's. */
#include <stdio.h>

#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

int command_upgrade(int argc, char **argv)
{
    const char *path = command_read_path(
        argc, argv,
        "Brings a database of an older schema version to this program's, whole or not at all. One of this version is "
        "left as it is.");
    char reason[512];
    int version;

    if (!store_upgrade(path, &version, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    if (version == STORE_SCHEMA_VERSION)
        printf("%s: is of schema version %d already\n", path, version);
    else
        printf("%s: upgraded from schema version %d to %d\n", path, version, STORE_SCHEMA_VERSION);
    return COMMAND_OK;
}
