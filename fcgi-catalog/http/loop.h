/* SPDX-License-Identifier: MIT */
/*
 * The readiness loop: accepts connections on a listening socket and lends out those that have something to read
 * (connection.h). Knows sockets and signals, and nothing of what travels on them. Used by fastcgi.c.
 */
#ifndef CATALOG_HTTP_LOOP_H
#define CATALOG_HTTP_LOOP_H

#include <stdbool.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/connection.h"

struct loop;

struct loop_options {
    int listen_fd; /* may be shared with other processes; the loop makes it non-blocking and never closes it */
    /* Lends the connection, which is non-blocking, on the loop's thread. */
    void (*ready)(void *data, struct connection *connection);
    int event_fd; /* an eventfd that wakes the loop; woken() reads it; 0: none */
    /* On the loop's thread, once before and once after the ready() calls of a wake-up; may be NULL. */
    void (*woken)(void *data);
    void (*served)(void *data);
    void *data;
};

/* NULL: the cause is in the log. */
MUST_CHECK struct loop *loop_new(const struct loop_options *options);

/*
 * Runs until SIGTERM (clients that have connected are served, connections that wait for another request are closed, and
 * every lent one comes back) or SIGINT (at once). Both signals must be blocked. Returns 0, or an exit code with the
 * cause in the log.
 */
MUST_CHECK int loop_run(struct loop *loop);

/* Frees the loop and closes its connections. False: some are still lent (after SIGINT), and nothing was done. */
MUST_CHECK bool loop_free(struct loop *loop);

#endif
