/* SPDX-License-Identifier: MIT */
/*
 * Rules that never win, found by trying: a rule is tried for one product, customer and instant after the other until it
 * wins. Other rules that win these prices need no trial any more, so that most rules cost a single price.
 *
 * The customers are one without groups or own rules, those with rules of their own, and one for each set of groups. The
 * instants are now and each at which a window begins or ends later on: between these no price changes.
 */
#include "discount/lint/internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/search.h"
#include "discount/ruleset/index.h"
#include "discount/rule/hash_index.h"
#include "discount/pricing/resolve.h"

#define TRIES_FIRST 16 /* products of each rule, before the rules that did not win share the prices left */
#define EVERYBODY UINT32_MAX

/* A customer whom rules for a group, or those for everybody, are tried with. */
struct candidate {
    uint32_t group; /* a place in the groups; EVERYBODY */
    bool has_own;
    int32_t customer_id;
};

/* The groups of customers who have no rules of their own. */
struct class
{
    const uint32_t *groups;
    size_t count;
};

struct trial {
    const struct ruleset *ruleset;
    struct lint_rules *rules;
    const struct lint_question *question;
    const struct product_index *index;
    const struct listing *listing;
    const char **groups; /* that have rules, by key */
    size_t group_count;
    int32_t *owners; /* customers who have rules, ascending */
    size_t owner_count;
    struct candidate *candidates; /* by group, those without rules of their own first, then by customer */
    size_t candidate_count;
    struct class *classes;
    size_t class_count;
    struct hash_index class_names;
    int64_t *instants; /* ascending; the first is now */
    size_t instant_count;
    struct arena scratch; /* of one price */
    size_t left;          /* prices that may be tried */

    struct lint_rule *rule; /* that is tried */
    size_t tries;           /* that are left for it */
    bool is_quick;          /* one customer and one instant for each product will do */
    bool is_cut;            /* the trial left some out */
};

/* ---- What there is to try ---- */

static int compare_ids(const void *left, const void *right)
{
    const int32_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static int compare_instants(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static void note_rule(struct trial *trial, const struct rule *rule)
{
    if (rule->audience == RULE_GROUP)
        trial->groups[trial->group_count++] = rule->group;
    if (rule->audience == RULE_CUSTOMER)
        trial->owners[trial->owner_count++] = rule->customer_id;
    if (rule->starts_at > trial->question->now)
        trial->instants[trial->instant_count++] = rule->starts_at;
    if (rule->ends_at > trial->question->now)
        trial->instants[trial->instant_count++] = rule->ends_at;
}

/* Sorts the things and keeps each once. Returns how many there are. */
static size_t drop_repeated(void *things, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *bytes = things;
    size_t kept = 0;

    qsort(things, count, size, compare);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare(bytes + (kept - 1) * size, bytes + i * size) != 0)
            memmove(bytes + kept++ * size, bytes + i * size, size);
    }
    return kept;
}

static void note_rules(struct trial *trial)
{
    struct lint_rules *rules = trial->rules;

    trial->groups = arena_get(&rules->arena, (rules->count + 1) * sizeof(*trial->groups));
    trial->owners = arena_get(&rules->arena, (rules->count + 1) * sizeof *trial->owners);
    trial->instants = arena_get(&rules->arena, (2 * rules->count + 1) * sizeof *trial->instants);
    trial->instants[trial->instant_count++] = trial->question->now;
    for (size_t i = 0; i < rules->count; i++) {
        if (lint_is_alive(&rules->list[i]))
            note_rule(trial, &rules->list[i].rule);
    }
    trial->group_count = drop_repeated(trial->groups, trial->group_count, sizeof(*trial->groups), rule_compare_names);
    trial->owner_count = drop_repeated(trial->owners, trial->owner_count, sizeof *trial->owners, compare_ids);
    trial->instant_count =
        drop_repeated(trial->instants, trial->instant_count, sizeof *trial->instants, compare_instants);
}

/* ---- Customers ---- */

static void add_candidate(struct trial *trial, uint32_t group, bool has_own, int32_t customer_id)
{
    trial->candidates = memory_grow(trial->candidates, trial->candidate_count, 1, sizeof *trial->candidates);
    trial->candidates[trial->candidate_count++] = (struct candidate){group, has_own, customer_id};
}

