/* SPDX-License-Identifier: MIT */
/*
 * Work that takes long, done by a thread of its own at low priority. Tasks take turns, so that a short one does not
 * wait for a long one:
 *
 *     background_add() ──> work() … work() ──> event_fd ──> background_resume() ──> done()
 */
#ifndef CATALOG_SITE_BACKGROUND_H
#define CATALOG_SITE_BACKGROUND_H

#include <stdbool.h>

#include "common/compiler.h"
#include "fcgi-catalog/store/store.h"

/* At most so many tasks wait or run: the last of them is done before people give up. */
#define BACKGROUND_TASKS_MAX 16

/* Embedded in the structure of the work. */
struct background_task {
    /* A turn of the work, on the background thread, with its store. True: the task is done. */
    bool (*work)(struct background_task *task, struct store *store);
    /* Takes the result, on the thread that serves requests. The task may be freed. */
    void (*done)(struct background_task *task);
    /* Called instead of done() when the process ends. */
    void (*drop)(struct background_task *task);
    struct background_task *next; /* NULL */
};

struct background;

/* Starts the thread and hands the store over to it. NULL: there is no thread; the store stays the caller's. */
struct background *background_new(struct store *store);

/* Readable when a task is done. */
int background_event_fd(const struct background *background);

/* False: too many are waiting. True: done() or drop() is called. */
MUST_CHECK bool background_add(struct background *background, struct background_task *task);

/* Calls done() of the tasks that are done. NULL is allowed. */
void background_resume(struct background *background);

/* Waits for the turn that is under way; every task is dropped. NULL is allowed. */
void background_free(struct background *background);

#endif
