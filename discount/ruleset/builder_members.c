/* SPDX-License-Identifier: MIT */
/* Gathering the groups and members of a ruleset: what is done to members is noted, and worked out at the end. */
#include "discount/ruleset/builder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* ---- Groups ---- */

static uint32_t add_group(struct ruleset_builder *builder, const char *key, const char *label, uint32_t base)
{
    uint32_t number = (uint32_t)builder->group_count;

    builder->groups = memory_grow(builder->groups, builder->group_count, 1, sizeof *builder->groups);
    hash_index_add(&builder->group_names, hash_mix(hash_text(key)), number);
    builder->groups[builder->group_count++] = (struct built_group){
        .key = pool_add(&builder->pool, key),
        .label = pool_add(&builder->pool, label),
        .base = base,
        .frozen = NOWHERE,
    };
    return number;
}

/* The place of a group in the base; NOWHERE: it is not there, or hidden. */
static uint32_t find_base_group(const struct ruleset_builder *builder, const char *key)
{
    if (builder->base == NULL)
        return NOWHERE;
    size_t place = snapshot_find_group(builder->base, key);
    if (place == builder->base->group_count || bit_is_set(builder->hidden_groups, place))
        return NOWHERE;
    return (uint32_t)place;
}

uint32_t builder_find_group(struct ruleset_builder *builder, const char *key)
{
    size_t place = 0;
    uint32_t number;

    while (hash_index_next(&builder->group_names, hash_mix(hash_text(key)), &place, &number)) {
        if (strcmp(builder->pool.text + builder->groups[number].key, key) == 0)
            return number;
    }
    uint32_t base = find_base_group(builder, key);
    if (base == NOWHERE)
        return NOWHERE;
    return add_group(builder, key, snapshot_text(builder->base, builder->base->groups[base].label), base);
}

void ruleset_builder_set_group(struct ruleset_builder *builder, const char *key, const char *label)
{
    uint32_t number = builder_find_group(builder, key);

    if (number == NOWHERE)
        number = add_group(builder, key, label, NOWHERE);
    builder->groups[number].label = pool_add(&builder->pool, label);
    builder->groups[number].is_removed = false;
}

void ruleset_builder_remove_group(struct ruleset_builder *builder, const char *key)
{
    uint32_t number = builder_find_group(builder, key);

    if (number == NOWHERE)
        return;
    struct built_group *group = &builder->groups[number];
    if (group->base != NOWHERE)
        bit_set(builder->hidden_groups, group->base);
    group->base = NOWHERE;
    group->since = (uint32_t)builder->step_count;
    group->is_removed = true;
}

/* ---- Members ---- */

static void add_step(struct ruleset_builder *builder, uint32_t group, int32_t customer_id, bool is_member)
{
    assert(builder->step_count < INT32_MAX);
    builder->steps = memory_grow(builder->steps, builder->step_count, 1, sizeof *builder->steps);
    builder->steps[builder->step_count] = (struct member_step){
        .customer_id = customer_id,
        .group = group,
        .step = (uint32_t)builder->step_count & INT32_MAX,
        .is_member = is_member,
    };
    builder->step_count++;
}

void ruleset_builder_add_member(struct ruleset_builder *builder, const char *group, int32_t customer_id)
{
    uint32_t number = builder_find_group(builder, group);

    assert(number != NOWHERE && !builder->groups[number].is_removed);
    add_step(builder, number, customer_id, true);
}

void ruleset_builder_remove_member(struct ruleset_builder *builder, const char *group, int32_t customer_id)
{
    uint32_t number = builder_find_group(builder, group);

    if (number != NOWHERE && !builder->groups[number].is_removed)
        add_step(builder, number, customer_id, false);
}
