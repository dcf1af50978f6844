/* SPDX-License-Identifier: MIT */
/* google.rpc.Status and google.rpc.BadRequest on the wire (Protocol Buffers, Encoding): texts and one small number. */
#include "common/rpc/details.h"

#include <assert.h>
#include <string.h>

#define BAD_REQUEST_TYPE "type.googleapis.com/google.rpc.BadRequest"
#define HEAD_MAX 3 /* a field's tag, one byte, and a length below 2^14 */

/* The size of a field of this length, with its head. */
static size_t size_of(size_t length)
{
    return (length < 0x80 ? 2 : HEAD_MAX) + length;
}

/* Writes the head of a length-delimited field, whose `length` bytes are to follow. */
static uint8_t *write_head(uint8_t *at, unsigned field, size_t length)
{
    assert(length < 1U << 14);
    *at++ = (uint8_t)(field << 3 | 2);
    if (length >= 0x80) {
        *at++ = (uint8_t)(length | 0x80);
        length >>= 7;
    }
    *at++ = (uint8_t)length;
    return at;
}

static uint8_t *write_field(uint8_t *at, unsigned field, const void *bytes, size_t length)
{
    at = write_head(at, field, length);
    memcpy(at, bytes, length);
    return at + length;
}

void details_add(struct details *details, const char *field, const char *description)
{
    size_t field_length = strlen(field), description_length = strlen(description);

    if (details->length + field_length + description_length + (size_t)3 * HEAD_MAX > DETAILS_MAX)
        return;
    uint8_t *at = write_head(details->bytes + details->length, 1, size_of(field_length) + size_of(description_length));
    at = write_field(at, 1, field, field_length);
    at = write_field(at, 2, description, description_length);
    details->length = (size_t)(at - details->bytes);
}

grpc_slice details_pack(const struct details *details, enum rpc_code code, const char *message)
{
    size_t message_length = strlen(message), type_length = strlen(BAD_REQUEST_TYPE);
    size_t any_length = size_of(type_length) + size_of(details->length);
    grpc_slice slice = grpc_slice_malloc(2 + size_of(message_length) + size_of(any_length));
    uint8_t *at = GRPC_SLICE_START_PTR(slice);

    *at++ = 1 << 3; /* Status.code */
    *at++ = (uint8_t)code;
    at = write_field(at, 2, message, message_length);
    at = write_head(at, 3, any_length); /* Status.details, a google.protobuf.Any */
    at = write_field(at, 1, BAD_REQUEST_TYPE, type_length);
    at = write_field(at, 2, details->bytes, details->length);
    assert(at == GRPC_SLICE_END_PTR(slice));
    return slice;
}
