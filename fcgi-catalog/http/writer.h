/* SPDX-License-Identifier: MIT */
/*
 * An answer on its way to the web server: FastCGI records (specification, 3.3, 6.2) in one buffer, sent as far as the
 * connection takes them and never waited for. Every answer is sent this way, whether it is in memory or made while it
 * is sent. Used by fastcgi.c.
 */
#ifndef CATALOG_HTTP_WRITER_H
#define CATALOG_HTTP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

/* All zero is a writer without a buffer. */
struct writer {
    struct http_source *source; /* what follows the bytes in the buffer; NULL: nothing */
    int fd;
    int request_id;
    char *bytes; /* records; the bytes from `sent` to `length` are still to be sent */
    size_t sent, length, room;
    size_t record;  /* where the content of the last record begins, to which more can be added; 0: there is none */
    uint64_t taken; /* bytes of the answer that the web server has taken */
};

enum writer_status {
    WRITER_MORE,   /* to be called again when the connection takes more */
    WRITER_DONE,   /* the answer is out, with its end */
    WRITER_BROKEN, /* the web server has gone, or the source broke off: the connection is to be closed */
};

/* Begins an exchange's answer: its head and, in the same record, the beginning of its body. The writer needs nothing of
 * the exchange afterwards; a source is the writer's from here on. False: the source broke off before its first piece.
 */
MUST_CHECK bool writer_begin(struct writer *writer, int fd, int request_id, struct http_exchange *exchange);

/* Sends the buffer and, if that is empty then, makes and sends the next piece: a turn of bounded length. */
MUST_CHECK enum writer_status writer_send(struct writer *writer);

/* Bytes that wait in memory. */
size_t writer_waiting(const struct writer *writer);

/* Releases the source, and the buffer unless it is small: the next answer may use that. */
void writer_end(struct writer *writer);

/* Frees the buffer of a writer that has ended. */
void writer_release(struct writer *writer);

#endif
