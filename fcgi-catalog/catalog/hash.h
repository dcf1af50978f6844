/* SPDX-License-Identifier: MIT */
/* uthash, whose tables are memory that is never NULL. */
#ifndef CATALOG_CATALOG_HASH_H
#define CATALOG_CATALOG_HASH_H

#include "common/memory.h"

#define uthash_malloc(size) memory_get(size)
#include <uthash.h>

/* So long a chain doubles the table. With 10, uthash's own, it has two or three entries to a bucket, and each that a
 * look-up passes is a read of far memory; with 6 it has one to three buckets to an entry. Much fewer would double a
 * table of any size each time that a few entries meet by chance. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 6U

#endif
