/* SPDX-License-Identifier: MIT */
/* An answer on its way to the web server. */
#include "fcgi-catalog/http/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/memory.h"
#include "fcgi-catalog/http/record.h"

#define KEPT_ROOM ((size_t)64 * 1024) /* a buffer up to this size stays for the next answer */

/* Room for `length` more bytes, which the caller fills. */
static char *extend(struct writer *writer, size_t length)
{
    if (writer->room - writer->length < length) {
        writer->room = (writer->length + length) * 2;
        writer->bytes = memory_resize(writer->bytes, writer->room);
    }
    writer->length += length;
    return writer->bytes + writer->length - length;
}

static void set_length(struct writer *writer, size_t length)
{
    unsigned char *header = (unsigned char *)writer->bytes + writer->record - RECORD_HEADER_LENGTH;

    header[4] = (unsigned char)(length >> 8);
    header[5] = (unsigned char)length;
}

static void begin_record(struct writer *writer, int type)
{
    const unsigned char header[RECORD_HEADER_LENGTH] = {
        RECORD_VERSION,
        (unsigned char)type,
        (unsigned char)(writer->request_id >> 8),
        (unsigned char)writer->request_id,
    };

    memcpy(extend(writer, sizeof header), header, sizeof header);
    writer->record = writer->length;
}

/* Fills the last record before it begins another: some web servers send each record on as a piece of its own. */
static void add_output(struct writer *writer, const char *bytes, size_t length)
{
    while (length > 0) {
        if (writer->record == 0 || writer->length - writer->record == RECORD_CONTENT_MAX)
            begin_record(writer, RECORD_STDOUT);
        size_t used = writer->length - writer->record;
        size_t part = length < RECORD_CONTENT_MAX - used ? length : RECORD_CONTENT_MAX - used;
        memcpy(extend(writer, part), bytes, part);
        set_length(writer, used + part);
        bytes += part;
        length -= part;
    }
}

/* Ends the answer. */
static void add_end(struct writer *writer)
{
    static const char request_complete[8] = {0}; /* with application status 0 */

    begin_record(writer, RECORD_STDOUT); /* empty: the end of the stream */
    begin_record(writer, RECORD_END_REQUEST);
    memcpy(extend(writer, sizeof request_complete), request_complete, sizeof request_complete);
    set_length(writer, sizeof request_complete);
}

static void release_source(struct writer *writer)
{
    if (writer->source != NULL)
        writer->source->release(writer->source);
    writer->source = NULL;
}

/* Adds the source's next piece, and behind the last one the end. False: the source failed. */
static bool add_piece(struct writer *writer)
{
    struct http_piece piece;

    if (!http_source_next(writer->source, &piece))
        return false;
    add_output(writer, piece.bytes, piece.length);
    if (writer->source->left == 0) {
        release_source(writer);
        add_end(writer);
    }
    return true;
}

bool writer_begin(struct writer *writer, int fd, int request_id, struct http_exchange *exchange)
{
    size_t head_length, body_length = http_exchange_body_length(exchange);
    const char *head = http_exchange_head(exchange, &head_length);

    writer->fd = fd;
    writer->request_id = request_id;
    writer->taken = 0;
    writer->source = http_exchange_take_source(exchange);
    add_output(writer, head, head_length);
    add_output(writer, exchange->response.body, body_length);
    if (writer->source != NULL)
        return add_piece(writer);
    add_end(writer);
    return true;
}

size_t writer_waiting(const struct writer *writer)
{
    return writer->length - writer->sent;
}

/* False: the web server has gone. */
static bool send_bytes(struct writer *writer)
{
    while (writer_waiting(writer) > 0) {
        ssize_t count =
            send(writer->fd, writer->bytes + writer->sent, writer_waiting(writer), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            return errno == EAGAIN;
        if (count > 0) {
            writer->sent += (size_t)count;
            writer->taken += (uint64_t)count;
        }
    }
    writer->sent = writer->length = writer->record = 0;
    return true;
}

enum writer_status writer_send(struct writer *writer)
{
    if (!send_bytes(writer))
        return WRITER_BROKEN;
    if (writer->source != NULL && writer_waiting(writer) == 0 && !(add_piece(writer) && send_bytes(writer)))
        return WRITER_BROKEN;
    return writer->source == NULL && writer_waiting(writer) == 0 ? WRITER_DONE : WRITER_MORE;
}

void writer_end(struct writer *writer)
{
    release_source(writer);
    writer->sent = writer->length = writer->record = 0;
    if (writer->room > KEPT_ROOM)
        writer_release(writer);
}

void writer_release(struct writer *writer)
{
    free(writer->bytes);
    *writer = (struct writer){0};
}
