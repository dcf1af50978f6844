/* SPDX-License-Identifier: MIT */
/*
 * The head of a FastCGI request: its records up to the end of its variables (specification, 3.3 and 5.2). libfcgi reads
 * it, and would wait for a missing part, so it gets the connection when the whole head has come. Mostly a head comes at
 * once and stays in the connection until then; one that comes in parts is taken out and kept. Used by fastcgi.c.
 */
#ifndef CATALOG_HTTP_HEAD_H
#define CATALOG_HTTP_HEAD_H

#include <stddef.h>

#include "common/compiler.h"

#define HEAD_MAX ((size_t)1024 * 1024) /* bytes of a head that comes in parts */

/* All zero: nothing has come yet. */
struct head {
    unsigned char *bytes; /* taken out of the connection */
    size_t length, room;
    size_t next;    /* where the next record to be looked at begins */
    int request_id; /* 0: no request has begun */
    size_t padding; /* of a whole head: the padding of its last record, not yet read */
};

enum head_status {
    HEAD_MORE,  /* there is more to come */
    HEAD_WHOLE, /* or so wrong that libfcgi refuses it at once: in `bytes`, or, when that is empty, in the connection */
    HEAD_BROKEN, /* the connection has ended, or the head is too large */
};

/* Looks at what has come of a head, from its first byte. HEAD_WHOLE: it ends behind *length bytes. Pure. */
MUST_CHECK enum head_status head_look(struct head *head, const unsigned char *bytes, size_t *length);

/* Looks at a connection, which must be non-blocking, and takes out of it what has to be kept. */
MUST_CHECK enum head_status head_read(struct head *head, int fd);

/* A file with `bytes`, to be read from its beginning and closed by the caller; it cannot be written to. -1 with errno.
 */
MUST_CHECK int head_open(const struct head *head);

/* Frees `bytes`; the head is empty again. */
void head_release(struct head *head);

#endif
