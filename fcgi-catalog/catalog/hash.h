/* SPDX-License-Identifier: MIT */
/* uthash, whose tables are memory that is never NULL. */
#ifndef CATALOG_CATALOG_HASH_H
#define CATALOG_CATALOG_HASH_H

#include "common/memory.h"

#define uthash_malloc(size) memory_get(size)
#include <uthash.h>

#endif
