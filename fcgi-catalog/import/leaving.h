/* SPDX-License-Identifier: MIT */
/* How many rows of a table an import may take away: a file that was cut off looks whole, and must not take half of the
 * shop with it. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_LEAVING_H
#define CATALOG_IMPORT_LEAVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/import/faults.h"

/* Whether `leaving` of `before` may go: `most` of them or, with -1, a fifth, but at least nine. False: a fault at the
 * beginning of the file says so: "N of the BEFORE `nouns` that are there are `which`, …; `option` N allows it". */
MUST_CHECK bool leaving_is_allowed(size_t leaving, size_t before, int64_t most, const char *nouns, const char *which,
                                   const char *option, struct import_faults *faults);

#endif
