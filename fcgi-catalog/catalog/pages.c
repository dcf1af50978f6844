/* SPDX-License-Identifier: MIT */
/*
 * The pages: a hash table of chains by key, and a ring in the order of use.
 *
 *     ring ──> used last ──> … ──> not used for longest ──┐
 *      ^                                                  │
 *      └──────────────────────────────────────────────────┘
 */
#include "fcgi-catalog/catalog/pages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct page {
    struct page *newer, *older; /* the ring */
    struct page *chain;         /* the next of the same bucket */
    struct shelf *shelf;
    size_t bytes;
    uint64_t hash;
    char *key; /* right behind it */
};

struct pages {
    struct page ring; /* holds no page itself */
    struct page **buckets;
    size_t bucket_mask;
    size_t bytes, bytes_max, count, count_max;
    int64_t revision;
};

struct pages *pages_new(size_t bytes_max, size_t count_max)
{
    struct pages *pages = memory_get_zeroed(1, sizeof *pages);
    size_t buckets = 16;

    while (buckets < count_max)
        buckets *= 2;
    pages->buckets = memory_get_zeroed(buckets, sizeof *pages->buckets);
    pages->bucket_mask = buckets - 1;
    pages->bytes_max = bytes_max;
    pages->count_max = count_max;
    pages->ring.newer = pages->ring.older = &pages->ring;
    return pages;
}

/* FNV-1a. Whoever makes keys collide slows down a table of a few thousand; nothing more. */
static uint64_t hash_key(const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static struct page **find_slot(const struct pages *pages, uint64_t hash, const char *key)
{
    struct page **slot = &pages->buckets[hash & pages->bucket_mask];

    while (*slot != NULL && ((*slot)->hash != hash || strcmp((*slot)->key, key) != 0))
        slot = &(*slot)->chain;
    return slot;
}

static void unlink_ring(struct page *page)
{
    page->newer->older = page->older;
    page->older->newer = page->newer;
}

static void link_newest(struct pages *pages, struct page *page)
{
    page->newer = &pages->ring;
    page->older = pages->ring.older;
    page->older->newer = page;
    pages->ring.older = page;
}

static void remove_page(struct pages *pages, struct page **slot)
{
    struct page *page = *slot;

    *slot = page->chain;
    unlink_ring(page);
    pages->bytes -= page->bytes;
    pages->count--;
    shelf_drop(page->shelf);
    free(page);
}

static void remove_oldest(struct pages *pages)
{
    struct page *oldest = pages->ring.newer;

    remove_page(pages, find_slot(pages, oldest->hash, oldest->key));
}

/* Only pages of this revision may stay. */
static void move_to(struct pages *pages, int64_t revision)
{
    if (pages->revision == revision)
        return;
    while (pages->count > 0)
        remove_oldest(pages);
    pages->revision = revision;
}

void pages_free(struct pages *pages)
{
    if (pages == NULL)
        return;
    while (pages->count > 0)
        remove_oldest(pages);
    free(pages->buckets);
    free(pages);
}

struct shelf *pages_find(struct pages *pages, int64_t revision, const char *key)
{
    move_to(pages, revision);
    struct page *page = *find_slot(pages, hash_key(key), key);
    if (page == NULL)
        return NULL;
    unlink_ring(page);
    link_newest(pages, page);
    return shelf_take(page->shelf);
}

void pages_put(struct pages *pages, const char *key, struct shelf *shelf)
{
    size_t length = strlen(key), bytes = sizeof(struct page) + length + 1 + shelf_size(shelf);
    uint64_t hash = hash_key(key);

    if (pages->count > 0 && shelf_revision(shelf) < pages->revision)
        return;
    move_to(pages, shelf_revision(shelf));
    struct page **slot = find_slot(pages, hash, key);
    if (*slot != NULL)
        remove_page(pages, slot);
    if (bytes > pages->bytes_max || pages->count_max == 0)
        return;
    while (pages->bytes + bytes > pages->bytes_max || pages->count == pages->count_max)
        remove_oldest(pages);

    struct page *page = memory_get(sizeof *page + length + 1);
    struct page **bucket = &pages->buckets[hash & pages->bucket_mask];
    *page = (struct page){.chain = *bucket, .shelf = shelf_take(shelf), .bytes = bytes, .hash = hash};
    page->key = memcpy(page + 1, key, length + 1);
    *bucket = page;
    link_newest(pages, page);
    pages->bytes += bytes;
    pages->count++;
}

size_t pages_bytes(const struct pages *pages)
{
    return pages->bytes;
}

size_t pages_count(const struct pages *pages)
{
    return pages->count;
}
