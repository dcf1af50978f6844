/* SPDX-License-Identifier: MIT */
/*
 * A master and its workers: N forked processes that do the same work, kept alive by a parent that does none of it.
 *
 * The master only forks, waits for signals and replaces the dead. It must be single-threaded, and must not have begun
 * anything that does not survive fork(2), gRPC above all.
 *
 *   - A worker that dies is replaced at once; one that dies before it was ready, or within 1 s of that, after a pause
 *     that doubles from 100 ms to 5 s and is forgotten once a worker has lived longer.
 *   - SIGHUP: reload() is asked. If it agrees, every worker is replaced, the new one serving before the old one is told
 *     to drain, so that somebody serves at every moment.
 *   - SIGTERM: workers drain (SIGTERM); after drain_ms whoever is left is killed; the master returns.
 *   - SIGINT, SIGQUIT: workers stop at once (SIGINT, then SIGKILL after 500 ms); the master returns.
 *   - The master is killed: its workers get SIGTERM from the kernel (PR_SET_PDEATHSIG) and drain. With has_heir a child
 *     that waited for this, the heir, becomes the master, with workers of its own. No parent watches over it, so it
 *     ends (as by SIGTERM) when the process that started the first master ends, and does not take over if that has
 *     ended already. A process that ends within 1 s of starting the master (spawn-fcgi) only launched it, and does not
 *     count.
 *
 * A worker is born with SIGTERM, SIGINT, SIGHUP and SIGCHLD blocked, to wait for as it likes (sigwait(3), signalfd(2)),
 * and with SIGPIPE ignored; every other signal is as the master's caller had it. It has to end by itself after SIGTERM
 * (finish what it has, take nothing new) and after SIGINT (at once).
 */
#ifndef COMMON_PREFORK_H
#define COMMON_PREFORK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"

struct prefork {
    int workers;  /* how many, 1 or more */
    int drain_ms; /* how long workers may take to finish after SIGTERM */
    int ready_ms; /* how long a worker may take until it is ready; then it is killed, and another tries. 0: for ever */
    bool has_heir;
    /* Called in the heir: the process that started the first master has ended. May be NULL. */
    void (*abandoned)(void *data);
    /*
     * The life of a worker, in the child. `index` is 0 … workers-1; a replacement has the index of the worker it
     * replaces. Calls prefork_worker_ready() once it serves. What it returns is the child's exit code.
     */
    int (*work)(void *data, int index);
    /* SIGHUP, in the master: checks what a new worker would read. On false the old workers stay. May be NULL, which
     * always agrees. */
    bool (*reload)(void *data);
    /* In the master, once: all workers are ready for the first time (to tell whoever waits). May be NULL. */
    void (*started)(void *data);
    /* In the master: no worker serves this slot from now on, for a while (a worker has died young) or for good (all
     * workers are told to stop). May be NULL. */
    void (*vacated)(void *data, int index);
    /* In the master, every look_ms milliseconds, until it is told to stop. It must not block. May be NULL. */
    void (*look)(void *data);
    int64_t look_ms;
    void *data;
};

/*
 * Runs the master until it is told to stop. Returns the exit code for main(): 0 after SIGTERM or SIGINT; when a worker
 * ends with SETTINGS_EXIT_CODE (common/settings.h) before any worker was ever ready, that code, every other worker
 * stopped.
 */
MUST_CHECK int prefork_run(const struct prefork *prefork);

/* In a worker: tells the master that this worker serves. In a process that is no worker it does nothing. */
void prefork_worker_ready(void);

/* In a worker that was told to drain: whether the reason is a successor that is ready. */
bool prefork_worker_is_replaced(void);

/* In a worker that is ready: asks for a successor. Once that one serves, this worker is told to drain, as at a reload.
 */
void prefork_worker_retire(void);

#endif
