/* SPDX-License-Identifier: MIT */
/*
 * FastCGI's records (specification, 3.3 and 8), and a request's body, which no handler reads: it is skipped record by
 * record, up to the beginning of the next request. Used by fastcgi.c.
 */
#ifndef CATALOG_HTTP_RECORD_H
#define CATALOG_HTTP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

#define RECORD_VERSION 1
#define RECORD_HEADER_LENGTH 8
#define RECORD_CONTENT_MAX 65535
#define RECORD_BEGIN_LENGTH 8 /* of a BEGIN_REQUEST's content */

enum record_type {
    RECORD_BEGIN_REQUEST = 1,
    RECORD_END_REQUEST = 3,
    RECORD_PARAMS = 4,
    RECORD_STDIN = 5,
    RECORD_STDOUT = 6,
};

/* What has come of a request's body. All zero: nothing yet. */
struct record_body {
    unsigned char header[RECORD_HEADER_LENGTH]; /* of the next record, so far */
    size_t header_length;
    size_t left;     /* of a record: content and padding that are still to come */
    uint64_t length; /* of the body, by the headers so far */
    bool is_ended;   /* its last record has come */
    bool is_wrong;   /* that is no FastCGI */
};

/* Skips bytes that came. What stands behind the body's end is not looked at. */
void record_body_feed(struct record_body *body, const void *bytes, size_t length);

/* All of it has been skipped. */
bool record_body_is_whole(const struct record_body *body);

enum record_skip {
    RECORD_SKIP_MORE,   /* there is more to come */
    RECORD_SKIP_WHOLE,  /* the connection is at the beginning of the next request */
    RECORD_SKIP_BROKEN, /* it has ended */
};

/*
 * Skips a bounded part of the body that the connection has, without waiting. A web server that has its answer may leave
 * the rest of a body unsent and begin the next request (mod_proxy_fcgi does): that request is not touched.
 */
MUST_CHECK enum record_skip record_body_skip(struct record_body *body, int fd);

#endif
