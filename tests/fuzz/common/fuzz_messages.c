/* SPDX-License-Identifier: MIT */
/* Feeds bytes to every message of the contract: unpacking must refuse or read them, and what it reads must have clean
 * text. */
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <stdlib.h>

#include "common/rpc/internal.h"
#include "common/text.h"
#include "proto/ecommerce.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_product(const Ecommerce__Product *product)
{
    if (product != NULL && !text_is_utf8(product->slug, __builtin_strlen(product->slug)))
        abort();
}

static void check_request(const Ecommerce__ApplyDiscountsRequest *request)
{
    for (size_t i = 0; i < request->n_asks; i++) {
        for (size_t j = 0; j < request->asks[i]->n_products; j++)
            check_product(request->asks[i]->products[j]);
    }
}

static void feed(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size)
{
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)data, size);
    grpc_byte_buffer *bytes = grpc_raw_byte_buffer_create(&slice, 1);
    struct arena arena = {0};
    ProtobufCMessage *message;

    if (rpc_unpack(type, bytes, &arena, &message) == RPC_UNPACK_OK) {
        if (type == &ecommerce__apply_discounts_request__descriptor)
            check_request((const Ecommerce__ApplyDiscountsRequest *)message);
        grpc_byte_buffer_destroy(rpc_pack(message));
    }
    arena_release(&arena);
    grpc_byte_buffer_destroy(bytes);
    grpc_slice_unref(slice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_started;

    if (!is_started)
        grpc_init();
    is_started = 1;
    feed(&ecommerce__discount_request__descriptor, data, size);
    feed(&ecommerce__discount_response__descriptor, data, size);
    feed(&ecommerce__apply_discounts_request__descriptor, data, size);
    feed(&ecommerce__apply_discounts_response__descriptor, data, size);
    return 0;
}
