/* SPDX-License-Identifier: MIT */
/* Text from outside: is it well-formed UTF-8? */
#include "common/text.h"

#include <stdint.h>
#include <utf8proc.h>

bool text_is_utf8(const void *bytes, size_t length)
{
    const uint8_t *text = bytes;

    for (size_t i = 0; i < length;) {
        if (text[i] == 0)
            return false;
        if (text[i] < 0x80) {
            i++;
            continue;
        }
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t size = utf8proc_iterate(text + i, (utf8proc_ssize_t)(length - i), &codepoint);
        if (size <= 0)
            return false;
        i += (size_t)size;
    }
    return true;
}
