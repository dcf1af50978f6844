/* SPDX-License-Identifier: MIT */
/* catalogctl upgrade: brings a database of an older schema version to this program's. */
#include <stdio.h>

#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/import.h"
#include "fcgi-catalog/store/store.h"

/* An import of nothing: every import makes the words anew of products that other programs have changed. */
static bool import_nothing(const char *path, char *reason, size_t reason_size)
{
    struct import *import;

    if (!import_open(path, &import, reason, reason_size))
        return false;
    bool is_good =
        import->methods->begin(import) == IMPORT_OK && import->methods->commit(import, NULL, NULL) == IMPORT_OK;
    if (!is_good)
        snprintf(reason, reason_size, "%s: %s", path, import->reason);
    import_close(import);
    return is_good;
}

int command_upgrade(int argc, char **argv)
{
    const char *path = command_read_path(
        argc, argv,
        "Brings a database of an older schema version to this program's, whole or not at all. One of this version "
        "stays, but that products which other programs have changed are made to be found by all ways to write them.");
    char reason[1024];
    int version;

    if (!store_upgrade(path, &version, reason, sizeof reason) || !import_nothing(path, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    if (version == STORE_SCHEMA_VERSION)
        printf("%s: is of schema version %d already\n", path, version);
    else
        printf("%s: upgraded from schema version %d to %d\n", path, version, STORE_SCHEMA_VERSION);
    return COMMAND_OK;
}