/* Whether no customer with just these groups was noted before; notes the groups. */
static bool is_new_class(struct trial *trial, const uint32_t *groups, size_t count)
{
    uint64_t hash = count;
    uint32_t number;

    for (size_t i = 0; i < count; i++)
        hash = lint_mix(hash, groups[i]);
    hash = hash_mix(hash);
    for (size_t place = 0; hash_index_next(&trial->class_names, hash, &place, &number);) {
        if (trial->classes[number].count == count &&
            memcmp(trial->classes[number].groups, groups, count * sizeof *groups) == 0)
            return false;
    }
    trial->classes = memory_grow(trial->classes, trial->class_count, 1, sizeof *trial->classes);
    uint32_t *kept = arena_get(&trial->rules->arena, count * sizeof *kept);
    memcpy(kept, groups, count * sizeof *groups);
    hash_index_add(&trial->class_names, hash, (uint32_t)trial->class_count);
    trial->classes[trial->class_count++] = (struct class){kept, count};
    return true;
}

static void add_customer(struct trial *trial, int32_t customer_id, bool has_own)
{
    size_t key_count, count = 0;
    const char **keys = ruleset_groups_of(trial->ruleset, &trial->scratch, customer_id, &key_count);
    uint32_t *groups = arena_get(&trial->scratch, (key_count + 1) * sizeof *groups);

    for (size_t i = 0; i < key_count && trial->group_count > 0; i++) {
        const char **group =
            bsearch(&keys[i], trial->groups, trial->group_count, sizeof(*trial->groups), rule_compare_names);
        if (group != NULL)
            groups[count++] = (uint32_t)(group - trial->groups);
    }
    if (has_own || (count > 0 && is_new_class(trial, groups, count))) {
        add_candidate(trial, EVERYBODY, has_own, customer_id);
        for (size_t i = 0; i < count; i++)
            add_candidate(trial, groups[i], has_own, customer_id);
    }
    arena_reset(&trial->scratch);
}

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->has_own != b->has_own)
        return a->has_own ? 1 : -1;
    return (a->customer_id > b->customer_id) - (a->customer_id < b->customer_id);
}

static bool is_owner(const struct trial *trial, int32_t customer_id)
{
    return trial->owner_count > 0 &&
           bsearch(&customer_id, trial->owners, trial->owner_count, sizeof customer_id, compare_ids) != NULL;
}

static void find_candidates(struct trial *trial)
{
    add_candidate(trial, EVERYBODY, false, 0);
    for (int32_t id = 0; trial->group_count > 0 && (id = ruleset_next_customer(trial->ruleset, id)) != 0;) {
        if (!is_owner(trial, id))
            add_customer(trial, id, false);
    }
    for (size_t i = 0; i < trial->owner_count; i++)
        add_customer(trial, trial->owners[i], true);
    qsort(trial->candidates, trial->candidate_count, sizeof *trial->candidates, compare_candidates);
}

/* The first candidate of a group. */
static size_t find_group(const struct trial *trial, uint32_t group)
{
    size_t low;

    SEARCH_FIRST(low, trial->candidate_count, trial->candidates[middle].group < group);
    return low;
}

/* ---- One price ---- */

static struct lint_rule *find_rule(const struct trial *trial, const char *key)
{
    size_t low;

    SEARCH_FIRST(low, trial->rules->count, strcmp(trial->rules->list[middle].rule.key, key) < 0);
    return &trial->rules->list[low];
}

/* What kept the rule from winning, and which rule it was. */
static void note_loss(struct trial *trial, const struct quote *quote)
{
    struct lint_rule *rule = trial->rule;
    const char *contract = quote->steps[RULE_LANE_CONTRACT].key, *own = quote->steps[rule->rule.lane].key;
    enum lint_obstacle obstacle = LINT_NOT_LOWER;
    struct lint_rule *other = NULL;

    if (own != NULL) {
        obstacle = LINT_OUTDONE;
        other = find_rule(trial, own);
    } else if (rule->rule.lane != RULE_LANE_CONTRACT && contract != NULL) {
        other = find_rule(trial, contract);
        if (other->rule.is_exclusive)
            obstacle = LINT_EXCLUSIVE;
        else
            other = NULL;
    }
    rule->obstacles |= 1u << obstacle;
    if (other != NULL)
        rule->obstacle_rule = (size_t)(other - trial->rules->list);
}

