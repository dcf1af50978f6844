/* SPDX-License-Identifier: MIT */
/* What is wrong with a change by itself, and what it is about. */
#include "discount/rule/change.h"

#include <inttypes.h>
#include <stdio.h>

#include "discount/rule/faults.h"

#define KEY_FORM "1 to %d characters of a-z, 0-9 and single hyphens between them are allowed"

static void check_key(const char *key, int max, const char *what, struct faults *faults)
{
    struct shown shown;

    if (!rule_is_key(key, (size_t)max))
        faults_tell(faults, "key", "%s is not %s: " KEY_FORM, show_text(key, &shown), what, max);
}

static void check_group_label(const char *label, struct faults *faults)
{
    struct shown shown;

    if (label != NULL && !rule_is_label(label))
        faults_tell(faults, "label", "%s is not a label: up to %d characters on one line are allowed",
                    show_text(label, &shown), RULE_LABEL_MAX);
}

/* The first wrong id stands for all of them: there may be a million. */
static void check_members(const struct change *change, struct faults *faults)
{
    size_t wrong = 0;
    int32_t first = 0;

    if (change->customer_count > CHANGE_MEMBERS_MAX) {
        faults_tell(faults, "members", "%zu customers are too many for one change: %d are allowed",
                    change->customer_count, CHANGE_MEMBERS_MAX);
        return;
    }
    for (size_t i = 0; i < change->customer_count; i++) {
        if (change->customer_ids[i] >= 1)
            continue;
        if (wrong++ == 0)
            first = change->customer_ids[i];
    }
    if (wrong == 1)
        faults_tell(faults, "members", "%" PRId32 " is not a customer: 1 to %" PRId32 " is allowed", first, INT32_MAX);
    else if (wrong > 1)
        faults_tell(faults, "members", "%" PRId32 " and %zu others are not customers: 1 to %" PRId32 " is allowed",
                    first, wrong - 1, INT32_MAX);
}

static void check_product(const struct known_product *product, bool keeps_floor, struct faults *faults)
{
    struct shown shown;

    if (product->id < 1)
        faults_tell(faults, "id", "%" PRId32 " is not a product's id: 1 to %" PRId32 " is allowed", product->id,
                    INT32_MAX);
    if (!rule_is_key(product->slug, RULE_SLUG_MAX))
        faults_tell(faults, "slug", "%s is not a product's slug: " KEY_FORM, show_text(product->slug, &shown),
                    RULE_SLUG_MAX);
    if (product->floor < 0 || product->floor > RULE_MONEY_MAX)
        faults_tell(faults, "floor", "%" PRId64 " is out of range: 0 to %d is allowed", product->floor, RULE_MONEY_MAX);
    if (keeps_floor && product->floor != 0)
        faults_tell(faults, "floor", "%" PRId64 " is given, and that it stays what it is: one of the two is allowed",
                    product->floor);
}

static void check_change(const struct change *change, struct faults *faults)
{
    switch (change->kind) {
    case CHANGE_REMOVE_RULE:
    case CHANGE_ENABLE_RULE:
    case CHANGE_DISABLE_RULE:
        check_key(change->key, RULE_KEY_MAX, "a rule's key", faults);
        return;
    case CHANGE_SET_GROUP:
        check_group_label(change->label, faults);
        check_key(change->key, RULE_KEY_MAX, "a group's key", faults);
        return;
    case CHANGE_ADD_MEMBERS:
    case CHANGE_REMOVE_MEMBERS:
        check_members(change, faults);
        check_key(change->key, RULE_KEY_MAX, "a group's key", faults);
        return;
    case CHANGE_REMOVE_GROUP:
    case CHANGE_CLEAR_GROUP:
        check_key(change->key, RULE_KEY_MAX, "a group's key", faults);
        return;
    case CHANGE_SET_PRODUCT:
        check_product(&change->product, change->keeps_floor, faults);
        return;
    case CHANGE_REMOVE_PRODUCT:
        check_key(change->key, RULE_SLUG_MAX, "a product's slug", faults);
        return;
    case CHANGE_SET_RULE: /* change_check() did */
    case CHANGE_CLEAR_ALL:
        return;
    case CHANGE_KINDS:
        break;
    }
    faults_tell(faults, "", "%d is no kind of change", (int)change->kind);
}

bool change_check(const struct change *change, rule_fault_f *fault, void *data)
{
    struct faults faults = {.tell = fault, .data = data};

    if (change->kind == CHANGE_SET_RULE)
        return rule_check(&change->rule, fault, data);
    check_change(change, &faults);
    return faults.count == 0;
}

/* What kind of thing a change is about, and its name. */
static const char *find_subject(const struct change *change, const char **name)
{
    *name = change->key;
    switch (change->kind) {
    case CHANGE_SET_RULE:
        *name = change->rule.key;
        return "rule";
    case CHANGE_REMOVE_RULE:
    case CHANGE_ENABLE_RULE:
    case CHANGE_DISABLE_RULE:
        return "rule";
    case CHANGE_SET_PRODUCT:
        *name = change->product.slug;
        return "product";
    case CHANGE_REMOVE_PRODUCT:
        return "product";
    case CHANGE_SET_GROUP:
    case CHANGE_REMOVE_GROUP:
    case CHANGE_CLEAR_GROUP:
    case CHANGE_ADD_MEMBERS:
    case CHANGE_REMOVE_MEMBERS:
        return "group";
    default:
        *name = "";
        return "everything";
    }
}

const char *change_subject(const struct change *change, char *text, size_t size)
{
    const char *name;
    const char *thing = find_subject(change, &name);
    struct shown shown;

    if (name == NULL || name[0] == '\0')
        snprintf(text, size, "%s", thing);
    else if (rule_is_key(name, RULE_SLUG_MAX))
        snprintf(text, size, "%s %s", thing, name);
    else /* a malformed key may hold anything */
        snprintf(text, size, "%s %s", thing, show_text(name, &shown));
    return text;
}
