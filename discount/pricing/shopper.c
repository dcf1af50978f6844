/* SPDX-License-Identifier: MIT */
/* Resolving a customer for a ruleset: their groups, and those of their audiences that there are rules for. */
#include "discount/pricing/resolve.h"

const char **ruleset_groups_of(const struct ruleset *ruleset, struct arena *arena, int32_t customer_id, size_t *count)
{
    const struct snapshot *base = ruleset->snapshots[0], *overlay = ruleset->snapshots[1], *snapshot = overlay;
    const uint32_t *groups = NULL;
    size_t group_count = 0, kept = 0;

    if (overlay == NULL || !snapshot_find_customer(overlay, customer_id, &groups, &group_count)) {
        snapshot = base;
        if (!snapshot_find_customer(base, customer_id, &groups, &group_count))
            group_count = 0;
    }
    const char **keys = arena_get(arena, (group_count + 1) * sizeof(*keys));
    for (size_t i = 0; i < group_count; i++) {
        if (snapshot == overlay || !bit_is_set(ruleset->hidden_groups, groups[i]))
            keys[kept++] = snapshot_text(snapshot, snapshot->groups[groups[i]].key);
    }
    *count = kept;
    return keys;
}

/* Keeps of all audiences those that a snapshot has rules for. */
static void keep_audiences(struct shopper *shopper, struct arena *arena, const struct audience *all, size_t count)
{
    for (size_t i = 0; i < SNAPSHOTS && shopper->ruleset->snapshots[i] != NULL; i++) {
        const struct index *index = &shopper->ruleset->snapshots[i]->index;
        struct audience *kept = arena_get(arena, count * sizeof *kept);
        size_t kept_count = 0;
        for (size_t j = 0; j < count; j++) {
            if (!index_may_have(index, all[j].atom))
                continue;
            kept[kept_count] = all[j];
            kept[kept_count++].all = index_find(index, atom_pair(all[j].atom, ATOM_ALL));
        }
        shopper->audiences[i] = kept;
        shopper->audience_counts[i] = kept_count;
    }
}

/* The order of groups does not matter in a sum. */
static uint64_t find_audience(const struct ruleset *ruleset, const struct audience *all, size_t count)
{
    uint64_t sum = ATOM_EVERYBODY;

    for (size_t i = 0; i < count; i++) {
        if (all[i].kind == RULE_EVERYBODY || !ruleset_has_audience(ruleset, all[i].atom))
            continue;
        if (all[i].kind == RULE_CUSTOMER)
            return all[i].atom;
        sum += hash_mix(all[i].atom);
    }
    return sum;
}

static const struct shopper *make_shopper(const struct ruleset *ruleset, struct arena *arena, int32_t customer_id,
                                          const char *const *groups, size_t group_count)
{
    struct shopper *shopper = arena_get(arena, sizeof *shopper);
    struct audience *all = arena_get(arena, (group_count + 2) * sizeof *all);
    size_t count = 0;

    all[count++] = (struct audience){.kind = RULE_EVERYBODY, .atom = ATOM_EVERYBODY};
    if (customer_id > 0)
        all[count++] =
            (struct audience){.kind = RULE_CUSTOMER, .customer_id = customer_id, .atom = atom_of_customer(customer_id)};
    for (size_t i = 0; i < group_count; i++)
        all[count++] = (struct audience){.kind = RULE_GROUP, .group = groups[i], .atom = atom_of_group(groups[i])};
    *shopper = (struct shopper){.ruleset = ruleset, .number = find_audience(ruleset, all, count)};
    keep_audiences(shopper, arena, all, count);
    return shopper;
}

uint64_t shopper_audience(const struct shopper *shopper)
{
    return shopper->number;
}

const struct shopper *shopper_resolve(const struct ruleset *ruleset, struct arena *arena, int32_t customer_id)
{
    const char **groups = NULL;
    size_t count = 0;

    if (customer_id > 0)
        groups = ruleset_groups_of(ruleset, arena, customer_id, &count);
    return make_shopper(ruleset, arena, customer_id, groups, count);
}

const struct shopper *shopper_of_group(const struct ruleset *ruleset, struct arena *arena, const char *group)
{
    size_t member_count;

    /* The caller's text may be gone before the shopper is. */
    const char *copy = arena_print(arena, "%s", group);
    return make_shopper(ruleset, arena, 0, &copy, ruleset_has_group(ruleset, group, &member_count) ? 1 : 0);
}
