/* SPDX-License-Identifier: MIT */
/*
 * The addresses that discountd serves, held by the master: bound, so that nobody else gets them and port 0 means the
 * same for every worker, but never listening, so that no connection goes to a process that serves none.
 *
 * Beside them it holds, for each slot of a worker, a socket of each address (SO_REUSEPORT), on which the slot's first
 * worker begins to listen. Its successors go on with the same socket: connections that wait to be accepted when a
 * worker leaves or dies are theirs, where those of a socket that is closed are reset.
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
    PORTS_WRONG, /* an address that is none, or not this machine's, or not allowed to us */
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

/* Nobody serves the slot: callers go to the others, or are refused. Its next worker, if there is one, listens anew. */
void ports_pause(const struct ports *ports, size_t slot);

/* In a worker: gives up this process's copies of the sockets. They would hold the addresses for as long as it drains,
 * when the master has ended, against a new one. The names stay. */
void ports_leave(struct ports *ports);

void ports_release(struct ports *ports);

#endif
