/* SPDX-License-Identifier: MIT */
/*
 * An HTTP request as CGI variables tell it (RFC 3875), whichever web server and module sent them. Pure: the variables
 * come in as an array of NAME=value strings, nothing is read from anywhere else.
 */
#ifndef CATALOG_HTTP_REQUEST_H
#define CATALOG_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_OPTIONS, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

struct http_request {
    enum http_method method;
    const char *path;             /* decoded and normalised, below the program's base: "/", "/products" */
    const char *mount;            /* the program's base as its owner set it, "" when nobody did */
    const char *query;            /* QUERY_STRING as it came, "" when there is none */
    int64_t content_length;       /* CONTENT_LENGTH; -1 when absent or empty */
    const char *const *variables; /* NAME=value, ended by NULL */
};

enum http_request_status {
    HTTP_REQUEST_OK,
    HTTP_REQUEST_INCOMPLETE, /* no REQUEST_METHOD: not a request at all, or one that broke off */
    HTTP_REQUEST_MALFORMED,  /* a path that cannot be decoded, is no UTF-8, holds control characters or climbs above the
                                root; a CONTENT_LENGTH that is no number. The path is "/", the variables can be read. */
};

/*
 * Reads the variables. Strings of the request are in `variables` or in `arena`. `base` is where the program is mounted
 * ("/catalog"), "" or NULL when nobody said; a variable CATALOG_BASE_PATH, which only the web server can set, goes
 * before it.
 *
 * The path is SCRIPT_NAME + PATH_INFO, or PATH_INFO alone when SCRIPT_NAME's last segment ends in .fcgi or .cgi. Where
 * such a script has no PATH_INFO (Apache's FallbackResource) the path is REQUEST_URI's, below the script or its
 * directory. Then an explicit base is taken off; a path that is not below it is taken as it is. Two and more slashes
 * count as one; "." and ".." segments are resolved.
 */
MUST_CHECK enum http_request_status http_request_read(struct http_request *request, const char *const *variables,
                                                      const char *base, struct arena *arena);

/* The value of a variable, or NULL. With duplicates the first. */
const char *http_request_variable(const struct http_request *request, const char *name);

/* How many variables have this name: a header that a client sent twice under two spellings arrives twice. */
size_t http_request_variable_count(const struct http_request *request, const char *name);

/*
 * Where clients find the program: what stands before the path in their addresses ("/catalog", "/cgi-bin/catalog.fcgi",
 * ""), percent-encoded, without a slash at its end. For links. In `arena`.
 */
const char *http_request_base(const struct http_request *request, struct arena *arena);

/*
 * Which of `count` media types ("text/html") the client would rather have, by its Accept header (RFC 9110, 12.5.1); -1:
 * it takes none of them. Without a header, and among those it wants as much and names as closely, the first.
 */
int http_request_choose(const struct http_request *request, const char *const *types, size_t count);

#endif
