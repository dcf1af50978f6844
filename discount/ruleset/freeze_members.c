/* SPDX-License-Identifier: MIT */
/* Working out who is in which group, for a snapshot. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/ruleset/builder.h"

/* ---- Groups ---- */

static int compare_groups(const void *left, const void *right, void *data)
{
    const struct ruleset_builder *builder = data;
    const struct built_group *a = &builder->groups[*(const uint32_t *)left];
    const struct built_group *b = &builder->groups[*(const uint32_t *)right];

    return strcmp(builder->pool.text + a->key, builder->pool.text + b->key);
}

/* A removed group is kept only where the base has the group. */
static bool is_kept(const struct ruleset_builder *builder, const struct built_group *group)
{
    if (!group->is_removed)
        return true;
    return builder->base != NULL &&
           snapshot_find_group(builder->base, builder->pool.text + group->key) < builder->base->group_count;
}

/* An overlay lists all groups of a customer who has steps, so the customer's groups of the base get numbers, too. */
static void adopt_groups(struct ruleset_builder *builder)
{
    const uint32_t *groups;
    size_t count;

    if (builder->base == NULL)
        return;
    for (size_t i = 0; i < builder->step_count; i++) {
        if (!snapshot_find_customer(builder->base, builder->steps[i].customer_id, &groups, &count))
            continue;
        for (size_t j = 0; j < count; j++) {
            if (!bit_is_set(builder->hidden_groups, groups[j]))
                builder_find_group(builder, snapshot_text(builder->base, builder->base->groups[groups[j]].key));
        }
    }
}

static void freeze_groups(struct ruleset_builder *builder, struct snapshot *snapshot)
{
    uint32_t *order = memory_get((builder->group_count + 1) * sizeof *order);

    for (uint32_t i = 0; i < builder->group_count; i++) {
        if (is_kept(builder, &builder->groups[i]))
            order[snapshot->group_count++] = i;
    }
    qsort_r(order, snapshot->group_count, sizeof *order, compare_groups, builder);
    snapshot->groups = memory_get((size_t)snapshot->group_count * sizeof *snapshot->groups);
    for (uint32_t i = 0; i < snapshot->group_count; i++) {
        struct built_group *group = &builder->groups[order[i]];
        group->frozen = i;
        snapshot->groups[i] = (struct compiled_group){
            .key = group->key,
            .label = group->label,
            .member_count = group->base != NOWHERE ? builder->base->groups[group->base].member_count : 0,
            .is_removed = group->is_removed,
        };
    }
    free(order);
}

/* ---- Members ---- */

static bool is_void(const struct ruleset_builder *builder, const struct member_step *step)
{
    const struct built_group *group = &builder->groups[step->group];

    return step->step < group->since;
}

