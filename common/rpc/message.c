/* SPDX-License-Identifier: MIT */
/* Messages on their way in and out: protobuf-c structures become gRPC core's byte buffers, and back. */
#include "common/rpc/internal.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

char *rpc_method_path(const ProtobufCServiceDescriptor *service, unsigned method)
{
    const char *name = service->methods[method].name;
    size_t room = strlen(service->name) + strlen(name) + 3;
    char *path = memory_get(room);
    snprintf(path, room, "/%s/%s", service->name, name);
    return path;
}

grpc_byte_buffer *rpc_pack(const ProtobufCMessage *message)
{
    grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
    protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    grpc_byte_buffer *bytes = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return bytes;
}

/* protobuf-c's allocator: memory of the arena, up to a bound, which is freed with the arena. */
struct bounded_arena {
    struct arena *arena;
    size_t left;
    bool is_exhausted;
};

static void *bounded_get(void *data, size_t size)
{
    struct bounded_arena *bounded = data;

    if (size > bounded->left) {
        bounded->is_exhausted = true;
        return NULL;
    }
    bounded->left -= size;
    return arena_get(bounded->arena, size);
}

static void bounded_free(void *data, void *piece)
{
    (void)data;
    (void)piece;
}

static enum rpc_unpack_status unpack_slice(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t length,
                                           struct arena *arena, ProtobufCMessage **message)
{
    struct bounded_arena bounded = {.arena = arena, .left = RPC_UNPACKED_MAX};
    ProtobufCAllocator allocator = {.alloc = bounded_get, .free = bounded_free, .allocator_data = &bounded};

    ProtobufCMessage *unpacked = protobuf_c_message_unpack(type, &allocator, length, bytes);
    if (unpacked == NULL)
        return bounded.is_exhausted ? RPC_UNPACK_TOO_LARGE : RPC_UNPACK_MALFORMED;
    if (!rpc_wire_text_is_clean(type, bytes, length))
        return RPC_UNPACK_MALFORMED;
    *message = unpacked;
    return RPC_UNPACK_OK;
}

enum rpc_unpack_status rpc_unpack(const ProtobufCMessageDescriptor *type, grpc_byte_buffer *bytes, struct arena *arena,
                                  ProtobufCMessage **message)
{
    grpc_byte_buffer_reader reader;

    if (bytes == NULL || !grpc_byte_buffer_reader_init(&reader, bytes))
        return RPC_UNPACK_MALFORMED;
    /* Most messages are one slice and are read in place. */
    grpc_slice *first = NULL;
    if (!grpc_byte_buffer_reader_peek(&reader, &first)) {
        grpc_byte_buffer_reader_destroy(&reader);
        return unpack_slice(type, (const uint8_t *)"", 0, arena, message);
    }
    enum rpc_unpack_status status;
    if (GRPC_SLICE_LENGTH(*first) == grpc_byte_buffer_length(reader.buffer_out)) {
        status = unpack_slice(type, GRPC_SLICE_START_PTR(*first), GRPC_SLICE_LENGTH(*first), arena, message);
        grpc_byte_buffer_reader_destroy(&reader);
    } else {
        grpc_byte_buffer_reader_destroy(&reader);
        if (!grpc_byte_buffer_reader_init(&reader, bytes))
            return RPC_UNPACK_MALFORMED;
        grpc_slice whole = grpc_byte_buffer_reader_readall(&reader);
        grpc_byte_buffer_reader_destroy(&reader);
        status = unpack_slice(type, GRPC_SLICE_START_PTR(whole), GRPC_SLICE_LENGTH(whole), arena, message);
        grpc_slice_unref(whole);
    }
    return status;
}

gpr_timespec rpc_deadline_to_core(int64_t deadline_ns)
{
    if (deadline_ns == CLOCK_NEVER)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return (gpr_timespec){.tv_sec = deadline_ns / CLOCK_NS_PER_S,
                          .tv_nsec = (int32_t)(deadline_ns % CLOCK_NS_PER_S),
                          .clock_type = GPR_CLOCK_MONOTONIC};
}

int64_t rpc_deadline_from_core(gpr_timespec deadline)
{
    deadline = gpr_convert_clock_type(deadline, GPR_CLOCK_MONOTONIC);
    if (deadline.tv_sec >= INT64_MAX / CLOCK_NS_PER_S - 1)
        return CLOCK_NEVER;
    return deadline.tv_sec * CLOCK_NS_PER_S + deadline.tv_nsec;
}
