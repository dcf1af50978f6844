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

/* The variables that are read, whatever else comes. */
#define HTTP_VARIABLES(X)                                                                                              \
    X(CATALOG_BASE_PATH)                                                                                               \
    X(CONTENT_LENGTH)                                                                                                  \
    X(HTTP_ACCEPT)                                                                                                     \
    X(HTTP_ACCEPT_LANGUAGE)                                                                                            \
    X(HTTP_ACCESS_CONTROL_REQUEST_METHOD)                                                                              \
    X(HTTP_AUTHORIZATION)                                                                                              \
    X(HTTP_IF_MATCH)                                                                                                   \
    X(HTTP_IF_MODIFIED_SINCE)                                                                                          \
    X(HTTP_IF_NONE_MATCH)                                                                                              \
    X(HTTP_IF_UNMODIFIED_SINCE)                                                                                        \
    X(HTTP_ORIGIN)                                                                                                     \
    X(HTTP_TRANSFER_ENCODING)                                                                                          \
    X(HTTP_X_CATALOG_SECRET)                                                                                           \
    X(HTTP_X_FORWARDED_PREFIX)                                                                                         \
    X(HTTP_X_USER_ID)                                                                                                  \
    X(PATH_INFO)                                                                                                       \
    X(QUERY_STRING)                                                                                                    \
    X(REDIRECT_QUERY_STRING)                                                                                           \
    X(REMOTE_ADDR)                                                                                                     \
    X(REMOTE_USER)                                                                                                     \
    X(REQUEST_METHOD)                                                                                                  \
    X(REQUEST_URI)                                                                                                     \
    X(SCRIPT_FILENAME)                                                                                                 \
    X(SCRIPT_NAME)
#define HTTP_VARIABLE_ITEM(name) CGI_##name,
enum http_variable { HTTP_VARIABLES(HTTP_VARIABLE_ITEM) CGI_COUNT };

struct identity_proxies;

struct http_request {
    enum http_method method;
    const char *path;             /* decoded and normalised, below the program's base: "/", "/products" */
    const char *query;            /* as it came, "" when there is none */
    const char *base;             /* where clients find the program: what stands before the path in their addresses
                                     ("/catalog", "/cgi-bin/catalog.fcgi", ""), percent-encoded, without a slash at its
                                     end; for links */
    bool is_personal;             /* the answer is for this caller alone: the request has Authorization or
                                     REMOTE_USER (RFC 9111, 3.5), or its base is from a proxy */
    int64_t content_length;       /* CONTENT_LENGTH; -1 when absent or empty */
    const char *const *variables; /* NAME=value, ended by NULL */
    struct {
        const char *value; /* the last of this name; NULL: none */
        size_t count;
    } read[CGI_COUNT]; /* of them, by enum http_variable */
};

/* Where the program is, as far as its owner knows. */
struct http_mount {
    const char *base;    /* CATALOG_BASE_PATH: "/catalog"; "" or NULL when nobody said */
    const char *program; /* the name of the program's file, by which a script is known; NULL: nobody knows */
    const struct identity_proxies *proxies; /* whose X-Forwarded-Prefix counts; NULL: nobody's */
};

enum http_request_status {
    HTTP_REQUEST_OK,
    HTTP_REQUEST_INCOMPLETE, /* no REQUEST_METHOD: not a request at all, or one that broke off */
    HTTP_REQUEST_MALFORMED,  /* a path that cannot be decoded, is no UTF-8, holds control characters or climbs above the
                                root; a CONTENT_LENGTH that is no number. The path is "/", the variables can be read. */
};

/*
 * Reads the variables. Strings of the request are in `variables` or in `arena`. The explicit base, below which the web
 * server has the program, is the variable CATALOG_BASE_PATH, which only the web server can set, or else the mount's
 * base.
 *
 * The path is SCRIPT_NAME + PATH_INFO, or PATH_INFO alone when SCRIPT_NAME is a script's: its last segment ends in
 * .fcgi or .cgi. Where such a script has no PATH_INFO (Apache's FallbackResource and ErrorDocument) path and query are
 * REQUEST_URI's, the path below the script or its directory; when the client asked for exactly SCRIPT_NAME, it is a
 * script's if it has the program's name, and else a path. Then the explicit base is taken off; a path that is not below
 * it is taken as it is, for a proxy may have done so. Two and more slashes count as one; "." and ".." segments are
 * resolved.
 *
 * The request's base is the explicit one. Without one it is the X-Forwarded-Prefix that one of the proxies sent, once.
 * Else it is found along SCRIPT_NAME: the script, or its directory, when REQUEST_URI is below that; "" when SCRIPT_NAME
 * is no script's. What else REQUEST_URI has before the path proves nothing: a server may have rewritten it.
 */
MUST_CHECK enum http_request_status http_request_read(struct http_request *request, const char *const *variables,
                                                      const struct http_mount *mount, struct arena *arena);

/* The variables alone, which http_request_read() reads first; the rest of the request is left as it is. */
void http_request_read_variables(struct http_request *request, const char *const *variables);

/* The value of a variable, or NULL. With duplicates the last: a web server's own lines override what they include. */
const char *http_request_variable(const struct http_request *request, enum http_variable name);

/* The same, but "" when it is not there. */
const char *http_request_value(const struct http_request *request, enum http_variable name);

/* The values of a header that is a list, joined into one (RFC 9110, 5.3); NULL: there is none, or it is empty. In
 * `arena`, or the variable itself. */
const char *http_request_list(const struct http_request *request, enum http_variable name, struct arena *arena);

/* How many variables have this name: a header that a client sent twice under two spellings arrives twice. */
size_t http_request_count(const struct http_request *request, enum http_variable name);

#endif
