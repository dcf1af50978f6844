/* SPDX-License-Identifier: MIT */
/*
 * spawn: runs two commands in turns, N times each, from posix_spawn to wait, and prints one line of JSON: the median
 * time of each in microseconds, and the median, least and largest of the ratios A ÷ B of neighbouring runs.
 *
 * usage: spawn N COMMAND-A WORD… -- COMMAND-B WORD…
 *
 * Both get this environment; their standard input and output are /dev/null. A command that fails ends the measurement.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/number.h"

#define WARM_UP 3 /* runs that fill the page cache and are not counted */

static posix_spawn_file_actions_t redirections;

/* From the start of the command to its end, µs. */
static double run(char **command)
{
    pid_t pid;
    int status;
    int64_t began_ns = clock_now_ns();

    int error = posix_spawn(&pid, command[0], &redirections, NULL, command, environ);
    if (error != 0) {
        fprintf(stderr, "spawn: %s: %s\n", command[0], strerror(error));
        exit(EXIT_FAILURE);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    int64_t took_ns = clock_now_ns() - began_ns;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "spawn: %s failed (wait status %d)\n", command[0], status);
        exit(EXIT_FAILURE);
    }
    return (double)took_ns / 1000;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double sort_and_take_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void measure(size_t count, char **a, char **b)
{
    double *times_a = memory_get_zeroed(count, sizeof *times_a);
    double *times_b = memory_get_zeroed(count, sizeof *times_b);
    double *ratios = memory_get_zeroed(count, sizeof *ratios);

    for (int i = 0; i < WARM_UP; i++) {
        run(a);
        run(b);
    }
    for (size_t i = 0; i < count; i++) {
        times_a[i] = run(a);
        times_b[i] = run(b);
        ratios[i] = times_a[i] / times_b[i];
    }
    double median = sort_and_take_median(ratios, count);
    printf("{\"a_us\":%.0f,\"b_us\":%.0f,\"ratio\":%.3f,\"ratio_min\":%.3f,\"ratio_max\":%.3f}\n",
           sort_and_take_median(times_a, count), sort_and_take_median(times_b, count), median, ratios[0],
           ratios[count - 1]);
    free(times_a);
    free(times_b);
    free(ratios);
}

int main(int argc, char **argv)
{
    int64_t count;
    int separator = 2;

    while (separator < argc && strcmp(argv[separator], "--") != 0)
        separator++;
    if (separator <= 2 || separator + 1 >= argc || number_parse(argv[1], 1, 100000, &count) != NUMBER_OK) {
        fprintf(stderr, "usage: spawn N COMMAND-A WORD... -- COMMAND-B WORD...\n");
        return EXIT_FAILURE;
    }
    argv[separator] = NULL;
    posix_spawn_file_actions_init(&redirections);
    posix_spawn_file_actions_addopen(&redirections, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&redirections, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    measure((size_t)count, &argv[2], &argv[separator + 1]);
    posix_spawn_file_actions_destroy(&redirections);
    return EXIT_SUCCESS;
}
