/* SPDX-License-Identifier: MIT */
/* The word behind a number. */
#ifndef CATALOG_CTL_PLURAL_H
#define CATALOG_CTL_PLURAL_H

#include <stdint.h>

/* "1 product", "0 products". */
static inline const char *plural_pick(int64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

#endif
