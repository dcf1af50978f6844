/* SPDX-License-Identifier: MIT */
/*
 * An exchange: one request and its answer, with the memory they need. A handler fills the response and finishes the
 * exchange, at once or later, on its own thread or another one. Whether FastCGI or plain CGI carries it, a handler
 * cannot tell.
 */
#ifndef CATALOG_HTTP_EXCHANGE_H
#define CATALOG_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/http/request.h"

/* Header lines of every answer: clients must go by its Content-Type, and not guess. */
#define HTTP_HEADERS_ALWAYS "X-Content-Type-Options: nosniff\r\n"

/* A piece of a body, not ended by NUL. */
struct http_piece {
    const char *bytes;
    size_t length;
};

/*
 * Where a body comes from that is too large to be in memory: it is made while it is sent, a piece at a time, as fast as
 * its reader takes it. Such an exchange is finished on the handler's thread, and its pieces are made there, between
 * other requests.
 */
struct http_source {
    uint64_t left; /* bytes of the body that are still to come; at first its length, which its reader is promised */
    bool is_wrong; /* there were more, or fewer */
    /* The next piece, some 64 KiB at most, which lives until the next call. False: no more can be made, and the log
     * says why. The client sees that bytes are missing. */
    bool (*next)(struct http_source *source, struct http_piece *piece);
    /* Called once, when no more is wanted: all is sent, the reader has gone, or nobody wants a body. */
    void (*release)(struct http_source *source);
};

struct http_response {
    int status;               /* 200, 404, …; 200 at first */
    const char *content_type; /* NULL: no body */
    const char
        *headers; /* more header lines, each ended by "\r\n"; "" at first. Only from constants and checked values. */
    const char *body;
    size_t body_length;
    struct http_source *source; /* instead of `body`; NULL: none */
};

/* A body for people. */
struct http_page {
    const char *content_type;
    const char *headers; /* that go with it, each ended by "\r\n" */
    const char *body;
    size_t body_length;
};

struct problem;
struct http_exchange;

/* Makes the page of an error that is told in the exchange's answer; it lives in the exchange's arena. Any thread. */
typedef struct http_page http_error_page(void *data, struct http_exchange *exchange, const struct problem *problem);

struct http_exchange {
    struct http_request request;
    struct http_response response;
    const char *also_varies;     /* more headers that can change the answer (Vary); NULL: none */
    struct arena arena;          /* reset when the exchange is finished */
    int64_t arrived_ns;          /* when the request was read, on common/clock.h's clock */
    void *handler_data;          /* the handler's own */
    http_error_page *error_page; /* NULL: people get errors as text */
    void *error_data;
    /* Sends the response. Set by the carrier of the exchange: cgi.c or fastcgi.c. */
    void (*finish)(struct http_exchange *exchange);
};

/* Called for each request, in the order of arrival, on one thread. */
typedef void http_handler(void *data, struct http_exchange *exchange);

/* Makes the exchange ready for the next request, all but `request` and the handler's fields. For carriers. */
void http_exchange_begin(struct http_exchange *exchange);

/* Sends the response and ends the exchange: it, its arena and its request are gone after this. Exactly once; from any
 * thread. The body stays away when the method is HEAD. */
void http_exchange_finish(struct http_exchange *exchange);

/* The response's head as CGI wants it (RFC 3875, 6.3): Status with its reason, Content-Type, Content-Length,
 * X-Content-Type-Options, headers, an empty line. In the exchange's arena. Without the length a body that was cut would
 * look whole to many a web server. */
const char *http_exchange_head(struct http_exchange *exchange, size_t *length);

/* How many bytes of `body` are sent: none for HEAD, where the status allows none, and where there is a source. */
size_t http_exchange_body_length(const struct http_exchange *exchange);

/* The source whose pieces follow the head, to be released by the carrier. NULL: there is none, or no body is sent and
 * the source has been released. To be called once. */
struct http_source *http_exchange_take_source(struct http_exchange *exchange);

/* The source's next piece; when nothing is left, one without bytes. False: the source failed, or its length is not as
 * promised, and nothing more of it may be sent. */
MUST_CHECK bool http_source_next(struct http_source *source, struct http_piece *piece);

/* Adds a header line to the response. `value` must hold no control characters (assert). */
void http_response_add_header(struct http_exchange *exchange, const char *name, const char *value);

/* Adds header lines, each ended by "\r\n". */
void http_response_add_headers(struct http_exchange *exchange, const char *lines);

#endif
