/* SPDX-License-Identifier: MIT */
/* Which database. */
#include "fcgi-catalog/ctl/commands.h"

#include <stdio.h>
#include <stdlib.h>

const char *database_choose(const struct argument_words *words, size_t index, const char *command)
{
    const char *path = words->count > index ? words->items[index] : getenv("CATALOG_DATABASE");

    if (path != NULL && path[0] != '\0')
        return path;
    fprintf(stderr, "%s: DATABASE is missing; it stands at the end of the line, or in CATALOG_DATABASE\n", command);
    fprintf(stderr, "Try `%s --help' or `%s --usage' for more information.\n", command, command);
    return NULL;
}
