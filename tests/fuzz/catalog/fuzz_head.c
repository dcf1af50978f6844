/* SPDX-License-Identifier: MIT */
/* A request's head as FastCGI records: it ends where it ends, however the bytes arrive. The first byte says in which
 * parts. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "fcgi-catalog/http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where it ends; 0: there is more to come. */
static size_t look(struct head *head, const uint8_t *data, size_t size, size_t part)
{
    for (size_t came = part < size ? part : size;; came = size - came < part ? size : came + part) {
        size_t length = came;
        bool is_whole = head_look(head, data, &length) == HEAD_WHOLE;
        if (is_whole ? length > came : length != came)
            abort();
        if (is_whole)
            return length;
        if (came == size)
            return 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct head whole = {0}, parts = {0}, exact = {0};

    if (size < 2)
        return 0;
    size_t length = look(&whole, data + 1, size - 1, size - 1);
    if (look(&parts, data + 1, size - 1, (size_t)data[0] + 1) != length || whole.next != parts.next ||
        whole.request_id != parts.request_id || whole.padding != parts.padding)
        abort();
    if (length > 0 && look(&exact, data + 1, length, length) != length)
        abort();
    return 0;
}
