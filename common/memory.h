/* SPDX-License-Identifier: MIT */
/*
 * Memory that is never NULL. Out of memory ends the process with one line in the log: a worker is replaced by its
 * master, a command says so and fails. What these return is released with free(3). In a static program that is true of
 * what libraries ask for as well.
 */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include <stddef.h>

/* The exit code of a process that ran out of memory (EX_OSERR of sysexits.h). */
#define MEMORY_EXIT_CODE 71

void *memory_get(size_t size);
void *memory_get_zeroed(size_t count, size_t size);
void *memory_resize(void *block, size_t size);
/* The array with room for `more` items behind its `count`. It is always this that makes its room: 16 items, then powers
 * of two. */
void *memory_grow(void *items, size_t count, size_t more, size_t item_size);
char *memory_copy_text(const char *text);

/*
 * In a static program what this thread's libraries ask for between open and close is cut off one piece of 64 KiB, which
 * the thread has once, as long as that lasts; to free such a block does nothing. For a library that gets dozens of
 * blocks, all of which are in use no longer when the thread opens it again. Nothing of our own may be got meanwhile.
 */
void memory_scratch_open(void);
void memory_scratch_close(void);

#endif
