/* SPDX-License-Identifier: MIT */
/* How far long work is: one line on standard error, on a terminal only, taken away at the end. */
#ifndef DISCOUNT_CTL_PROGRESS_H
#define DISCOUNT_CTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *what; /* "changes": what is counted */
    size_t total;     /* 0: not known */
    size_t done;
    int64_t started_ns, shown_ns;
    bool is_shown; /* standard error is a terminal */
};

void progress_begin(struct progress *progress, const char *what, size_t total);
/* `done` in all. Shows it at most ten times a second, and when all is done. */
void progress_update(struct progress *progress, size_t done);
/* Shows a line of words instead, until progress_end(): for what nobody can count. */
void progress_wait(struct progress *progress, const char *what);
void progress_end(struct progress *progress);

#endif
