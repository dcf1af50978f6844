/* SPDX-License-Identifier: MIT */
/* Cursors: nobody makes one without the secret, and one that is read is the one text for its position. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cursor_secret secret = {.bytes = "corpus"};
    struct arena arena = {0};
    struct position position;
    const char *text = arena_copy(&arena, (const char *)data, size);

    if (cursor_read(text, "q=a", &secret, &arena, &position) == CURSOR_OK) {
        if (!position.is_set || strcmp(cursor_print(&position, "q=a", &secret, &arena), text) != 0)
            abort();
        if (cursor_read(text, "q=b", &secret, &arena, &position) == CURSOR_OK)
            abort();
    }
    arena_release(&arena);
    return 0;
}
