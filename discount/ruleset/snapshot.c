/* SPDX-License-Identifier: MIT */
/* Looking things up in one snapshot of a ruleset. */
#include "discount/ruleset/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "common/search.h"

size_t find_id(const uint32_t *ids, size_t count, int32_t id)
{
    size_t low;

    SEARCH_FIRST(low, count, (int32_t)ids[middle] < id);
    return low < count && (int32_t)ids[low] == id ? low : count;
}

size_t snapshot_find_rule(const struct snapshot *snapshot, const char *key)
{
    size_t place;

    SEARCH_FIRST(place, snapshot->rule_count, strcmp(snapshot_text(snapshot, snapshot->rules[middle].key), key) < 0);
    bool is_there =
        place < snapshot->rule_count && strcmp(snapshot_text(snapshot, snapshot->rules[place].key), key) == 0;
    return is_there ? place : snapshot->rule_count;
}

size_t snapshot_find_group(const struct snapshot *snapshot, const char *key)
{
    size_t place;

    SEARCH_FIRST(place, snapshot->group_count, strcmp(snapshot_text(snapshot, snapshot->groups[middle].key), key) < 0);
    bool is_there =
        place < snapshot->group_count && strcmp(snapshot_text(snapshot, snapshot->groups[place].key), key) == 0;
    return is_there ? place : snapshot->group_count;
}

bool snapshot_find_customer(const struct snapshot *snapshot, int32_t customer_id, const uint32_t **groups,
                            size_t *count)
{
    size_t low;

    SEARCH_FIRST(low, snapshot->customer_count, snapshot->customers[middle] < customer_id);
    if (low == snapshot->customer_count || snapshot->customers[low] != customer_id)
        return false;
    *groups = snapshot->member_groups + snapshot->member_starts[low];
    *count = snapshot->member_starts[low + 1] - snapshot->member_starts[low];
    return true;
}

bool snapshot_find_floor(const struct snapshot *snapshot, int32_t product_id, int32_t *floor)
{
    if (snapshot->floor_count == 0 || product_id == 0)
        return false;
    size_t place = (size_t)atom_of_product(product_id) & (snapshot->floor_room - 1);
    while (snapshot->floors[place].product_id != 0) {
        if (snapshot->floors[place].product_id == product_id) {
            *floor = snapshot->floors[place].floor;
            return true;
        }
        place = (place + 1) & (snapshot->floor_room - 1);
    }
    return false;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (snapshot == NULL || atomic_fetch_sub_explicit(&snapshot->users, 1, memory_order_acq_rel) > 1)
        return;
    index_release(&snapshot->index);
    free(snapshot->text);
    free(snapshot->targets);
    free(snapshot->audiences.items);
    free(snapshot->rules);
    free(snapshot->instants);
    free(snapshot->instant_rules);
    free(snapshot->groups);
    free(snapshot->customers);
    free(snapshot->member_starts);
    free(snapshot->member_groups);
    free(snapshot->floors);
    slugs_release(&snapshot->slugs);
    free(snapshot);
}
