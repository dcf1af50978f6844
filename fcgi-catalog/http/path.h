/* SPDX-License-Identifier: MIT */
/* The path that a request means, from the variables in which web servers hide it. Pure. Used by request.c. */
#ifndef CATALOG_HTTP_PATH_H
#define CATALOG_HTTP_PATH_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/compiler.h"

/* "" for what is not there; never NULL. */
struct path_source {
    const char *script_name; /* SCRIPT_NAME and PATH_INFO arrive decoded */
    const char *path_info;
    const char *request_uri;     /* REQUEST_URI does not */
    const char *script_filename; /* SCRIPT_FILENAME, a file or what a server made up */
    const char *program;         /* the name of the program's file, "catalog.fcgi" */
    const char *base;            /* where its owner says that the program is mounted, "/catalog" */
};

/* The path below the program's base, decoded and normalised, in `arena`; NULL when it is malformed. The rule is in
 * request.h. */
MUST_CHECK const char *path_resolve(const struct path_source *source, struct arena *arena);

/* Whether path_resolve() takes the path from REQUEST_URI: the script was called by itself, or for an address that names
 * no file. */
bool path_is_from_uri(const struct path_source *source, struct arena *arena);

/* Where clients find the program, by the rule in request.h. Percent-encoded, without a slash at its end. In `arena`. */
const char *path_base(const struct path_source *source, struct arena *arena);

/* The same for a base from a header (X-Forwarded-Prefix), "/shop"; NULL: it is malformed. */
const char *path_read_base(const char *text, struct arena *arena);

#endif
