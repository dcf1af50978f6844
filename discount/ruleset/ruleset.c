/* SPDX-License-Identifier: MIT */
/* Looking at a ruleset: the base, with the overlay before it. */
#include "discount/ruleset/ruleset.h"

#include <stdlib.h>

#include "common/search.h"

#include "discount/ruleset/snapshot.h"

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
    snapshot_release(ruleset->snapshots[0]);
    snapshot_release(ruleset->snapshots[1]);
    free(ruleset->hidden_rules);
    free(ruleset->hidden_groups);
    free(ruleset->hidden_audiences.items);
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

int64_t ruleset_base_revision(const struct ruleset *ruleset)
{
    return ruleset->snapshots[0]->revision;
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
    const struct snapshot *snapshot = ruleset->snapshots[number];
    size_t low;

    SEARCH_FIRST(low, snapshot->instant_count, snapshot->instants[middle] <= now);
    for (; low < snapshot->instant_count; low++) {
        if (!ruleset_hides(ruleset, number, snapshot->instant_rules[low]))
            return snapshot->instants[low];
    }
    return 0;
}

int64_t ruleset_next_change(const struct ruleset *ruleset, int64_t now)
{
    int64_t next = 0;

    for (size_t i = 0; i < SNAPSHOTS && ruleset->snapshots[i] != NULL; i++) {
        int64_t instant = find_next_instant(ruleset, i, now);
        if (instant != 0 && (next == 0 || instant < next))
            next = instant;
    }
    return next;
}

int32_t ruleset_floor(const struct ruleset *ruleset, int32_t product_id)
{
    int32_t floor = 0;

    if (ruleset->snapshots[1] == NULL || !snapshot_find_floor(ruleset->snapshots[1], product_id, &floor))
        (void)snapshot_find_floor(ruleset->snapshots[0], product_id, &floor);
    return floor;
}

static size_t count_atom(const struct atoms *atoms, uint64_t atom)
{
    size_t first, end;

    SEARCH_FIRST(first, atoms->count, atoms->items[middle] < atom);
    if (first == atoms->count || atoms->items[first] != atom)
        return 0;
    SEARCH_FIRST(end, atoms->count, atoms->items[middle] <= atom);
    return end - first;
}

bool ruleset_has_audience(const struct ruleset *ruleset, uint64_t atom)
{
    if (ruleset->snapshots[1] != NULL && count_atom(&ruleset->snapshots[1]->audiences, atom) > 0)
        return true;
    size_t in_base = count_atom(&ruleset->snapshots[0]->audiences, atom);
    return in_base > 0 && in_base > count_atom(&ruleset->hidden_audiences, atom);
}

int32_t ruleset_next_customer(const struct ruleset *ruleset, int32_t after)
{
    int32_t next = 0;

    for (size_t i = 0; i < SNAPSHOTS && ruleset->snapshots[i] != NULL; i++) {
        const struct snapshot *snapshot = ruleset->snapshots[i];
        size_t low;
        SEARCH_FIRST(low, snapshot->customer_count, snapshot->customers[middle] <= after);
        if (low < snapshot->customer_count && (next == 0 || snapshot->customers[low] < next))
            next = snapshot->customers[low];
    }
    return next;
}

bool ruleset_has_group(const struct ruleset *ruleset, const char *group, size_t *member_count)
{
    for (size_t i = SNAPSHOTS; i-- > 0;) {
        const struct snapshot *snapshot = ruleset->snapshots[i];
        size_t place = snapshot != NULL ? snapshot_find_group(snapshot, group) : 0;
        if (snapshot == NULL || place == snapshot->group_count)
            continue;
        if (snapshot->groups[place].is_removed)
            break;
        *member_count = snapshot->groups[place].member_count;
        return true;
    }
    *member_count = 0;
    return false;
}
