/* SPDX-License-Identifier: MIT */
/*
 * A streamed answer on a FastCGI connection: the pieces of a source as records (FastCGI specification, 3.3, 6.2),
 * written as far as the web server takes them and never waited for. libfcgi can only wait. Used by fastcgi.c.
 */
#ifndef CATALOG_HTTP_STREAM_H
#define CATALOG_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

struct stream {
    struct http_source *source;
    int fd;
    int request_id;
    char *records; /* what is to be sent, from `sent` to `length` */
    size_t sent, length, room;
    bool is_whole; /* the end is in the records, too */
};

enum stream_status {
    STREAM_MORE,   /* to be called again when the connection takes more */
    STREAM_DONE,   /* the answer is out, with its end */
    STREAM_BROKEN, /* the web server has gone, or the source broke off: the connection is to be closed */
};

/* The stream takes the source over. `head` is copied. */
void stream_begin(struct stream *stream, int fd, int request_id, struct http_source *source, const char *head,
                  size_t head_length);

/* Sends what is left of the last piece, and if it is out, the next one: a turn of bounded length. */
MUST_CHECK enum stream_status stream_write(struct stream *stream);

/* Releases the source and frees what the stream has. */
void stream_end(struct stream *stream);

#endif
