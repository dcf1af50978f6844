/* SPDX-License-Identifier: MIT */
/* Keysets that follow their files. */
#include "common/rpc/keyset_watch.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

struct keyset_watch {
    pthread_mutex_t lock;
    struct keyset_files files;
    struct keyset_stamp stamp; /* of the files that were read last, good or bad */
    struct keyset keyset;      /* in use */
    uint64_t generation;       /* counts the keysets that were in use */
    int64_t looked_ns;
};

static struct keyset_watch *watch_new(const struct keyset_files *files,
                                      bool (*load)(const struct keyset_files *, struct keyset *, char *, size_t),
                                      char *reason, size_t reason_size)
{
    /* The stamp is taken before the files are read: a change in between is seen at the next look. */
    struct keyset_stamp stamp = keyset_stamp(files);
    struct keyset keyset;

    if (!load(files, &keyset, reason, reason_size))
        return NULL;
    struct keyset_watch *watch = memory_get(sizeof *watch);
    *watch = (struct keyset_watch){
        .files = *files, .stamp = stamp, .keyset = keyset, .generation = 1, .looked_ns = clock_now_ns()};
    pthread_mutex_init(&watch->lock, NULL);
    return watch;
}

struct keyset_watch *keyset_watch_new(const struct keyset_files *files, char *reason, size_t reason_size)
{
    return watch_new(files, keyset_load, reason, reason_size);
}

struct keyset_watch *keyset_watch_new_for_handshake(const struct keyset_files *files, char *reason, size_t reason_size)
{
    return watch_new(files, keyset_load_for_handshake, reason, reason_size);
}

void keyset_watch_free(struct keyset_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_destroy(&watch->lock);
    keyset_release(&watch->keyset);
    free(watch);
}

static void look(struct keyset_watch *watch)
{
    struct keyset_stamp stamp = keyset_stamp(&watch->files);
    struct keyset keyset;
    char reason[512];

    if (keyset_stamp_equal(&stamp, &watch->stamp))
        return;
    watch->stamp = stamp;
    if (!keyset_load(&watch->files, &keyset, reason, sizeof reason)) {
        log_warning("keyset-refused", "reason=%s in_use=old", LOG_QUOTED(reason));
        return;
    }
    keyset_release(&watch->keyset);
    watch->keyset = keyset;
    watch->generation++;
    const char *leaf = watch->files.certificate;
    if (leaf != NULL && leaf[0] != '\0')
        log_info("keyset-replaced", "certificate=%s days_left=%d", LOG_QUOTED(leaf),
                 keyset_days_left(keyset.certificate));
    else
        log_info("keyset-replaced", "ca=%s", LOG_QUOTED(watch->files.ca));
}

bool keyset_watch_refresh(struct keyset_watch *watch, int64_t max_age_ns, uint64_t *generation,
                          void (*use)(void *data, const struct keyset *keyset), void *data)
{
    pthread_mutex_lock(&watch->lock);
    int64_t now_ns = clock_now_ns();
    if (now_ns - watch->looked_ns >= max_age_ns) {
        watch->looked_ns = now_ns;
        look(watch);
    }
    bool is_new = *generation != watch->generation;
    if (is_new) {
        *generation = watch->generation;
        use(data, &watch->keyset);
    }
    pthread_mutex_unlock(&watch->lock);
    return is_new;
}
