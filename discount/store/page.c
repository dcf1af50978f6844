/* SPDX-License-Identifier: MIT */
/* Arrays of what is found: they grow on the heap and end in the caller's arena. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/store/internal.h"

void *page_add(struct page *page)
{
    if (page->count == page->room) {
        page->room = page->room == 0 ? 32 : 2 * page->room;
        page->items = memory_resize(page->items, page->room * page->item_size);
    }
    return (char *)page->items + page->count++ * page->item_size;
}

void *page_finish(struct page *page, struct arena *arena, size_t *count)
{
    void *items = arena_get(arena, page->count * page->item_size);

    if (page->count > 0)
        memcpy(items, page->items, page->count * page->item_size);
    *count = page->count;
    free(page->items);
    page->items = NULL;
    return items;
}

int64_t page_limit(uint64_t limit)
{
    return limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
}
