/* SPDX-License-Identifier: MIT */
/*
 * A keyset in use whose files are watched: a changed set that is good takes its place, a bad one is named in the log
 * once and the old stays. Any thread may use a watch.
 */
#ifndef COMMON_RPC_KEYSET_WATCH_H
#define COMMON_RPC_KEYSET_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/rpc/keyset.h"

struct keyset_watch;

/* Loads the keyset. NULL: `reason` says what is wrong with it. `files` is copied, the paths must outlive the watch. */
MUST_CHECK struct keyset_watch *keyset_watch_new(const struct keyset_files *files, char *reason, size_t reason_size);

/* The same by keyset_load_for_handshake(); a changed set is checked. */
MUST_CHECK struct keyset_watch *keyset_watch_new_for_handshake(const struct keyset_files *files, char *reason,
                                                               size_t reason_size);

void keyset_watch_free(struct keyset_watch *watch); /* NULL is allowed */

/*
 * Looks at the files unless that was done less than max_age_ns ago, and reloads them when they changed. If the keyset
 * in use is then not the one of *generation (0 at first), calls use(data, keyset), sets *generation and returns true.
 * The keyset is lent for the time of the call.
 */
bool keyset_watch_refresh(struct keyset_watch *watch, int64_t max_age_ns, uint64_t *generation,
                          void (*use)(void *data, const struct keyset *keyset), void *data);

#endif
