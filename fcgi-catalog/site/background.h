/* SPDX-License-Identifier: MIT */
/*
 * Work that takes long, done by a thread of its own, which takes the processor when others leave it. Tasks take turns,
 * so that a short one does not wait for a long one:
 *
 *     background_add() ──> work() … work() ──> event_fd ──> background_resume() ──> done()
 */
#ifndef CATALOG_SITE_BACKGROUND_H
#define CATALOG_SITE_BACKGROUND_H

#include <stdbool.h>

#include "common/compiler.h"
#include "fcgi-catalog/store/store.h"

/* So many may wait: the last one of them for less time than people do. */
#define BACKGROUND_TASKS_MAX 16

/* Lives in whatever is to be done. */
struct background_task {
    /* A turn of it, on the thread, with the thread's store. True: that was all. */
    bool (*work)(struct background_task *task, struct store *store);
    /* Goes on with what came of it, on the thread that serves everybody. The task may go. */
    void (*done)(struct background_task *task);
    /* Instead of done(), when nobody is served any more. */
    void (*drop)(struct background_task *task);
    struct background_task *next; /* NULL */
};

struct background;

/* Starts the thread, with a store of its own, which is its from now on. NULL: there is no thread; the store stays the
 * caller's. */
struct background *background_new(struct store *store);

/* Readable when one is done. */
int background_event_fd(const struct background *background);

/* False: too many are waiting. True: done() or drop() is called. */
MUST_CHECK bool background_add(struct background *background, struct background_task *task);

/* Calls done() of those that are. NULL is allowed. */
void background_resume(struct background *background);

/* Waits for the turn that is under way; every task is dropped. NULL is allowed. */
void background_free(struct background *background);

#endif
