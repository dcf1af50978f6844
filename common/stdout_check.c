/* SPDX-License-Identifier: MIT */
/* Standard output, closed with a check. */
#include "common/stdout_check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *checked_program;

/* Standard output that was never open (EBADF) is no fault when nothing was printed. */
static void check(void)
{
    bool was_failing = ferror(stdout) != 0;

    errno = 0;
    bool is_failing = fflush(stdout) != 0 || was_failing;
    if (fclose(stdout) != 0 && errno != EBADF)
        is_failing = true;
    if (!is_failing)
        return;
    fprintf(stderr, "%s: standard output: %s\n", checked_program,
            errno != 0 ? strerror(errno) : "it cannot be written");
    _exit(EXIT_FAILURE);
}

void stdout_check_at_exit(const char *program)
{
    checked_program = program;
    (void)!atexit(check);
}
