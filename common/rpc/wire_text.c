/* SPDX-License-Identifier: MIT */
/* Walks the wire format of a message (protobuf encoding) to look at its strings before anybody uses them. */
#include "common/rpc/internal.h"

#include "common/text.h"

#define NESTING_MAX 32 /* deeper messages than any contract has */

enum wire_type { WIRE_VARINT = 0, WIRE_64BIT = 1, WIRE_LENGTH = 2, WIRE_32BIT = 5 };

struct cursor {
    const uint8_t *at, *end;
};

static bool read_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
        uint8_t byte = *cursor->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool skip(struct cursor *cursor, uint64_t length)
{
    if (length > (uint64_t)(cursor->end - cursor->at))
        return false;
    cursor->at += length;
    return true;
}

static bool message_is_clean(const ProtobufCMessageDescriptor *type, struct cursor cursor, unsigned depth);

static bool field_is_clean(const ProtobufCMessageDescriptor *type, unsigned number, struct cursor field, unsigned depth)
{
    const ProtobufCFieldDescriptor *descriptor = protobuf_c_message_descriptor_get_field(type, number);

    if (descriptor == NULL)
        return true;
    if (descriptor->type == PROTOBUF_C_TYPE_STRING)
        return text_is_utf8(field.at, (size_t)(field.end - field.at));
    if (descriptor->type == PROTOBUF_C_TYPE_MESSAGE)
        return depth < NESTING_MAX && message_is_clean(descriptor->descriptor, field, depth + 1);
    return true;
}

static bool message_is_clean(const ProtobufCMessageDescriptor *type, struct cursor cursor, unsigned depth)
{
    uint64_t key, value;

    while (cursor.at < cursor.end) {
        if (!read_varint(&cursor, &key) || key >> 3 > UINT32_MAX)
            return false;
        switch (key & 7) {
        case WIRE_VARINT:
            if (!read_varint(&cursor, &value))
                return false;
            break;
        case WIRE_64BIT:
            if (!skip(&cursor, 8))
                return false;
            break;
        case WIRE_32BIT:
            if (!skip(&cursor, 4))
                return false;
            break;
        case WIRE_LENGTH: {
            if (!read_varint(&cursor, &value))
                return false;
            struct cursor field = {.at = cursor.at};
            if (!skip(&cursor, value))
                return false;
            field.end = cursor.at;
            if (!field_is_clean(type, (unsigned)(key >> 3), field, depth))
                return false;
            break;
        }
        default: /* groups are not part of proto3 */
            return false;
        }
    }
    return true;
}

bool rpc_wire_text_is_clean(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t length)
{
    return message_is_clean(type, (struct cursor){.at = bytes, .end = bytes + length}, 0);
}
