/* SPDX-License-Identifier: MIT */
/* Making a frozen ruleset of what a builder has gathered. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/ruleset/builder.h"

#define SECONDS_A_DAY 86400 /* the most by which a wrong clock is taken to be off */

/* ---- Rules ---- */

struct sorting {
    const struct compiled_rule *rules;
    const char *text;
};

static int compare_rules(const void *left, const void *right, void *data)
{
    const struct sorting *sorting = data;
    const struct compiled_rule *a = &sorting->rules[*(const uint32_t *)left];
    const struct compiled_rule *b = &sorting->rules[*(const uint32_t *)right];

    return strcmp(sorting->text + a->key, sorting->text + b->key);
}

/* Closes the gaps that dropped rules left. Returns whether the rules lie by key already. */
static bool close_gaps(struct ruleset_builder *builder)
{
    struct compiled_rule *rules = builder->rules;
    size_t kept = 0;
    bool is_sorted = true;

    for (size_t i = 0; i < builder->rule_count; i++) {
        if (rules[i].is_dropped)
            continue;
        rules[kept] = rules[i];
        if (kept > 0 && strcmp(builder->pool.text + rules[kept - 1].key, builder->pool.text + rules[kept].key) > 0)
            is_sorted = false;
        kept++;
    }
    builder->rule_count = kept;
    return is_sorted;
}

static void sort_rules(struct ruleset_builder *builder)
{
    size_t count = builder->rule_count;
    uint32_t *order = memory_get(count * sizeof *order);
    struct compiled_rule *sorted = memory_get(count * sizeof *sorted);
    struct sorting sorting = {.rules = builder->rules, .text = builder->pool.text};

    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare_rules, &sorting);
    for (size_t i = 0; i < count; i++)
        sorted[i] = builder->rules[order[i]];
    free(order);
    free(builder->rules);
    builder->rules = sorted;
}

static void freeze_rules(struct ruleset_builder *builder, struct snapshot *snapshot)
{
    hash_index_release(&builder->rule_names);
    if (!close_gaps(builder))
        sort_rules(builder);
    snapshot->rule_count = (uint32_t)builder->rule_count;
    snapshot->rules = memory_resize(builder->rules, builder->rule_count * sizeof *builder->rules);
    snapshot->targets = memory_resize(builder->targets, (builder->target_count + 1) * sizeof *builder->targets);
    builder->rules = NULL;
    builder->targets = NULL;
}

/* ---- Instants ---- */

struct boundary {
    int64_t instant;
    uint32_t compiled;
};

static int compare_boundaries(const void *left, const void *right)
{
    const struct boundary *a = left, *b = right;

    return (a->instant > b->instant) - (a->instant < b->instant);
}

static size_t find_boundaries(const struct snapshot *snapshot, struct boundary *boundaries)
{
    size_t count = 0;

    for (uint32_t i = 0; i < snapshot->rule_count; i++) {
        const int64_t instants[] = {snapshot->rules[i].starts_at, snapshot->rules[i].ends_at};
        for (size_t j = 0; j < 2 && snapshot->rules[i].is_enabled; j++) {
            if (instants[j] == 0)
                continue;
            if (boundaries != NULL)
                boundaries[count] = (struct boundary){.instant = instants[j], .compiled = i};
            count++;
        }
    }
    return count;
}

static void freeze_instants(struct snapshot *snapshot)
{
    size_t count = find_boundaries(snapshot, NULL);

    if (count == 0)
        return;
    struct boundary *boundaries = memory_get(count * sizeof *boundaries);
    find_boundaries(snapshot, boundaries);
    qsort(boundaries, count, sizeof *boundaries, compare_boundaries);
    snapshot->instants = memory_get(count * sizeof *snapshot->instants);
    snapshot->instant_rules = memory_get(count * sizeof *snapshot->instant_rules);
    for (size_t i = 0; i < count; i++) {
        snapshot->instants[i] = boundaries[i].instant;
        snapshot->instant_rules[i] = boundaries[i].compiled;
    }
    snapshot->instant_count = count;
    free(boundaries);
}

/* ---- Floors ---- */

