/* SPDX-License-Identifier: MIT */
/* Text becomes a number here and nowhere else. */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdint.h>

#include "common/compiler.h"

enum number_status {
    NUMBER_OK,
    NUMBER_MALFORMED,    /* empty, or anything but an optional '-' and decimal digits */
    NUMBER_OUT_OF_RANGE, /* a number, but below min or above max */
};

/*
 * Reads the whole of `text` as a decimal integer in min … max. No spaces, no '+', no other base.
 * On NUMBER_OK *value is set; on anything else it is untouched.
 */
MUST_CHECK enum number_status number_parse(const char *text, int64_t min, int64_t max, int64_t *value);

#endif
