/* SPDX-License-Identifier: MIT */
/* Looking things up in one layer of a ruleset. */
#include "discount/pricing/layer.h"

#include <stdlib.h>
#include <string.h>

size_t find_id(const uint32_t *ids, size_t count, int32_t id)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((int32_t)ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && (int32_t)ids[low] == id ? low : count;
}

size_t layer_find_record(const struct layer *layer, const char *key)
{
    size_t low = 0, high = layer->record_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(layer_text(layer, layer->records[middle].key), key);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return layer->record_count;
}

size_t layer_find_group(const struct layer *layer, const char *key)
{
    size_t low = 0, high = layer->group_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(layer_text(layer, layer->groups[middle].key), key);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return layer->group_count;
}

bool layer_find_customer(const struct layer *layer, int32_t customer_id, const uint32_t **groups, size_t *count)
{
    size_t low = 0, high = layer->customer_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (layer->customers[middle] < customer_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == layer->customer_count || layer->customers[low] != customer_id)
        return false;
    *groups = layer->member_groups + layer->member_starts[low];
    *count = layer->member_starts[low + 1] - layer->member_starts[low];
    return true;
}

bool layer_find_floor(const struct layer *layer, int32_t product_id, int32_t *floor)
{
    if (layer->floor_count == 0 || product_id == 0)
        return false;
    size_t place = (size_t)atom_of_product(product_id) & (layer->floor_room - 1);
    while (layer->floors[place].product_id != 0) {
        if (layer->floors[place].product_id == product_id) {
            *floor = layer->floors[place].floor;
            return true;
        }
        place = (place + 1) & (layer->floor_room - 1);
    }
    return false;
}

void layer_release(struct layer *layer)
{
    if (layer == NULL || atomic_fetch_sub_explicit(&layer->users, 1, memory_order_acq_rel) > 1)
        return;
    index_release(&layer->index);
    free(layer->text);
    free(layer->targets);
    free(layer->records);
    free(layer->instants);
    free(layer->instant_records);
    free(layer->groups);
    free(layer->customers);
    free(layer->member_starts);
    free(layer->member_groups);
    free(layer->floors);
    slugs_release(&layer->slugs);
    free(layer);
}
