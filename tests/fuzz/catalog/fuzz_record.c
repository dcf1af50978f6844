/* SPDX-License-Identifier: MIT */
/* A request's body as FastCGI records: it ends where it ends, however the bytes arrive. The first byte says in which
 * parts. */
#include <stdint.h>
#include <stdlib.h>

#include "fcgi-catalog/http/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct record_body feed(const uint8_t *data, size_t size, size_t part)
{
    struct record_body body = {0};

    for (size_t i = 0; i < size; i += part)
        record_body_feed(&body, data + i, size - i < part ? size - i : part);
    return body;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct record_body whole = feed(data + 1, size - 1, size - 1);
    const struct record_body parts = feed(data + 1, size - 1, (size_t)data[0] + 1);

    if (whole.length != parts.length || whole.left != parts.left || whole.header_length != parts.header_length ||
        whole.is_ended != parts.is_ended || whole.is_wrong != parts.is_wrong ||
        whole.header_length >= RECORD_HEADER_LENGTH || whole.left > RECORD_CONTENT_MAX + UINT8_MAX)
        abort();
    return 0;
}