/* True: it won, or there are no tries left. */
static bool try_price(struct trial *trial, size_t product, const struct shopper *shopper, int64_t instant)
{
    struct quote quote;

    if (trial->tries == 0) {
        trial->is_cut = true;
        return true;
    }
    trial->tries--;
    trial->left--;
    evaluate(trial->listing, product, shopper, instant, &quote);
    for (size_t i = 0; i < RULE_LANES; i++) {
        if (quote.steps[i].key != NULL)
            find_rule(trial, quote.steps[i].key)->has_won = true;
    }
    if (!trial->rule->has_won)
        note_loss(trial, &quote);
    return trial->rule->has_won;
}

/* At each instant of the rule's window. */
static bool try_customer(struct trial *trial, size_t product, int32_t customer_id)
{
    const struct rule *rule = &trial->rule->rule;
    const struct shopper *shopper = shopper_resolve(trial->ruleset, &trial->scratch, customer_id);
    bool is_over = false;

    for (size_t i = 0; i < trial->instant_count && !is_over; i++) {
        int64_t instant = trial->instants[i];
        if (instant < rule->starts_at || (rule->ends_at != 0 && instant >= rule->ends_at))
            continue;
        is_over = try_price(trial, product, shopper, instant);
        if (trial->is_quick)
            break;
    }
    arena_reset(&trial->scratch);
    return is_over;
}

/* ---- One rule ---- */

/* Every customer whom the rule is for. */
static bool try_product(void *data, size_t product)
{
    struct trial *trial = data;
    const struct rule *rule = &trial->rule->rule;
    uint32_t group = EVERYBODY;

    if (trial->question->products[product].price <= 0 || trial->question->products[product].price < rule->minimum)
        return false;
    if (rule->audience == RULE_CUSTOMER)
        return try_customer(trial, product, rule->customer_id);
    if (rule->audience == RULE_GROUP) {
        const char **found =
            bsearch(&rule->group, trial->groups, trial->group_count, sizeof(*trial->groups), rule_compare_names);
        group = (uint32_t)(found - trial->groups);
    }
    for (size_t i = find_group(trial, group); i < trial->candidate_count && trial->candidates[i].group == group; i++) {
        if (try_customer(trial, product, trial->candidates[i].customer_id))
            return true;
        if (trial->is_quick)
            break;
    }
    return false;
}

/* Whether it is known now whether the rule ever wins. A quick trial can only tell that it does. */
static bool try_rule(struct trial *trial, struct lint_rule *rule, size_t tries, bool is_quick)
{
    if (rule->has_won)
        return true;
    trial->rule = rule;
    trial->tries = tries < trial->left ? tries : trial->left;
    trial->is_quick = trial->is_cut = is_quick;
    rule->obstacles = 0;
    rule->obstacle_rule = LINT_NONE;
    (void)product_index_each(trial->index, &rule->rule, try_product, trial);
    if (trial->is_cut && !rule->has_won)
        return false;
    rule->never_wins = !rule->has_won;
    return true;
}

/* Tries every rule with a few products, then the undecided ones with all, up to the limit. Returns how many stay so. */
static size_t try_all(struct trial *trial)
{
    struct lint_rules *rules = trial->rules;
    size_t *open = arena_get(&rules->arena, (rules->count + 1) * sizeof *open), count = 0, undecided = 0;

    for (size_t i = 0; i < rules->count; i++) {
        if (lint_is_alive(&rules->list[i]) && !rules->list[i].is_explained &&
            !try_rule(trial, &rules->list[i], TRIES_FIRST, true))
            open[count++] = i;
    }
    for (size_t i = 0; i < count; i++)
        undecided += !try_rule(trial, &rules->list[open[i]], trial->left / (count - i), false);
    return undecided;
}

void lint_try_rules(const struct ruleset *ruleset, const struct lint_question *question, struct lint_rules *rules,
                    const struct product_index *index, struct lint *lint)
{
    struct trial trial = {
        .ruleset = ruleset, .rules = rules, .question = question, .index = index, .left = question->max_quotes};

    trial.listing = listing_resolve(ruleset, &rules->arena, question->products, question->product_count);
    note_rules(&trial);
    find_candidates(&trial);
    lint->undecided = try_all(&trial);
    lint->quotes = question->max_quotes - trial.left;
    free(trial.candidates);
    free(trial.classes);
    hash_index_release(&trial.class_names);
    arena_release(&trial.scratch);
}
