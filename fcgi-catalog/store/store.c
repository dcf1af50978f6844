/* SPDX-License-Identifier: MIT */
/* The store: picks the implementation by the location. */
#include "fcgi-catalog/store/store.h"

#include <stdlib.h>

#include "common/memory.h"
#include "fcgi-catalog/store/import.h"
#include "fcgi-catalog/store/sqlite/sqlite.h"

/* All locations are paths of files so far; another implementation has locations that begin with its scheme. */
static const struct store_methods *methods_of(const char *location)
{
    (void)location;
    return &store_sqlite;
}

bool store_open(const char *location, struct store **store, char *reason, size_t reason_size)
{
    struct store *opened = memory_get_zeroed(1, sizeof *opened);

    opened->methods = methods_of(location);
    if (!opened->methods->open(location, opened, reason, reason_size)) {
        store_close(opened);
        return false;
    }
    *store = opened;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store->methods->close(store);
    free(store);
}

void store_walk_end(struct store_walk *walk)
{
    if (walk != NULL)
        walk->end(walk);
}

bool store_create(const char *location, bool demo, const char *currency, char *reason, size_t reason_size)
{
    return methods_of(location)->create(location, demo, currency, reason, reason_size);
}

bool store_upgrade(const char *location, int *upgraded_from, char *reason, size_t reason_size)
{
    return methods_of(location)->upgrade(location, upgraded_from, reason, reason_size);
}

bool store_check(const char *location, struct store_counts *counts, char *reason, size_t reason_size)
{
    return methods_of(location)->check(location, counts, reason, reason_size);
}

bool import_open(const char *location, struct import **import, char *reason, size_t reason_size)
{
    return methods_of(location)->open_import(location, import, reason, reason_size);
}

void import_close(struct import *import)
{
    if (import != NULL)
        import->methods->close(import);
}
