/* SPDX-License-Identifier: MIT */
/* Pages that are read from the database. */
#include "fcgi-catalog/site/readings.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"

#define NICE 10 /* of 19: what everybody waits for comes first */

struct chain {
    struct reading *first, **end;
};

struct readings {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct chain waiting, done; /* under the lock, as what follows */
    size_t count;               /* that wait, or are read */
    bool is_ending;
    int event_fd;
};

/* ---- One ---- */

static const char *print_beside(const struct reading *reading, bool is_there, struct position position,
                                bool is_backwards, struct arena *arena)
{
    if (!is_there || !position.is_set)
        return NULL;
    position.is_backwards = is_backwards;
    return query_print_link(reading->query, &position, &reading->secret, arena);
}

void reading_read(struct reading *reading, struct store *store)
{
    const struct product_query *query = reading->query;
    struct arena arena = {0};
    struct product_page page;
    int64_t total = -1;

    reading->status = store_list(store, query, &arena, &page);
    if (reading->status == STORE_OK && query->wants_count)
        reading->status = store_count(store, query, &total);
    if (reading->status == STORE_OK)
        reading->shelf = shelf_new(page.shop_revision,
                                   &(struct shelf_content){
                                       .products = page.products,
                                       .fields = query->fields,
                                       .currency = reading->currency,
                                       .next = print_beside(reading, page.has_next, page.last, false, &arena),
                                       .previous = print_beside(reading, page.has_previous, page.first, true, &arena),
                                       .total = total,
                                   });
    arena_release(&arena);
}

/* ---- Many ---- */

static void append(struct chain *chain, struct reading *reading)
{
    reading->next = NULL;
    *(chain->first == NULL ? &chain->first : chain->end) = reading;
    chain->end = &reading->next;
}

static struct reading *wait_for_one(struct readings *readings)
{
    struct reading *reading = NULL;

    pthread_mutex_lock(&readings->lock);
    while (readings->waiting.first == NULL && !readings->is_ending)
        pthread_cond_wait(&readings->changed, &readings->lock);
    if (!readings->is_ending) {
        reading = readings->waiting.first;
        readings->waiting.first = reading->next;
    }
    pthread_mutex_unlock(&readings->lock);
    return reading;
}

static void hand_back(struct readings *readings, struct reading *reading)
{
    pthread_mutex_lock(&readings->lock);
    append(&readings->done, reading);
    readings->count--;
    pthread_mutex_unlock(&readings->lock);
    (void)!eventfd_write(readings->event_fd, 1);
}

static void *read_one_after_the_other(void *data)
{
    struct readings *readings = data;
    struct reading *reading;

    (void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread */
    while ((reading = wait_for_one(readings)) != NULL) {
        reading_read(reading, readings->store);
        hand_back(readings, reading);
    }
    return NULL;
}

struct readings *readings_new(struct store *store)
{
    struct readings *readings = memory_get_zeroed(1, sizeof *readings);
    int event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    readings->store = store;
    readings->event_fd = event_fd;
    pthread_mutex_init(&readings->lock, NULL);
    pthread_cond_init(&readings->changed, NULL);
    int error = event_fd < 0 ? -1 : pthread_create(&readings->thread, NULL, read_one_after_the_other, readings);
    if (error == 0)
        return readings;
    log_error("no-thread", "errno=%d", error);
    if (event_fd >= 0)
        close(event_fd);
    free(readings);
    return NULL;
}

int readings_event_fd(const struct readings *readings)
{
    return readings->event_fd;
}

bool readings_add(struct readings *readings, struct reading *reading)
{
    pthread_mutex_lock(&readings->lock);
    bool has_room = readings->count < READINGS_MAX;
    if (has_room) {
        append(&readings->waiting, reading);
        readings->count++;
        pthread_cond_signal(&readings->changed);
    }
    pthread_mutex_unlock(&readings->lock);
    return has_room;
}

struct reading *readings_take(struct readings *readings)
{
    eventfd_t count;

    (void)!eventfd_read(readings->event_fd, &count);
    pthread_mutex_lock(&readings->lock);
    struct reading *done = readings->done.first;
    readings->done.first = NULL;
    pthread_mutex_unlock(&readings->lock);
    return done;
}

void readings_free(struct readings *readings)
{
    if (readings == NULL)
        return;
    pthread_mutex_lock(&readings->lock);
    readings->is_ending = true;
    pthread_cond_signal(&readings->changed);
    pthread_mutex_unlock(&readings->lock);
    pthread_join(readings->thread, NULL);
    for (struct reading *reading = readings->done.first; reading != NULL; reading = reading->next) {
        if (reading->status == STORE_OK)
            shelf_drop(reading->shelf);
    }
    store_close(readings->store);
    close(readings->event_fd);
    pthread_mutex_destroy(&readings->lock);
    pthread_cond_destroy(&readings->changed);
    free(readings);
}
