/* SPDX-License-Identifier: MIT */
/* Progress: count, rate, time left. */
#include "common/ctl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

#define SHOW_EVERY_NS (100 * CLOCK_NS_PER_MS)
#define CLEAR_LINE "\r\033[K"

/* A terminal that can clear a line. */
static bool is_terminal(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) == 1 && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

static void show(struct progress *progress, int64_t now_ns)
{
    double seconds = (double)(now_ns - progress->started_ns) / (double)CLOCK_NS_PER_S;
    double rate = seconds > 0.001 ? (double)progress->done / seconds : 0;

    progress->shown_ns = now_ns;
    fprintf(stderr, CLEAR_LINE "%zu", progress->done);
    if (progress->total > 0)
        fprintf(stderr, " of %zu", progress->total);
    fprintf(stderr, " %s", progress->what);
    if (rate > 0)
        fprintf(stderr, ", %.0f a second", rate);
    if (rate > 0 && progress->total > progress->done)
        fprintf(stderr, ", %.0f s left", (double)(progress->total - progress->done) / rate + 0.5);
    fflush(stderr);
}

void progress_begin(struct progress *progress, const char *what, size_t total)
{
    *progress =
        (struct progress){.what = what, .total = total, .started_ns = clock_now_ns(), .is_shown = is_terminal()};
    if (progress->is_shown)
        show(progress, progress->started_ns);
}

void progress_update(struct progress *progress, size_t done)
{
    int64_t now_ns = clock_now_ns();

    progress->done = done;
    if (progress->is_shown && (done == progress->total || now_ns - progress->shown_ns >= SHOW_EVERY_NS))
        show(progress, now_ns);
}

void progress_wait(struct progress *progress, const char *what)
{
    *progress = (struct progress){.is_shown = is_terminal()};
    if (progress->is_shown)
        fprintf(stderr, CLEAR_LINE "%s", what);
}

void progress_hide(struct progress *progress)
{
    if (progress->is_shown)
        fputs(CLEAR_LINE, stderr);
    progress->shown_ns = 0;
}

void progress_end(struct progress *progress)
{
    progress_hide(progress);
    progress->is_shown = false;
}
