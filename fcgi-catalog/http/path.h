/* SPDX-License-Identifier: MIT */
/* The path that a request means, from the variables in which web servers hide it. Pure. Used by request.c. */
#ifndef CATALOG_HTTP_PATH_H
#define CATALOG_HTTP_PATH_H

#include "common/arena.h"
#include "common/compiler.h"

/* "" for what is not there; never NULL. */
struct path_source {
    const char *script_name; /* SCRIPT_NAME and PATH_INFO arrive decoded */
    const char *path_info;
    const char *request_uri; /* REQUEST_URI does not */
    const char *base;        /* where the program is mounted, "/catalog" */
};

/* The path below the program's base, decoded and normalised, in `arena`; NULL when it is malformed. The rule is in
 * request.h. */
MUST_CHECK const char *path_resolve(const struct path_source *source, struct arena *arena);

/*
 * What stands before `path`, as path_resolve() gave it, in the address that the client asked for; where REQUEST_URI
 * does not tell, `mount`. Percent-encoded, without a slash at its end. In `arena`.
 */
const char *path_base(const char *request_uri, const char *path, const char *mount, struct arena *arena);

#endif
