/* SPDX-License-Identifier: MIT */
/*
 * A limit on log lines that somebody else causes, as often as they like: the first line of a kind passes, and while
 * more of it come, one a minute, then one in two minutes, and so on up to one an hour. The others are counted. Lines
 * are of one kind that come from the same place in the source and differ in digits at the most.
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
    struct log_limit_kind others; /* what finds no room among the kinds */
};

#define LOG_LIMIT_INIT                                                                                                 \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                                              \
    }

/* Whether a line passes that line `line` of the source `file` makes now (common/clock.h). If so, *left_out is how many
 * of its kind did not since the last one. */
bool log_limit_pass(struct log_limit *limit, const char *file, int line, const char *message, int64_t now_ns,
                    uint64_t *left_out);

#endif
