/* SPDX-License-Identifier: MIT */
/* Work that takes long. */
#include "fcgi-catalog/site/background.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"

#define NICE 10 /* of 19: the thread that serves requests comes first */

struct chain {
    struct background_task *first, **end;
};

struct background {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct chain waiting, done; /* under the lock, as what follows */
    size_t count;               /* tasks that wait or run */
    bool is_ending;
    int event_fd;
};

/* ---- Chains ---- */

static void append(struct chain *chain, struct background_task *task)
{
    task->next = NULL;
    *(chain->first == NULL ? &chain->first : chain->end) = task;
    chain->end = &task->next;
}

static struct background_task *take_first(struct chain *chain)
{
    struct background_task *task = chain->first;

    if (task != NULL)
        chain->first = task->next;
    return task;
}

/* ---- The thread ---- */

static struct background_task *wait_for_one(struct background *background)
{
    struct background_task *task = NULL;

    pthread_mutex_lock(&background->lock);
    while (background->waiting.first == NULL && !background->is_ending)
        pthread_cond_wait(&background->changed, &background->lock);
    if (!background->is_ending)
        task = take_first(&background->waiting);
    pthread_mutex_unlock(&background->lock);
    return task;
}

static void put_back(struct background *background, struct background_task *task, bool is_done)
{
    pthread_mutex_lock(&background->lock);
    append(is_done ? &background->done : &background->waiting, task);
    background->count -= is_done;
    pthread_mutex_unlock(&background->lock);
    if (is_done)
        (void)!eventfd_write(background->event_fd, 1);
}

static void *work(void *data)
{
    struct background *background = data;
    struct background_task *task;

    (void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread */
    while ((task = wait_for_one(background)) != NULL)
        put_back(background, task, task->work(task, background->store));
    return NULL;
}

/* ---- For the thread that serves requests ---- */

struct background *background_new(struct store *store)
{
    struct background *background = memory_get_zeroed(1, sizeof *background);
    int event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    background->store = store;
    background->event_fd = event_fd;
    pthread_mutex_init(&background->lock, NULL);
    pthread_cond_init(&background->changed, NULL);
    int error = event_fd < 0 ? errno : pthread_create(&background->thread, NULL, work, background);
    if (error == 0)
        return background;
    log_error("no-thread", "errno=%d", error);
    if (event_fd >= 0)
        close(event_fd);
    free(background);
    return NULL;
}

int background_event_fd(const struct background *background)
{
    return background->event_fd;
}

bool background_add(struct background *background, struct background_task *task)
{
    pthread_mutex_lock(&background->lock);
    bool has_room = background->count < BACKGROUND_TASKS_MAX;
    if (has_room) {
        append(&background->waiting, task);
        background->count++;
        pthread_cond_signal(&background->changed);
    }
    pthread_mutex_unlock(&background->lock);
    return has_room;
}

void background_resume(struct background *background)
{
    struct background_task *task;
    eventfd_t count;

    if (background == NULL)
        return;
    (void)!eventfd_read(background->event_fd, &count);
    pthread_mutex_lock(&background->lock);
    struct chain done = background->done;
    background->done.first = NULL;
    pthread_mutex_unlock(&background->lock);
    while ((task = take_first(&done)) != NULL)
        task->done(task);
}

void background_free(struct background *background)
{
    struct background_task *task;

    if (background == NULL)
        return;
    pthread_mutex_lock(&background->lock);
    background->is_ending = true;
    pthread_cond_signal(&background->changed);
    pthread_mutex_unlock(&background->lock);
    pthread_join(background->thread, NULL);
    while ((task = take_first(&background->waiting)) != NULL || (task = take_first(&background->done)) != NULL)
        task->drop(task);
    store_close(background->store);
    close(background->event_fd);
    pthread_mutex_destroy(&background->lock);
    pthread_cond_destroy(&background->changed);
    free(background);
}
