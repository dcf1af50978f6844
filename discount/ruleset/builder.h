/* SPDX-License-Identifier: MIT */
/* Inside of a ruleset's builder: what it has gathered for the snapshot that it will make. */
#ifndef DISCOUNT_RULESET_BUILDER_H
#define DISCOUNT_RULESET_BUILDER_H

#include "discount/ruleset/snapshot.h"
#include "discount/rule/hash_index.h"
#include "discount/ruleset/ruleset.h"

#define NOWHERE UINT32_MAX

/* Texts, each once. */
struct pool {
    char *text; /* begins with "" */
    size_t used;
    struct hash_index names; /* numbers are offsets */
};

struct built_group {
    uint32_t key, label;
    uint32_t base;   /* the group of the base whose members it has; NOWHERE: none */
    uint32_t frozen; /* its place in the snapshot */
    uint32_t since;  /* member steps before this one are void: the group was removed then */
    bool is_removed;
};

/* A customer joined or left a group. Of a customer and a group the last step counts. */
struct member_step {
    int32_t customer_id;
    uint32_t group; /* its number in the builder */
    uint32_t step : 31, is_member : 1;
};

struct ruleset_builder {
    struct snapshot *base; /* what an overlay is made for; NULL: a base snapshot is made */
    uint8_t *hidden_rules; /* of the base */
    uint8_t *hidden_groups;

    struct pool pool;
    uint32_t *targets;
    size_t target_count;
    struct compiled_rule *rules;
    size_t rule_count;
    struct hash_index rule_names;

    struct built_group *groups;
    size_t group_count;
    struct hash_index group_names;
    struct member_step *steps;
    size_t step_count;

    struct floor *floors;
    size_t floor_count;
    struct hash_index floor_names;

    struct slug_entry *slugs;
    size_t slug_count;
};

/* The offset of a text in the pool; NULL is "". */
uint32_t pool_add(struct pool *pool, const char *text);

/* The number of a group, of a removed one, too; a group of the base gets one. NOWHERE: there never was such a group. */
uint32_t builder_find_group(struct ruleset_builder *builder, const char *key);

/* Moves groups and members into the snapshot. */
void builder_freeze_members(struct ruleset_builder *builder, struct snapshot *snapshot);

#endif
