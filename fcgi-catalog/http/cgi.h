/* SPDX-License-Identifier: MIT */
/* Plain CGI (RFC 3875): one request from the environment, one answer to standard output. */
#ifndef CATALOG_HTTP_CGI_H
#define CATALOG_HTTP_CGI_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

struct cgi_options {
    const char *const *variables; /* environ */
    struct http_mount mount;
    const char *cors_origins; /* see cors.h */
    size_t body_max;          /* bytes of standard input that are read away before the answer */
    http_handler *handler;
    http_error_page *error_page; /* NULL: people get errors as text */
    void *handler_data;          /* of both */
};

/*
 * Calls the handler with the request. The answer is written to standard output when the exchange is finished, at once
 * or later: *is_finished is true then. One request per process: the exchange lives in static storage.
 */
void cgi_serve(const struct cgi_options *options, bool *is_finished);

/* Answers the one request with an error, when the program cannot even begin to serve it: no handler is called. */
void cgi_refuse(const struct cgi_options *options, int status, const char *detail);

#endif
