/* SPDX-License-Identifier: MIT */
/* A set of product ids. */
#include "fcgi-catalog/store/writing/idset.h"

#include <stdlib.h>

#include "common/memory.h"

#define PAGES (((uint32_t)INT32_MAX + 1) / IDSET_PAGE_IDS)

void idset_add(struct idset *set, int32_t id)
{
    uint32_t page = (uint32_t)id / IDSET_PAGE_IDS, place = (uint32_t)id % IDSET_PAGE_IDS;

    if (set->pages == NULL)
        set->pages = memory_get_zeroed(PAGES, sizeof *set->pages);
    if (set->pages[page] == NULL)
        set->pages[page] = memory_get_zeroed(IDSET_PAGE_IDS / 64, sizeof **set->pages);
    set->pages[page][place / 64] |= UINT64_C(1) << place % 64;
}

bool idset_has(const struct idset *set, int32_t id)
{
    uint32_t page = (uint32_t)id / IDSET_PAGE_IDS, place = (uint32_t)id % IDSET_PAGE_IDS;

    return set->pages != NULL && set->pages[page] != NULL && (set->pages[page][place / 64] >> place % 64 & 1) != 0;
}

void idset_clear(struct idset *set)
{
    for (uint32_t i = 0; set->pages != NULL && i < PAGES; i++)
        free(set->pages[i]);
    free(set->pages);
    *set = (struct idset){0};
}
