/* SPDX-License-Identifier: MIT */
/* Which implementation a location is for. */
#include "discount/store/store.h"

#include <stdlib.h>

#include "common/memory.h"

#include "discount/store/sqlite/sqlite.h"

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

int store_attend(const char *location)
{
    return methods_of(location)->attend(location);
}

bool store_is_alone(const char *location, int attendance)
{
    return methods_of(location)->is_alone(attendance);
}

bool store_upgrade(const char *location, int *upgraded_from, char *reason, size_t reason_size)
{
    return methods_of(location)->upgrade(location, upgraded_from, reason, reason_size);
}

bool store_create(const char *location, bool demo, char *reason, size_t reason_size)
{
    return methods_of(location)->create(location, demo, reason, reason_size);
}
