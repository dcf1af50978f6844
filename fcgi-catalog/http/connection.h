/* SPDX-License-Identifier: MIT */
/*
 * Connections and what they wait for: a pool of them beside an epoll set. Knows sockets, and nothing of what travels on
 * them.
 *
 *             something to read          connection_keep()
 *     fresh ────────────────────> lent ────────────────────> kept: lent again when there is something to read
 *                                  │  connection_close(), connection_forget()
 *                                  ├────────────────────────> gone
 *                                  │  connection_await()            what was awaited, or the deadline
 *                                  └────────────────────────> awaiting ────────────────────────> lent again
 *
 * A connection belongs to exactly one thread at a time: to its borrower while it is lent, else to the loop's thread. A
 * lent connection makes no events.
 */
#ifndef CATALOG_HTTP_CONNECTION_H
#define CATALOG_HTTP_CONNECTION_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct connection;

/* ---- For the borrower of a connection; any thread ---------------------------------------------------------------- */

int connection_fd(const struct connection *connection);

/* The borrower gives the connection back by one of these, once. */
void connection_keep(struct connection *connection);   /* waits for the next request; while the pool drains: closed */
void connection_close(struct connection *connection);  /* its descriptor is closed */
void connection_forget(struct connection *connection); /* somebody else closed the descriptor */

enum connection_wish {
    CONNECTION_ROOM,  /* the peer takes more of an answer */
    CONNECTION_INPUT, /* the peer has sent more; in a full pool it is cut off early */
};

/*
 * The connection is lent again, with `context`, when the wish has come true, the peer has gone, or the deadline has
 * passed (on common/clock.h's clock; at most 2 s while the pool drains): then it is cut off, and reading and writing
 * fail. `held` is how many bytes of memory the wait holds: where all waits together hold too much, the one with the
 * earliest deadline is cut off. False: it cannot be waited for, and stays lent.
 */
MUST_CHECK bool connection_await(struct connection *connection, enum connection_wish wish, void *context,
                                 int64_t deadline_ns, size_t held);
/* The context that a connection is lent again with; NULL: it has a request. */
void *connection_context(const struct connection *connection);

/* ---- For the loop's thread --------------------------------------------------------------------------------------- */

struct connection_pool {
    int epoll_fd, wake_fd; /* the loop's; an eventfd(2) to wake it */
    struct connection *connections;
    size_t room;

    pthread_mutex_t lock; /* for what follows, and the states of connections */
    struct connection *first_free;
    size_t open, awaiting;
    size_t held;      /* bytes of memory that the awaiting ones hold */
    bool is_watched;  /* wake the loop when a connection is gone */
    bool is_draining; /* no connection is kept any more */
    int64_t drain_began_ns;
    int64_t look_ns; /* the loop's: when deadlines are looked at next */
};

void connection_pool_init(struct connection_pool *pool, int epoll_fd, int wake_fd);

/* Closes all connections and frees the pool. False: some are lent or awaiting, and nothing was done. */
MUST_CHECK bool connection_pool_release(struct connection_pool *pool);

bool connection_pool_has_room(struct connection_pool *pool);
bool connection_pool_is_empty(struct connection_pool *pool);

/* Whether connection_pool_close_overdue() should be called again soon. */
bool connection_pool_has_bounds(struct connection_pool *pool);
void connection_pool_close_overdue(struct connection_pool *pool);

void connection_pool_watch(struct connection_pool *pool, bool is_watched);

/* From now on no connection is kept. Those that wait for another request are closed; where one has just come, the
 * connection is put into `ready`, which has pool->room entries, and is lent. Returns how many. */
MUST_CHECK size_t connection_pool_drain(struct connection_pool *pool, struct connection **ready);

/* A connection for an accepted descriptor. The pool must have room. True: it has something to read and is lent; false:
 * it waits, or is gone. */
MUST_CHECK bool connection_welcome(struct connection_pool *pool, int fd, struct connection **connection);

/* An event of epoll(7) for a connection. True: it has something to read and is lent. */
MUST_CHECK bool connection_event(struct connection *connection, uint32_t events);

#endif
