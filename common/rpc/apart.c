/* SPDX-License-Identifier: MIT */
/* The second thread of a server. */
#include "common/rpc/apart.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/memory.h"
#include "common/rpc/call.h"

struct apart {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct rpc_call *first, **end; /* the line */
    bool is_ending;
    bool is_started;
    pthread_t thread;
    struct arena arena; /* of the thread */
};

struct apart *apart_new(void)
{
    struct apart *apart = memory_get_zeroed(1, sizeof *apart);

    pthread_mutex_init(&apart->lock, NULL);
    pthread_cond_init(&apart->changed, NULL);
    apart->end = &apart->first;
    return apart;
}

/* The next call in the line, waiting for one; NULL: the thread is to end. */
static struct rpc_call *apart_pop(struct apart *apart)
{
    pthread_mutex_lock(&apart->lock);
    while (apart->first == NULL && !apart->is_ending)
        pthread_cond_wait(&apart->changed, &apart->lock);
    struct rpc_call *call = apart->first;
    if (call != NULL) {
        apart->first = call->next;
        if (apart->first == NULL)
            apart->end = &apart->first;
    }
    pthread_mutex_unlock(&apart->lock);
    return call;
}

static void *serve(void *data)
{
    struct apart *apart = data;
    struct rpc_call *call;

    while ((call = apart_pop(apart)) != NULL)
        call_serve_apart(call, &apart->arena);
    return NULL;
}

bool apart_start(struct apart *apart)
{
    assert(!apart->is_started);
    apart->is_started = pthread_create(&apart->thread, NULL, serve, apart) == 0;
    return apart->is_started;
}

void apart_push(struct apart *apart, struct rpc_call *call)
{
    call->next = NULL;
    pthread_mutex_lock(&apart->lock);
    *apart->end = call;
    apart->end = &call->next;
    pthread_cond_signal(&apart->changed);
    pthread_mutex_unlock(&apart->lock);
}

void apart_free(struct apart *apart)
{
    if (apart == NULL)
        return;
    pthread_mutex_lock(&apart->lock);
    apart->is_ending = true;
    pthread_cond_signal(&apart->changed);
    pthread_mutex_unlock(&apart->lock);
    if (apart->is_started)
        pthread_join(apart->thread, NULL);
    assert(apart->first == NULL);
    pthread_mutex_destroy(&apart->lock);
    pthread_cond_destroy(&apart->changed);
    arena_release(&apart->arena);
    free(apart);
}
