/* SPDX-License-Identifier: MIT */
/* A check at exit that standard output could be written: its disk may be full. */
#ifndef COMMON_STDOUT_CHECK_H
#define COMMON_STDOUT_CHECK_H

/*
 * From now on exit(3), and the end of main(), close standard output and look whether all of it was written; if not, one
 * line says so and the exit code is 1, whatever it was to be. Call once, before anything is printed. `program` must
 * live as long as the process.
 */
void stdout_check_at_exit(const char *program);

#endif
