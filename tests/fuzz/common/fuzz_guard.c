/* SPDX-License-Identifier: MIT */
/*
 * Feeds HTTP/2 to the guard in both directions. The first byte says how: in pieces of which size, and every how many
 * bytes the direction changes. Nothing may be left held at the end, and what a connection holds stays within its
 * limits.
 */
#include <stdlib.h>

#include "common/rpc/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct guard *guard = guard_new();
    size_t piece = (size_t)(data[0] & 15) + 1, turn = (size_t)(data[0] >> 4) * 16;
    const char *reason;
    bool is_good = true;

    for (size_t at = 1; at < size && is_good; at += piece) {
        size_t part = size - at < piece ? size - at : piece;
        bool is_out = turn != 0 && at / turn % 2 == 1;
        is_good = is_out ? guard_send(guard, data + at, part, &reason)
                         : guard_take(guard, (uint8_t *)data + at, part, (int64_t)at * 1000000, &reason);
        if (is_good && guard_held() > GUARD_KNOWN_BYTES)
            abort();
    }
    guard_free(guard);
    if (guard_held() != 0)
        abort();
    return 0;
}
