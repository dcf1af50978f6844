/* SPDX-License-Identifier: MIT */
/* catalogctl check: looks at a whole database and says what is in it. */
#include <inttypes.h>
#include <stdio.h>

#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

static bool check(const char *path, struct store_counts *counts, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return false;
    store_close(store);
    return store_check(path, counts, reason, reason_size);
}

int command_check(int argc, char **argv)
{
    const char *path = command_read_path(
        argc, argv, "Opens the database as the catalog does, checks it whole, and counts what is in it.");
    struct store_counts counts;
    char reason[512];

    if (!check(path, &counts, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: OK, %" PRId64 " products, %" PRId64 " customers, %" PRId64 " categories\n", path, counts.products,
           counts.customers, counts.categories);
    return COMMAND_OK;
}