static int compare_steps(const void *left, const void *right)
{
    const struct member_step *a = left, *b = right;

    if (a->customer_id != b->customer_id)
        return a->customer_id < b->customer_id ? -1 : 1;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

/* Keeps only the last step of each customer and group. The steps' groups are places in the snapshot from here on. */
static void settle_steps(struct ruleset_builder *builder)
{
    struct member_step *steps = builder->steps;
    size_t kept = 0;

    for (size_t i = 0; i < builder->step_count; i++) {
        if (is_void(builder, &steps[i]))
            continue;
        steps[kept] = steps[i];
        steps[kept].group = builder->groups[steps[i].group].frozen;
        kept++;
    }
    builder->step_count = kept;
    if (kept == 0)
        return;
    qsort(steps, kept, sizeof *steps, compare_steps);
    kept = 0;
    for (size_t i = 1; i <= builder->step_count; i++) {
        if (i == builder->step_count || steps[i].customer_id != steps[kept].customer_id ||
            steps[i].group != steps[kept].group)
            kept++;
        if (i < builder->step_count)
            steps[kept] = steps[i];
    }
    builder->step_count = kept;
}

/* A customer's groups of the base that are not hidden, as places in the snapshot. Returns how many. */
static size_t find_base_groups(struct ruleset_builder *builder, int32_t customer_id, uint32_t **room)
{
    const uint32_t *groups;
    size_t count, kept = 0;

    if (builder->base == NULL || !snapshot_find_customer(builder->base, customer_id, &groups, &count))
        return 0;
    *room = memory_resize(*room, (count + 1) * sizeof **room);
    for (size_t i = 0; i < count; i++) {
        if (bit_is_set(builder->hidden_groups, groups[i]))
            continue;
        const char *key = snapshot_text(builder->base, builder->base->groups[groups[i]].key);
        (*room)[kept++] = builder->groups[builder_find_group(builder, key)].frozen;
    }
    return kept;
}

struct frozen_members { /* grows */
    struct snapshot *snapshot;
    size_t group_count;
};

static void put_group(struct frozen_members *members, uint32_t group)
{
    struct snapshot *snapshot = members->snapshot;

    snapshot->member_groups =
        memory_grow(snapshot->member_groups, members->group_count, 1, sizeof *snapshot->member_groups);
    snapshot->member_groups[members->group_count++] = group;
    snapshot->groups[group].member_count++;
}

/* Both are ascending: the groups that the customer was in, and the steps, each of another group. */
static void merge_groups(struct frozen_members *members, const uint32_t *before, size_t before_count,
                         const struct member_step *steps, size_t step_count)
{
    size_t i = 0, j = 0;

    for (size_t k = 0; k < before_count; k++)
        members->snapshot->groups[before[k]].member_count--;
    while (i < before_count || j < step_count) {
        if (j == step_count || (i < before_count && before[i] < steps[j].group)) {
            put_group(members, before[i++]);
            continue;
        }
        if (i < before_count && before[i] == steps[j].group)
            i++;
        if (steps[j].is_member)
            put_group(members, steps[j].group);
        j++;
    }
}

static void start_customer(struct frozen_members *members, int32_t customer_id)
{
    struct snapshot *snapshot = members->snapshot;

    snapshot->customers = memory_grow(snapshot->customers, snapshot->customer_count, 1, sizeof *snapshot->customers);
    snapshot->member_starts =
        memory_grow(snapshot->member_starts, snapshot->customer_count, 2, sizeof *snapshot->member_starts);
    assert(members->group_count < UINT32_MAX);
    snapshot->customers[snapshot->customer_count] = customer_id;
    snapshot->member_starts[snapshot->customer_count++] = (uint32_t)members->group_count;
}

void builder_freeze_members(struct ruleset_builder *builder, struct snapshot *snapshot)
{
    struct frozen_members members = {.snapshot = snapshot};
    uint32_t *before = NULL;

    adopt_groups(builder);
    freeze_groups(builder, snapshot);
    settle_steps(builder);
    for (size_t from = 0, to; from < builder->step_count; from = to) {
        int32_t customer_id = builder->steps[from].customer_id;
        for (to = from; to < builder->step_count && builder->steps[to].customer_id == customer_id;)
            to++;
        size_t before_count = find_base_groups(builder, customer_id, &before), count = members.group_count;
        start_customer(&members, customer_id);
        merge_groups(&members, before, before_count, builder->steps + from, to - from);
        if (builder->base == NULL && members.group_count == count)
            snapshot->customer_count--; /* in no group after all */
    }
    if (snapshot->customer_count > 0) {
        snapshot->member_starts[snapshot->customer_count] = (uint32_t)members.group_count;
        snapshot->customers =
            memory_resize(snapshot->customers, snapshot->customer_count * sizeof *snapshot->customers);
        snapshot->member_starts =
            memory_resize(snapshot->member_starts, (snapshot->customer_count + 1) * sizeof *snapshot->member_starts);
        snapshot->member_groups =
            memory_resize(snapshot->member_groups, members.group_count * sizeof *snapshot->member_groups);
    }
    free(before);
}
