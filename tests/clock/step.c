/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: a wall clock that is set while a program runs. The file that CLOCK_STEP_FILE names holds, as a
 * 64-bit number, by how many seconds CLOCK_REALTIME is off; whoever writes it sets the clock of every process that
 * looks at it, those that wait for a point of the wall clock included, as the kernel would.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define CLOCK_OFF_S (*off_s)
static const _Atomic int64_t right_clock;
static const _Atomic int64_t *off_s = &right_clock;

#include "wall.h"

#define STEP_NS 5000000L /* how soon who waits sees that the clock was set */

__attribute__((constructor)) static void open_file(void)
{
    const char *path = getenv("CLOCK_STEP_FILE");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return;
    const void *memory = mmap(NULL, sizeof *off_s, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        off_s = memory;
}

static int is_past(const struct timespec *until)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* In small steps, for the kernel knows only the real wall clock. */
static long wait_until(long word[6])
{
    while (!is_past((const struct timespec *)word[3])) {
        struct timespec step;
        clock_gettime(CLOCK_MONOTONIC, &step);
        step.tv_nsec += STEP_NS;
        if (step.tv_nsec >= 1000000000L)
            step = (struct timespec){.tv_sec = step.tv_sec + 1, .tv_nsec = step.tv_nsec - 1000000000L};
        long result = next_syscall(SYS_futex, word[0], word[1] & ~FUTEX_CLOCK_REALTIME, word[2], &step, 0, word[5]);
        if (result == 0 || errno != ETIMEDOUT)
            return result;
    }
    errno = ETIMEDOUT;
    return -1;
}
