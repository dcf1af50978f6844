/* SPDX-License-Identifier: MIT */
/* Text becomes a number. */
#include "common/number.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum number_status number_parse(const char *text, int64_t min, int64_t max, int64_t *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t length = strspn(digits, "0123456789");

    if (length == 0 || digits[length] != '\0')
        return NUMBER_MALFORMED;
    errno = 0;
    long long parsed = strtoll(text, NULL, 10);
    if (errno == ERANGE || parsed < min || parsed > max)
        return NUMBER_OUT_OF_RANGE;
    *value = parsed;
    return NUMBER_OK;
}
