/* SPDX-License-Identifier: MIT */
/* Text with its length, and a check for UTF-8. */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes with their length; the function that makes one says where the bytes live and whether a NUL is behind them. */
struct text {
    const char *bytes;
    size_t length;
};

/* Whether `length` bytes are well-formed UTF-8 (RFC 3629: shortest forms, no surrogates) without a NUL. Empty text is
 * well-formed. */
bool text_is_utf8(const void *bytes, size_t length);

#endif
