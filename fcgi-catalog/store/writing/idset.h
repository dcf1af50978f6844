/* SPDX-License-Identifier: MIT */
/* A set of product ids, a bit each, in pages that are there when one of their ids is. Used in this room only. */
#ifndef CATALOG_STORE_WRITING_IDSET_H
#define CATALOG_STORE_WRITING_IDSET_H

#include <stdbool.h>
#include <stdint.h>

#define IDSET_PAGE_IDS 32768

/* All zero is an empty set. */
struct idset {
    uint64_t **pages;
};

void idset_add(struct idset *set, int32_t id); /* of 0 and more */
bool idset_has(const struct idset *set, int32_t id);
void idset_clear(struct idset *set);

#endif
