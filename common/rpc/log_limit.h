/* SPDX-License-Identifier: MIT */
/*
 * A limit on log lines that a peer can cause as often as it likes: the first line of a kind passes, and while more
 * come, one a minute, then one in two minutes, and so on up to one an hour. The others are counted. Lines of one kind
 * come from the same place in the source and differ only in (hexadecimal) digits.
 *
 * Whatever comes, no more than LOG_LIMIT_KINDS + 1 lines pass in a minute. Any thread may use a limit.
 */
#ifndef COMMON_RPC_LOG_LIMIT_H
#define COMMON_RPC_LOG_LIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LIMIT_KINDS 32

struct log_limit_kind {
    uint64_t hash;     /* of the place and the words */
    int64_t next_ns;   /* until then lines of the kind are counted only */
    int64_t gap_ns;    /* 0: free */
    uint64_t left_out; /* since the last that passed */
};

struct log_limit {
    pthread_mutex_t lock;
    struct log_limit_kind kinds[LOG_LIMIT_KINDS];
    struct log_limit_kind others; /* lines of kinds that find no room */
};

#define LOG_LIMIT_INIT                                                                                                 \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                                              \
    }

/* Whether a message of line `line` in the source `file` passes at now_ns (common/clock.h). If so, *left_out is how many
 * of its kind were left out since the last one. */
bool log_limit_pass(struct log_limit *limit, const char *file, int line, const char *message, int64_t now_ns,
                    uint64_t *left_out);

#endif
