/* SPDX-License-Identifier: MIT */
/*
 * The FastCGI responder: a readiness loop over libfcgi, which is used in this room's fastcgi.c and nowhere else.
 *
 * libfcgi's own accept loop would bind the process to one connection until the web server closes it. Here epoll waits
 * for all of them, idle or new, and libfcgi is handed only requests whose head has come (head.h). The loop's thread
 * reads requests and calls the handler; it never waits for an answer. An answer is sent by the thread that finishes its
 * exchange, as far as the connection takes it at once, and the rest by the loop's thread when it takes more: no thread
 * waits for a web server or its client. A connection that the web server keeps open goes back to the loop.
 */
#ifndef CATALOG_HTTP_FASTCGI_H
#define CATALOG_HTTP_FASTCGI_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

struct fastcgi_options {
    int listen_fd; /* the listening socket, 0 by the FastCGI specification (2.2) */
    struct http_mount mount;
    const char *cors_origins; /* see cors.h */
    int64_t answer_ms; /* how long an answer may take to be read, and again for each MiB of it; then it is cut off */
    http_handler *handler;
    http_error_page *error_page; /* NULL: people get errors as text */
    void *handler_data;          /* of both */
    void (*ready)(void);         /* called when nothing is left that could keep it from serving. May be NULL. */
    int event_fd;                /* the handler's eventfd, at which woken() is called; 0: none */
    /* Called on the loop's thread whenever it wakes up with work, before the handler, so that a handler can look at a
     * changing thing once for many requests. May be NULL. */
    void (*woken)(void *handler_data);
    /* Called when the handler has had every request of that wake-up, so that it can send in one go what they ask of
     * others. May be NULL. */
    void (*served)(void *handler_data);
};

/* Whether descriptor `fd` is a listening socket, that is, whether a web server started this program as a FastCGI
 * responder. */
bool fastcgi_is_listening(int fd);

/*
 * Whether Apache's mod_fcgid started this program: it gives a process one request at a time and starts as many as it
 * needs, so a process should not fork more of itself. Told by the name of the listening socket, which ends in our
 * parent's process id, a dot and a number.
 */
bool fastcgi_is_under_mod_fcgid(int fd);

/* Unlinks the path of a listening unix socket, which still serves the clients that have connected. */
void fastcgi_remove_socket(int fd);

/*
 * Serves until SIGTERM (takes no new requests, returns when every exchange is finished and written) or SIGINT (returns
 * at once). Both must be blocked in every thread; the loop receives them through signalfd(2). Returns 0, or an exit
 * code with the cause in the log.
 */
MUST_CHECK int fastcgi_serve(const struct fastcgi_options *options);

#endif
