/* SPDX-License-Identifier: MIT */
/* Text from outside: is it what it says? */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes and how many they are; whoever makes one says where the bytes live and whether a NUL is behind them. */
struct text {
    const char *bytes;
    size_t length;
};

/* Whether `length` bytes are well-formed UTF-8 (RFC 3629: shortest forms, no surrogates) without a NUL. Empty text is.
 */
bool text_is_utf8(const void *bytes, size_t length);

#endif
