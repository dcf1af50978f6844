/* SPDX-License-Identifier: MIT */
/*
 * Records that belong together by a key, wherever they stand in a file: kept in order of coming, beyond SPOOL_MEMORY
 * bytes in a temporary file without a name, and read again key by key. What stays in memory besides is 32 bytes for a
 * run of records of one key. Used in this room only.
 */
#ifndef CATALOG_IMPORT_SPOOL_H
#define CATALOG_IMPORT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/buffer.h"
#include "common/compiler.h"

#define SPOOL_MEMORY ((size_t)4 * 1024 * 1024)

/* A run of records, one behind the other, of one key. */
struct spool_run {
    uint64_t key;    /* a checksum of its text */
    uint64_t offset; /* of the first one's byte, from the beginning; of a name: the key that it stands for */
    uint32_t length; /* bytes of all */
    uint32_t line;   /* of the first one */
    uint32_t first;  /* the first line with this key */
    bool is_name;    /* no records, but a second key */
};

/* All zero: empty. */
struct spool {
    struct buffer tail;     /* what is not in the file yet */
    FILE *file;             /* NULL: none is needed yet */
    uint64_t written;       /* bytes in it */
    struct spool_run *runs; /* in order of coming */
    size_t count, room;
    int cause; /* errno: why the file cannot be used; 0: it can */
};

void spool_release(struct spool *spool);

/* Where the file is: TMPDIR of the environment, or /tmp. */
const char *spool_directory(void);

/* Keeps a record, which begins on `line`, under a key. If `other` is not NULL, what is kept under that key, before or
 * afterwards, belongs to the first one. */
void spool_add(struct spool *spool, const char *key, const char *other, size_t line, const char *bytes, size_t length);

/* What is kept under the key `other` belongs to `key`. */
void spool_name(struct spool *spool, const char *key, const char *other);

/* Orders the runs: by key, keys by the first line that has them, lines in order. Nothing is added afterwards. */
void spool_sort(struct spool *spool);

/* Reads the bytes of a run into the buffer, behind what it has. False: they cannot be read, see `cause`. */
MUST_CHECK bool spool_read(struct spool *spool, const struct spool_run *run, struct buffer *buffer);

#endif
