/* SPDX-License-Identifier: MIT */
/*
 * The addresses that discountd serves, held by the master: bound, so that nobody else gets them and port 0 means the
 * same for every worker, but never listening, so that no connection goes to a process that serves none.
 *
 * Beside them it holds, for each slot of a worker, a socket of each address (SO_REUSEPORT), on which the slot's first
 * worker begins to listen. Later workers of the slot go on with the same socket and accept the connections that wait
 * when a worker leaves or dies; if the socket were closed, these would be reset.
 */
#ifndef DISCOUNT_MASTER_PORTS_H
#define DISCOUNT_MASTER_PORTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

struct ports {
    char **addresses; /* "127.0.0.1:11443", "[::1]:11443": numeric, the port that was given */
    int *sockets;
    size_t count;
    int *slots; /* those of slot i begin at i * count */
    size_t slot_count;
};

enum ports_status {
    PORTS_OK,
    PORTS_TAKEN, /* somebody listens on one of them, or holds it */
    PORTS_WRONG, /* an address is malformed, not this machine's, or not allowed to us */
};

/*
 * Finds out whether somebody else listens on one of the addresses, and binds them all. `listen` is DISCOUNT_LISTEN:
 * host:port or [host]:port, separated by commas; a host may be a name. Empty: 127.0.0.1 and ::1 (where this machine has
 * it) at `port`, a decimal number. Otherwise `reason` names the address and what is wrong with it.
 */
MUST_CHECK enum ports_status ports_reserve(struct ports *ports, const char *listen, const char *port, char *reason,
                                           size_t reason_size);

/* Makes the sockets of so many slots. False: errno says why. */
MUST_CHECK bool ports_slot(struct ports *ports, size_t slots);

/* Stops listening while no worker serves the slot: callers go to the other slots, or are refused. The slot's next
 * worker, if there is one, listens again. */
void ports_pause(const struct ports *ports, size_t slot);

/* In a worker: closes this process's copies of the sockets. A worker that drains after its master has ended would keep
 * the addresses from a new master with them. The names stay. */
void ports_leave(struct ports *ports);

void ports_release(struct ports *ports);

#endif
