/* SPDX-License-Identifier: MIT */
/*
 * Change sets that come in several messages: kept as they came, by token, until they are asked for again. Bounded in
 * number, size and age: a message that would pass the size is refused, sets too old or too many are forgotten, the
 * oldest first.
 */
#ifndef DISCOUNT_SERVICE_STAGING_H
#define DISCOUNT_SERVICE_STAGING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "proto/discount_admin.pb-c.h"

#define STAGING_SETS_MAX 4
#define STAGING_BYTES_MAX ((size_t)256 * 1024 * 1024) /* of all sets, as they lie in memory: 3 times the messages */
#define STAGING_AGE_S 600

struct staged;

struct staging { /* all zero: nothing is staged */
    struct staged *sets[STAGING_SETS_MAX];
    size_t bytes;
    _Atomic int64_t kept_until_ns; /* what is staged; 0: nothing is */
};

enum staging_status {
    STAGING_OK,
    STAGING_UNKNOWN, /* no set has this token: it never had, or was forgotten */
    STAGING_FULL,
};

/* Adds a message's changes (copied) to the set that it names, or to a new one. On STAGING_OK *token names it (it lives
 * as long as the set) and *count says how many changes it has. `now_ns` is common/clock.h's. */
MUST_CHECK enum staging_status staging_add(struct staging *staging, const Ecommerce__StageChangesRequest *request,
                                           int64_t now_ns, const char **token, size_t *count);

/* The messages of a set, in their order; they live until the next call that stages. "" has none. */
MUST_CHECK enum staging_status staging_find(struct staging *staging, const char *token, int64_t now_ns,
                                            Ecommerce__StageChangesRequest *const **messages, size_t *count);

/* Whether somebody may still ask for what is staged, which would be lost with this process. Any thread. */
bool staging_is_kept(const struct staging *staging, int64_t now_ns);

void staging_forget(struct staging *staging, const char *token);
void staging_release(struct staging *staging);

#endif
