/* SPDX-License-Identifier: MIT */
/*
 * Memory that is never NULL. Out of memory ends the process with one line in the log: a worker is replaced by its
 * master, a command says so and fails. What these return is released with free(3). In a static program libraries, too,
 * get memory or the process ends.
 */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include <stddef.h>

/* The exit code of a process that ran out of memory (EX_OSERR of sysexits.h). */
#define MEMORY_EXIT_CODE 71

void *memory_get(size_t size);
void *memory_get_zeroed(size_t count, size_t size);
void *memory_resize(void *block, size_t size);
/* The array with room for `more` items behind its `count`: 16 items, then powers of two. The array must always be grown
 * by this function, which infers the present room from `count`. */
void *memory_grow(void *items, size_t count, size_t more, size_t item_size);
char *memory_copy_text(const char *text);

/*
 * Between open and close, malloc() in this thread of a static program takes blocks from a scratch area of 64 KiB, one
 * for each thread, while it has room; to free such a block does nothing. For a library that gets dozens of blocks, none
 * of which is in use when the thread opens the area again, and which only this thread frees. Our own code must not
 * allocate meanwhile.
 */
void memory_scratch_open(void);
void memory_scratch_close(void);

#endif
