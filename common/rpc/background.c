/* SPDX-License-Identifier: MIT */
/* The second thread of a server. */
#include "common/rpc/background.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/memory.h"
#include "common/rpc/call.h"

struct background_thread {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct rpc_call *first, **end; /* the queue */
    bool is_ending;
    bool is_started;
    pthread_t thread;
    struct arena arena; /* of the thread */
};

struct background_thread *background_thread_new(void)
{
    struct background_thread *background = memory_get_zeroed(1, sizeof *background);

    pthread_mutex_init(&background->lock, NULL);
    pthread_cond_init(&background->changed, NULL);
    background->end = &background->first;
    return background;
}

/* The next call in the queue, waiting for one; NULL: the thread is to end. */
static struct rpc_call *pop(struct background_thread *background)
{
    pthread_mutex_lock(&background->lock);
    while (background->first == NULL && !background->is_ending)
        pthread_cond_wait(&background->changed, &background->lock);
    struct rpc_call *call = background->first;
    if (call != NULL) {
        background->first = call->next;
        if (background->first == NULL)
            background->end = &background->first;
    }
    pthread_mutex_unlock(&background->lock);
    return call;
}

static void *serve(void *data)
{
    struct background_thread *background = data;
    struct rpc_call *call;

    while ((call = pop(background)) != NULL)
        call_serve_in_background(call, &background->arena);
    return NULL;
}

bool background_thread_start(struct background_thread *background)
{
    assert(!background->is_started);
    background->is_started = pthread_create(&background->thread, NULL, serve, background) == 0;
    return background->is_started;
}

void background_thread_push(struct background_thread *background, struct rpc_call *call)
{
    call->next = NULL;
    pthread_mutex_lock(&background->lock);
    *background->end = call;
    background->end = &call->next;
    pthread_cond_signal(&background->changed);
    pthread_mutex_unlock(&background->lock);
}

void background_thread_end(struct background_thread *background)
{
    if (background == NULL)
        return;
    pthread_mutex_lock(&background->lock);
    background->is_ending = true;
    pthread_cond_signal(&background->changed);
    pthread_mutex_unlock(&background->lock);
    if (background->is_started)
        pthread_join(background->thread, NULL);
    background->is_started = false;
}

void background_thread_free(struct background_thread *background)
{
    if (background == NULL)
        return;
    background_thread_end(background);
    assert(background->first == NULL);
    pthread_mutex_destroy(&background->lock);
    pthread_cond_destroy(&background->changed);
    arena_release(&background->arena);
    free(background);
}
