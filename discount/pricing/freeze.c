/* SPDX-License-Identifier: MIT */
/* Making a frozen ruleset of what a builder has gathered. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/pricing/builder.h"

#define SECONDS_A_DAY 86400 /* a clock that goes wrong is not off by more */

/* ---- Rules ---- */

struct sorting {
    const struct record *records;
    const char *text;
};

static int compare_records(const void *left, const void *right, void *data)
{
    const struct sorting *sorting = data;
    const struct record *a = &sorting->records[*(const uint32_t *)left];
    const struct record *b = &sorting->records[*(const uint32_t *)right];

    return strcmp(sorting->text + a->key, sorting->text + b->key);
}

/* Closes the gaps that dropped rules left. Returns whether the rules lie by key already. */
static bool close_gaps(struct ruleset_builder *builder)
{
    struct record *records = builder->records;
    size_t kept = 0;
    bool is_sorted = true;

    for (size_t i = 0; i < builder->record_count; i++) {
        if (records[i].is_dropped)
            continue;
        records[kept] = records[i];
        if (kept > 0 && strcmp(builder->pool.text + records[kept - 1].key, builder->pool.text + records[kept].key) > 0)
            is_sorted = false;
        kept++;
    }
    builder->record_count = kept;
    return is_sorted;
}

static void sort_records(struct ruleset_builder *builder)
{
    size_t count = builder->record_count;
    uint32_t *order = memory_get(count * sizeof *order);
    struct record *sorted = memory_get(count * sizeof *sorted);
    struct sorting sorting = {.records = builder->records, .text = builder->pool.text};

    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_records, &sorting);
    for (size_t i = 0; i < count; i++)
        sorted[i] = builder->records[order[i]];
    free(order);
    free(builder->records);
    builder->records = sorted;
}

static void freeze_records(struct ruleset_builder *builder, struct layer *layer)
{
    names_release(&builder->record_names);
    if (!close_gaps(builder))
        sort_records(builder);
    layer->record_count = (uint32_t)builder->record_count;
    layer->records = memory_resize(builder->records, builder->record_count * sizeof *builder->records);
    layer->targets = memory_resize(builder->targets, (builder->target_count + 1) * sizeof *builder->targets);
    builder->records = NULL;
    builder->targets = NULL;
}

/* ---- Instants ---- */

struct boundary {
    int64_t instant;
    uint32_t record;
};

static int compare_boundaries(const void *left, const void *right)
{
    const struct boundary *a = left, *b = right;

    return (a->instant > b->instant) - (a->instant < b->instant);
}

static size_t find_boundaries(const struct layer *layer, struct boundary *boundaries)
{
    size_t count = 0;

    for (uint32_t i = 0; i < layer->record_count; i++) {
        const int64_t instants[] = {layer->records[i].starts_at, layer->records[i].ends_at};
        for (size_t j = 0; j < 2 && layer->records[i].is_enabled; j++) {
            if (instants[j] == 0)
                continue;
            if (boundaries != NULL)
                boundaries[count] = (struct boundary){.instant = instants[j], .record = i};
            count++;
        }
    }
    return count;
}

static void freeze_instants(struct layer *layer)
{
    size_t count = find_boundaries(layer, NULL);

    if (count == 0)
        return;
    struct boundary *boundaries = memory_get(count * sizeof *boundaries);
    find_boundaries(layer, boundaries);
    qsort(boundaries, count, sizeof *boundaries, compare_boundaries);
    layer->instants = memory_get(count * sizeof *layer->instants);
    layer->instant_records = memory_get(count * sizeof *layer->instant_records);
    for (size_t i = 0; i < count; i++) {
        layer->instants[i] = boundaries[i].instant;
        layer->instant_records[i] = boundaries[i].record;
    }
    layer->instant_count = count;
    free(boundaries);
}

/* ---- Floors ---- */

static void freeze_floors(struct ruleset_builder *builder, struct layer *layer)
{
    if (builder->floor_count == 0)
        return;
    for (layer->floor_room = 4; layer->floor_room < builder->floor_count * 2;)
        layer->floor_room *= 2;
    layer->floors = memory_get_zeroed(layer->floor_room, sizeof *layer->floors);
    for (size_t i = 0; i < builder->floor_count; i++) {
        if (builder->base == NULL && builder->floors[i].floor == 0)
            continue; /* there is nothing that it takes away */
        size_t place = (size_t)atom_of_product(builder->floors[i].product_id) & (layer->floor_room - 1);
        while (layer->floors[place].product_id != 0)
            place = (place + 1) & (layer->floor_room - 1);
        layer->floors[place] = builder->floors[i];
        layer->floor_count++;
    }
}

/* ---- All of it ---- */

struct layer *builder_freeze(struct ruleset_builder *builder, int64_t since)
{
    struct layer *layer = memory_get_zeroed(1, sizeof *layer);

    atomic_init(&layer->users, 1);
    pool_add(&builder->pool, NULL);
    builder_freeze_members(builder, layer);
    names_release(&builder->pool.names);
    freeze_records(builder, layer);
    freeze_floors(builder, layer);
    slugs_freeze(&layer->slugs, builder->slugs, builder->slug_count);
    layer->text = memory_resize(builder->pool.text, builder->pool.used);
    builder->pool.text = NULL;
    freeze_instants(layer);
    index_build(&layer->index, layer, since);
    return layer;
}

static size_t count_bits(const uint8_t *bits, size_t count)
{
    size_t set = 0;

    for (size_t i = 0; i < count; i++)
        set += bit_is_set(bits, i);
    return set;
}

/* How many groups the patch adds to, or takes from, those of the base. */
static size_t count_groups(const struct layer *base, const struct layer *patch)
{
    size_t count = base->group_count;

    for (uint32_t i = 0; i < patch->group_count; i++) {
        bool is_in_base = layer_find_group(base, layer_text(patch, patch->groups[i].key)) < base->group_count;
        if (patch->groups[i].is_removed)
            count -= is_in_base;
        else
            count += !is_in_base;
    }
    return count;
}

static void set_layers(struct ruleset *ruleset, struct ruleset_builder *builder, struct layer *layer)
{
    struct layer *base = builder->base;

    if (base == NULL) {
        ruleset->layers[0] = layer;
        ruleset->rule_count = layer->record_count;
        ruleset->group_count = layer->group_count;
        return;
    }
    ruleset->layers[0] = base;
    ruleset->layers[1] = layer;
    ruleset->hidden_records = builder->hidden_records;
    ruleset->hidden_groups = builder->hidden_groups;
    ruleset->rule_count =
        base->record_count - count_bits(builder->hidden_records, base->record_count) + layer->record_count;
    ruleset->group_count = count_groups(base, layer);
    builder->base = NULL;
    builder->hidden_records = NULL;
    builder->hidden_groups = NULL;
}

struct ruleset *ruleset_builder_finish(struct ruleset_builder *builder, int64_t revision, enum price_rounding rounding,
                                       int64_t now)
{
    struct ruleset *ruleset = memory_get_zeroed(1, sizeof *ruleset);

    atomic_init(&ruleset->users, 1);
    ruleset->revision = revision;
    ruleset->rounding = rounding;
    int64_t since = now > INT64_MIN + SECONDS_A_DAY ? now - SECONDS_A_DAY : INT64_MIN;
    set_layers(ruleset, builder, builder_freeze(builder, since));
    ruleset_builder_free(builder);
    return ruleset;
}
