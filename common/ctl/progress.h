/* SPDX-License-Identifier: MIT */
/* The progress of long work: one line on standard error, on a terminal only, cleared at the end. */
#ifndef COMMON_CTL_PROGRESS_H
#define COMMON_CTL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *what; /* "changes": what is counted */
    size_t total;     /* 0: not known. It may be set anew at any time, as an estimate gets better */
    size_t done;
    int64_t started_ns, shown_ns;
    bool is_shown; /* standard error is a terminal that can clear a line */
};

void progress_begin(struct progress *progress, const char *what, size_t total);
/* `done` in all. Shows it at most ten times a second, and when all is done. */
void progress_update(struct progress *progress, size_t done);
/* Shows a line of words instead, until progress_end(): for work that cannot be counted. */
void progress_wait(struct progress *progress, const char *what);
/* Takes the line away, so that something else can be printed; the next progress_update() shows it again. */
void progress_hide(struct progress *progress);
void progress_end(struct progress *progress);

#endif