static void freeze_floors(struct ruleset_builder *builder, struct snapshot *snapshot)
{
    if (builder->floor_count == 0)
        return;
    for (snapshot->floor_room = 4; snapshot->floor_room < builder->floor_count * 2;)
        snapshot->floor_room *= 2;
    snapshot->floors = memory_get_zeroed(snapshot->floor_room, sizeof *snapshot->floors);
    for (size_t i = 0; i < builder->floor_count; i++) {
        if (builder->base == NULL && builder->floors[i].floor == 0)
            continue; /* without a base it overrides no floor */
        size_t place = (size_t)atom_of_product(builder->floors[i].product_id) & (snapshot->floor_room - 1);
        while (snapshot->floors[place].product_id != 0)
            place = (place + 1) & (snapshot->floor_room - 1);
        snapshot->floors[place] = builder->floors[i];
        snapshot->floor_count++;
    }
}

/* ---- Audiences ---- */

static int compare_atoms(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* Gathers the audiences of the rules whose bit is set, or of all rules (NULL). Returns how many rules these are. */
static size_t gather_audiences(const struct snapshot *snapshot, const uint8_t *bits, struct atoms *atoms)
{
    size_t rules = 0;

    for (uint32_t i = 0; i < snapshot->rule_count; i++) {
        if (bits != NULL && !bit_is_set(bits, i))
            continue;
        rules++;
        if (snapshot->rules[i].audience == RULE_EVERYBODY)
            continue;
        atoms->items = memory_grow(atoms->items, atoms->count, 1, sizeof *atoms->items);
        atoms->items[atoms->count++] = index_audience(snapshot, &snapshot->rules[i]);
    }
    if (atoms->count > 0)
        qsort(atoms->items, atoms->count, sizeof *atoms->items, compare_atoms);
    return rules;
}

/* ---- All of it ---- */

/* Moves everything into a new snapshot and indexes the rules whose windows end after `since`. */
static struct snapshot *builder_freeze(struct ruleset_builder *builder, int64_t since)
{
    struct snapshot *snapshot = memory_get_zeroed(1, sizeof *snapshot);

    atomic_init(&snapshot->users, 1);
    pool_add(&builder->pool, NULL);
    builder_freeze_members(builder, snapshot);
    hash_index_release(&builder->pool.names);
    freeze_rules(builder, snapshot);
    freeze_floors(builder, snapshot);
    slugs_freeze(&snapshot->slugs, builder->slugs, builder->slug_count);
    snapshot->text = memory_resize(builder->pool.text, builder->pool.used);
    builder->pool.text = NULL;
    freeze_instants(snapshot);
    index_build(&snapshot->index, snapshot, since);
    (void)gather_audiences(snapshot, NULL, &snapshot->audiences);
    return snapshot;
}

/* How many groups there are: those of the base, less those that the overlay removes, and those that it adds. */
static size_t count_groups(const struct snapshot *base, const struct snapshot *overlay)
{
    size_t count = base->group_count;

    for (uint32_t i = 0; i < overlay->group_count; i++) {
        bool is_in_base = snapshot_find_group(base, snapshot_text(overlay, overlay->groups[i].key)) < base->group_count;
        if (overlay->groups[i].is_removed)
            count -= is_in_base;
        else
            count += !is_in_base;
    }
    return count;
}

static void set_snapshots(struct ruleset *ruleset, struct ruleset_builder *builder, struct snapshot *snapshot)
{
    struct snapshot *base = builder->base;

    if (base == NULL) {
        ruleset->snapshots[0] = snapshot;
        ruleset->rule_count = snapshot->rule_count;
        ruleset->group_count = snapshot->group_count;
        return;
    }
    ruleset->snapshots[0] = base;
    ruleset->snapshots[1] = snapshot;
    ruleset->hidden_rules = builder->hidden_rules;
    ruleset->hidden_groups = builder->hidden_groups;
    ruleset->rule_count = base->rule_count + snapshot->rule_count -
                          gather_audiences(base, ruleset->hidden_rules, &ruleset->hidden_audiences);
    ruleset->group_count = count_groups(base, snapshot);
    builder->base = NULL;
    builder->hidden_rules = NULL;
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
    set_snapshots(ruleset, builder, builder_freeze(builder, since));
    ruleset->snapshots[ruleset->snapshots[1] != NULL]->revision = revision;
    ruleset_builder_free(builder);
    return ruleset;
}
