/* SPDX-License-Identifier: MIT */
/* Looking at a ruleset: the base, with the patch before it. */
#include "discount/pricing/ruleset.h"

#include <stdlib.h>

#include "discount/pricing/layer.h"

/* The count of users is the one thing that changes in a ruleset. */
const struct ruleset *ruleset_hold(const struct ruleset *ruleset)
{
    atomic_fetch_add_explicit(&((struct ruleset *)ruleset)->users, 1, memory_order_relaxed);
    return ruleset;
}

void ruleset_release(const struct ruleset *constant)
{
    struct ruleset *ruleset = (struct ruleset *)constant;

    if (ruleset == NULL || atomic_fetch_sub_explicit(&ruleset->users, 1, memory_order_acq_rel) > 1)
        return;
    layer_release(ruleset->layers[0]);
    layer_release(ruleset->layers[1]);
    free(ruleset->hidden_records);
    free(ruleset->hidden_groups);
    free(ruleset);
}

int64_t ruleset_revision(const struct ruleset *ruleset)
{
    return ruleset->revision;
}

enum price_rounding ruleset_rounding(const struct ruleset *ruleset)
{
    return ruleset->rounding;
}

size_t ruleset_patch_size(const struct ruleset *ruleset)
{
    const struct layer *base = ruleset->layers[0], *patch = ruleset->layers[1];

    if (patch == NULL)
        return 0;
    /* rule_count = base - hidden + patch; a rule that replaces one of the base counts once. */
    size_t hidden = base->record_count + patch->record_count - ruleset->rule_count, size = hidden;
    for (uint32_t i = 0; i < patch->record_count; i++)
        size += layer_find_record(base, layer_text(patch, patch->records[i].key)) == base->record_count;
    return size + patch->group_count + patch->customer_count + patch->floor_count;
}

size_t ruleset_rule_count(const struct ruleset *ruleset)
{
    return ruleset->rule_count;
}

size_t ruleset_group_count(const struct ruleset *ruleset)
{
    return ruleset->group_count;
}

/* The first instant after `now` of a rule that is not hidden; 0: none. */
static int64_t find_next_instant(const struct ruleset *ruleset, size_t number, int64_t now)
{
    const struct layer *layer = ruleset->layers[number];
    size_t low = 0, high = layer->instant_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (layer->instants[middle] <= now)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < layer->instant_count; low++) {
        if (!ruleset_hides(ruleset, number, layer->instant_records[low]))
            return layer->instants[low];
    }
    return 0;
}

int64_t ruleset_next_change(const struct ruleset *ruleset, int64_t now)
{
    int64_t next = 0;

    for (size_t i = 0; i < LAYERS && ruleset->layers[i] != NULL; i++) {
        int64_t instant = find_next_instant(ruleset, i, now);
        if (instant != 0 && (next == 0 || instant < next))
            next = instant;
    }
    return next;
}

int32_t ruleset_floor(const struct ruleset *ruleset, int32_t product_id)
{
    int32_t floor = 0;

    if (ruleset->layers[1] == NULL || !layer_find_floor(ruleset->layers[1], product_id, &floor))
        (void)layer_find_floor(ruleset->layers[0], product_id, &floor);
    return floor;
}

int32_t ruleset_next_customer(const struct ruleset *ruleset, int32_t after)
{
    int32_t next = 0;

    for (size_t i = 0; i < LAYERS && ruleset->layers[i] != NULL; i++) {
        const struct layer *layer = ruleset->layers[i];
        size_t low = 0, high = layer->customer_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (layer->customers[middle] <= after)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < layer->customer_count && (next == 0 || layer->customers[low] < next))
            next = layer->customers[low];
    }
    return next;
}

bool ruleset_has_group(const struct ruleset *ruleset, const char *group, size_t *member_count)
{
    for (size_t i = LAYERS; i-- > 0;) {
        const struct layer *layer = ruleset->layers[i];
        size_t place = layer != NULL ? layer_find_group(layer, group) : 0;
        if (layer == NULL || place == layer->group_count)
            continue;
        if (layer->groups[place].is_removed)
            break;
        *member_count = layer->groups[place].member_count;
        return true;
    }
    *member_count = 0;
    return false;
}
