/* SPDX-License-Identifier: MIT */
/* Small files: read whole, and noticed when they change. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/*
 * Reads a regular file of at most `max` bytes. On true *text holds its bytes and a NUL behind them (the caller frees
 * it) and, unless length is NULL, *length how many they are. On false nothing is set and errno says why; EFBIG: larger
 * than max.
 */
MUST_CHECK bool file_read(const char *path, size_t max, char **text, size_t *length);

/* What tells one version of a file from another; all zero when the file cannot be looked at. */
struct file_stamp {
    uint64_t device, inode, size;
    int64_t changed_ns; /* the inode's change time, nanoseconds since the epoch */
};

struct file_stamp file_stamp(const char *path);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

/* "directory/name" in new memory, or a copy of `name` when it is absolute or directory is NULL or empty. Ends the
 * process when out of memory. */
char *file_join(const char *directory, const char *name);

/* The directory that holds this program's executable, in new memory; "." when /proc does not tell. */
char *file_program_directory(void);

#endif
