/* SPDX-License-Identifier: MIT */
/* Whom a change set is for. */
#include "discount/pricing/preview.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct preview_audiences {
    const struct ruleset *rulesets[2]; /* before and after */
    struct ruleset_view *view;
    struct preview_audience *list;
    size_t count, room;
    struct arena names; /* of groups */
};

struct preview_audiences *preview_audiences_new(const struct ruleset *before, const struct ruleset *after)
{
    struct preview_audiences *audiences = memory_get_zeroed(1, sizeof *audiences);

    audiences->rulesets[0] = before;
    audiences->rulesets[1] = after;
    audiences->view = ruleset_view_new();
    return audiences;
}

void preview_audiences_free(struct preview_audiences *audiences)
{
    if (audiences == NULL)
        return;
    ruleset_view_free(audiences->view);
    arena_release(&audiences->names);
    free(audiences->list);
    free(audiences);
}

static int compare_audiences(const void *left, const void *right)
{
    const struct preview_audience *a = left, *b = right;

    if (a->group != NULL && b->group != NULL)
        return strcmp(a->group, b->group);
    if (a->group != NULL || b->group != NULL)
        return a->group != NULL ? -1 : 1;
    return (a->customer_id > b->customer_id) - (a->customer_id < b->customer_id);
}

static void drop_repeated(struct preview_audiences *audiences)
{
    size_t kept = 0;

    if (audiences->count > 0)
        qsort(audiences->list, audiences->count, sizeof *audiences->list, compare_audiences);
    for (size_t i = 0; i < audiences->count; i++) {
        if (kept == 0 || compare_audiences(&audiences->list[kept - 1], &audiences->list[i]) != 0)
            audiences->list[kept++] = audiences->list[i];
    }
    audiences->count = kept;
}

/* Rules of one shop mostly name the same groups again and again, so a full list is tidied before it grows. */
static void add_audience(struct preview_audiences *audiences, int32_t customer_id, const char *group)
{
    if (audiences->count == audiences->room) {
        drop_repeated(audiences);
        if (audiences->count >= audiences->room / 2) {
            audiences->room = audiences->room == 0 ? 64 : 2 * audiences->room;
            audiences->list = memory_resize(audiences->list, audiences->room * sizeof *audiences->list);
        }
    }
    if (group != NULL)
        group = arena_copy(&audiences->names, group, strlen(group));
    audiences->list[audiences->count++] = (struct preview_audience){customer_id, group};
}

static void add_rule_audience(struct preview_audiences *audiences, const struct rule *rule)
{
    if (rule->audience == RULE_CUSTOMER)
        add_audience(audiences, rule->customer_id, NULL);
    else if (rule->audience == RULE_GROUP)
        add_audience(audiences, 0, rule->group);
}

static void add_rule_of_key(struct preview_audiences *audiences, const char *key)
{
    struct rule rule;

    for (size_t i = 0; i < 2; i++) {
        if (ruleset_find_rule(audiences->rulesets[i], audiences->view, key, &rule))
            add_rule_audience(audiences, &rule);
    }
}

static void add_all_rules(struct preview_audiences *audiences)
{
    struct rule rule;
    size_t place = 0;

    while (ruleset_next_rule(audiences->rulesets[0], audiences->view, &place, &rule))
        add_rule_audience(audiences, &rule);
}

void preview_audiences_add(struct preview_audiences *audiences, const struct change *change)
{
    switch (change->kind) {
    case CHANGE_SET_RULE:
        add_rule_of_key(audiences, change->rule.key);
        break;
    case CHANGE_REMOVE_RULE:
    case CHANGE_ENABLE_RULE:
    case CHANGE_DISABLE_RULE:
        add_rule_of_key(audiences, change->key);
        break;
    case CHANGE_REMOVE_GROUP:
    case CHANGE_CLEAR_GROUP:
        add_audience(audiences, 0, change->key);
        break;
    case CHANGE_ADD_MEMBERS:
    case CHANGE_REMOVE_MEMBERS:
        for (size_t i = 0; i < change->customer_count; i++)
            add_audience(audiences, change->customer_ids[i], NULL);
        break;
    case CHANGE_CLEAR_ALL:
        add_all_rules(audiences);
        break;
    case CHANGE_SET_GROUP:
    case CHANGE_SET_PRODUCT:
    case CHANGE_REMOVE_PRODUCT:
    case CHANGE_KINDS:
        break;
    }
}

size_t preview_audiences_list(struct preview_audiences *audiences, size_t limit, struct arena *arena,
                              struct preview_audience **list)
{
    drop_repeated(audiences);
    size_t count = audiences->count + 1 < limit ? audiences->count + 1 : limit;
    struct preview_audience *made = arena_get(arena, (count + 1) * sizeof *made);

    made[0] = (struct preview_audience){0};
    for (size_t i = 1; i < count; i++) {
        made[i] = audiences->list[i - 1];
        if (made[i].group != NULL)
            made[i].group = arena_copy(arena, made[i].group, strlen(made[i].group));
    }
    *list = made;
    return count;
}
