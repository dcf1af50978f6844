/* SPDX-License-Identifier: MIT */
/* The head of a FastCGI request, until all of it has come. */
#include "fcgi-catalog/http/head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/memory.h"
#include "fcgi-catalog/http/record.h"

#define AT_ONCE ((size_t)16 * 1024) /* bytes that are peeked at in the connection */

/* Whether libfcgi reads no further than this record: it is the end of the variables, or a fault. Records of another
 * request are skipped. */
static bool is_last(struct head *head, const unsigned char *record, size_t content)
{
    int type = record[1], id = record[2] << 8 | record[3];

    if (record[0] != RECORD_VERSION)
        return true;
    if (type == RECORD_BEGIN_REQUEST && head->request_id == 0) {
        head->request_id = id;
        return id == 0 || content != RECORD_BEGIN_LENGTH;
    }
    return type != RECORD_BEGIN_REQUEST && head->request_id != 0 && id == head->request_id &&
           (type != RECORD_PARAMS || content == 0);
}

enum head_status head_look(struct head *head, const unsigned char *bytes, size_t *length)
{
    while (*length >= head->next + RECORD_HEADER_LENGTH) {
        const unsigned char *record = bytes + head->next;
        size_t content = (size_t)record[4] << 8 | record[5], padding = record[6];
        if (is_last(head, record, content)) {
            *length = head->next + RECORD_HEADER_LENGTH;
            head->padding = padding;
            return HEAD_WHOLE;
        }
        head->next += RECORD_HEADER_LENGTH + content + padding;
    }
    return HEAD_MORE;
}

static enum head_status look_into(struct head *head, int fd)
{
    unsigned char bytes[AT_ONCE];
    ssize_t count = recv(fd, bytes, sizeof bytes, MSG_PEEK);
    size_t length = count > 0 ? (size_t)count : 0;

    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? HEAD_MORE : HEAD_BROKEN;
    enum head_status status = head_look(head, bytes, &length);
    return head->padding == 0 ? status : HEAD_MORE; /* libfcgi would take the padding for the body */
}

/* Takes the head up to its end; the body behind it stays in the connection. */
static enum head_status take_out(struct head *head, int fd)
{
    for (;;) {
        if (head->length == HEAD_MAX)
            return HEAD_BROKEN;
        if (head->length == head->room) {
            head->room = head->room == 0 ? AT_ONCE : head->room * 2;
            head->bytes = memory_resize(head->bytes, head->room);
        }
        ssize_t count = recv(fd, head->bytes + head->length, head->room - head->length, MSG_PEEK);
        if (count <= 0)
            return count < 0 && (errno == EAGAIN || errno == EINTR) ? HEAD_MORE : HEAD_BROKEN;
        size_t length = head->length + (size_t)count;
        enum head_status status = head_look(head, head->bytes, &length);
        if (recv(fd, head->bytes + head->length, length - head->length, 0) != (ssize_t)(length - head->length))
            return HEAD_BROKEN;
        head->length = length;
        if (status != HEAD_MORE)
            return status;
    }
}

enum head_status head_read(struct head *head, int fd)
{
    if (head->length == 0) {
        enum head_status status = look_into(head, fd);
        if (status != HEAD_MORE)
            return status;
        *head = (struct head){.bytes = head->bytes, .room = head->room};
    }
    return take_out(head, fd);
}

int head_open(const struct head *head)
{
    int fd = memfd_create("head", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 && write(fd, head->bytes, head->length) == (ssize_t)head->length &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void head_release(struct head *head)
{
    free(head->bytes);
    *head = (struct head){0};
}
