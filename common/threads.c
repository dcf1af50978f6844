/* SPDX-License-Identifier: MIT */
/* Whether a process may have the threads that it needs. */
#include "common/threads.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"

#define STACK_SIZE ((size_t)64 * 1024) /* small, so that the limit met is one of threads and not of memory */

/* Waits until all threads have been made. */
static void *wait_for_the_others(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

bool threads_try(int count)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = memory_get_zeroed((size_t)count, sizeof *threads);
    pthread_attr_t attributes;
    int made = 0, error = 0;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_mutex_lock(&lock);
    while (made < count && error == 0) {
        error = pthread_create(&threads[made], &attributes, wait_for_the_others, &lock);
        made += error == 0;
    }
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&attributes);
    pthread_mutex_destroy(&lock);
    free(threads);
    if (error != 0)
        log_error("no-thread", "needed=%d made=%d reason=%s", count, made, LOG_QUOTED(strerror(error)));
    return error == 0;
}
