/* SPDX-License-Identifier: MIT */
/* Which product has which slug. */
#include "discount/ruleset/slugs.h"

#include <stdlib.h>

#include "common/memory.h"
#include "common/search.h"
#include "discount/ruleset/snapshot.h"
#include "discount/ruleset/ruleset.h"

uint64_t slug_hash(const char *slug)
{
    uint64_t hash = hash_mix(hash_text(slug));

    return hash != 0 ? hash : 1;
}

static int compare_ids(const void *left, const void *right)
{
    const struct slug_entry *a = left, *b = right;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

static int compare_hashes(const void *left, const void *right, void *data)
{
    const uint64_t *hashes = data;
    uint64_t a = hashes[*(const uint32_t *)left], b = hashes[*(const uint32_t *)right];

    return (a > b) - (a < b);
}

void slugs_freeze(struct slugs *slugs, struct slug_entry *entries, size_t count)
{
    *slugs = (struct slugs){0};
    if (count == 0)
        return;
    qsort(entries, count, sizeof *entries, compare_ids);
    slugs->ids = memory_get(count * sizeof *slugs->ids);
    slugs->hashes = memory_get(count * sizeof *slugs->hashes);
    slugs->by_hash = memory_get(count * sizeof *slugs->by_hash);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && entries[i + 1].id == entries[i].id)
            continue;
        if (entries[i].hash != 0)
            slugs->by_hash[slugs->by_hash_count++] = (uint32_t)slugs->count;
        slugs->ids[slugs->count] = entries[i].id;
        slugs->hashes[slugs->count++] = entries[i].hash;
    }
    qsort_r(slugs->by_hash, slugs->by_hash_count, sizeof *slugs->by_hash, compare_hashes, slugs->hashes);
}

void slugs_release(struct slugs *slugs)
{
    free(slugs->ids);
    free(slugs->hashes);
    free(slugs->by_hash);
    *slugs = (struct slugs){0};
}

/* The place of an id; slugs->count: the id is not known. */
static size_t slugs_find(const struct slugs *slugs, int32_t id)
{
    size_t low;

    SEARCH_FIRST(low, slugs->count, slugs->ids[middle] < id);
    return low < slugs->count && slugs->ids[low] == id ? low : slugs->count;
}

/* Where the products of this hash begin in `by_hash`, or would. */
static size_t slugs_first(const struct slugs *slugs, uint64_t hash)
{
    size_t low;

    SEARCH_FIRST(low, slugs->by_hash_count, slugs->hashes[slugs->by_hash[middle]] < hash);
    return low;
}

/* ---- Of a ruleset ---- */

/* The hash of an id's slug by the overlay, or else the base; 0: the id is not known, or its product is gone. */
static uint64_t find_hash(const struct ruleset *ruleset, int32_t id)
{
    for (size_t i = SNAPSHOTS; i-- > 0;) {
        const struct snapshot *snapshot = ruleset->snapshots[i];
        size_t place = snapshot != NULL ? slugs_find(&snapshot->slugs, id) : 0;
        if (snapshot != NULL && place < snapshot->slugs.count)
            return snapshot->slugs.hashes[place];
    }
    return 0;
}

/* The product that has this slug in a snapshot, unless the overlay says otherwise; 0: none has. */
static int32_t find_holder(const struct ruleset *ruleset, uint64_t hash)
{
    for (size_t i = 0; i < SNAPSHOTS && ruleset->snapshots[i] != NULL; i++) {
        const struct slugs *slugs = &ruleset->snapshots[i]->slugs;
        for (size_t j = slugs_first(slugs, hash); j < slugs->by_hash_count; j++) {
            size_t place = slugs->by_hash[j];
            if (slugs->hashes[place] != hash)
                break;
            if (find_hash(ruleset, slugs->ids[place]) == hash)
                return slugs->ids[place];
        }
    }
    return 0;
}

bool ruleset_contradicts(const struct ruleset *ruleset, int32_t product_id, const char *slug, int32_t *known_id)
{
    if (slug[0] == '\0')
        return false;
    uint64_t hash = slug_hash(slug), known = find_hash(ruleset, product_id);
    if (known == hash)
        return false;
    *known_id = known != 0 ? product_id : find_holder(ruleset, hash);
    return *known_id != 0;
}
