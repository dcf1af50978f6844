/* SPDX-License-Identifier: MIT */
/* What makes a rule a sound one: everything that is wrong with it, each in a sentence. */
#include "discount/rule/rule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/memory.h"
#include "common/zone.h"

#include "discount/rule/faults.h"

const char *const rule_lane_names[RULE_LANES] = {"contract", "sale"};
#define KIND_NAME(constant, name, ...) #name,
const char *const rule_kind_names[RULE_KINDS] = {RULE_KIND_ROWS(KIND_NAME)};

#define KEY_FORM "1 to %d characters of a-z, 0-9 and single hyphens between them are allowed"

static void check_names(const struct rule *rule, struct faults *faults)
{
    struct shown shown;

    if (!rule_is_key(rule->key, RULE_KEY_MAX))
        faults_tell(faults, "key", "%s is not a key: " KEY_FORM, show_text(rule->key, &shown), RULE_KEY_MAX);
    if (!rule_is_label(rule->label) || rule->label[0] == '\0')
        faults_tell(faults, "label", "%s is not a label: 1 to %d characters on one line are allowed",
                    show_text(rule->label, &shown), RULE_LABEL_MAX);
    if (rule->zone != NULL && rule->zone[0] != '\0' && !zone_is_name(rule->zone))
        faults_tell(faults, "zone", "%s is not a time zone: a name such as Europe/Berlin is allowed",
                    show_text(rule->zone, &shown));
}

static void check_range(struct faults *faults, const char *field, int64_t value, int64_t least, int64_t most)
{
    if (value < least || value > most)
        faults_tell(faults, field, "%" PRId64 " is out of range: %" PRId64 " to %" PRId64 " is allowed", value, least,
                    most);
}

static void check_instant(struct faults *faults, const char *field, int64_t instant)
{
    struct shown shown;

    if (instant != 0 && (instant < RULE_INSTANT_MIN || instant > RULE_INSTANT_MAX))
        faults_tell(faults, field, "%s is out of range: 1970-01-02 to 9999-12-31 is allowed",
                    show_instant(instant, &shown));
}

/* Checks the fields of one type. */
static void check_fields(const struct rule *rule, enum rule_field_type type, struct faults *faults)
{
    for (size_t i = 0; i < RULE_FIELD_COUNT; i++) {
        const struct rule_field *field = &rule_fields[i];
        if (field->type != type)
            continue;
        if (type == RULE_FIELD_INSTANT)
            check_instant(faults, field->word, rule_field_get(field, rule));
        else
            check_range(faults, field->word, rule_field_get(field, rule), field->least < 0 ? field->least : 0,
                        field->most);
    }
}

static void check_percent(struct faults *faults, int64_t percent)
{
    if (percent < 0 || percent > RULE_PERCENT_MAX)
        faults_tell(faults, "percent", "%s%" PRIu64 ".%02d %% is out of range: 0 to 100 %% is allowed",
                    percent < 0 ? "-" : "", (percent < 0 ? 0 - (uint64_t)percent : (uint64_t)percent) / 100,
                    abs((int)(percent % 100)));
}

static void check_list(const struct rule *rule, struct faults *faults)
{
    struct shown shown;

    if (rule->kind != RULE_PRICE || rule->value != 0)
        faults_tell(faults, "price", "a price list has a price for each product and no other value");
    if (rule->product_count == 0)
        faults_tell(faults, "price", "a price list needs at least one product with its price");
    if (rule->category_count > 0)
        faults_tell(faults, "include", "a price list is for its own products: no categories are allowed");
    if (rule->excluded_product_count + rule->excluded_category_count > 0)
        faults_tell(faults, "exclude", "a price list is for its own products: nothing is left to exclude");
    for (size_t i = 0; i < rule->product_count; i++) {
        const struct rule_product *product = &rule->products[i];
        if (product->price < 0 || product->price > RULE_MONEY_MAX)
            faults_tell(faults, "price", "%" PRId64 " for product %s is out of range: 0 to %d is allowed",
                        product->price, show_product(product, &shown), RULE_MONEY_MAX);
    }
}

static void check_value(const struct rule *rule, struct faults *faults)
{
#define KIND_RANGE(constant, name, least, most) {least, most},
    static const struct {
        int64_t least, most;
    } ranges[RULE_KINDS] = {RULE_KIND_ROWS(KIND_RANGE)};

    if (rule->is_price_list)
        check_list(rule, faults);
    else if (rule->kind == RULE_PERCENT)
        check_percent(faults, rule->value);
    else if ((unsigned)rule->kind < RULE_KINDS)
        check_range(faults, rule_kind_names[rule->kind], rule->value, ranges[rule->kind].least,
                    ranges[rule->kind].most);
    else
        faults_tell(faults, "percent", "a rule needs one of percent, amount and price");

    check_fields(rule, RULE_FIELD_MONEY, faults);
    if (rule->cap != 0 && rule->kind != RULE_PERCENT)
        faults_tell(faults, "cap", "only a rule with a percentage can have a cap");
}

static void check_audience(const struct rule *rule, struct faults *faults)
{
    struct shown shown;
    bool has_group = rule->group != NULL && rule->group[0] != '\0';

    if ((unsigned)rule->audience > RULE_GROUP)
        faults_tell(faults, "audience", "%d is not an audience: everybody, a customer and a group are allowed",
                    (int)rule->audience);
    if (rule->audience == RULE_CUSTOMER && rule->customer_id < 1)
        faults_tell(faults, "customer", "%" PRId32 " is not a customer: 1 to %" PRId32 " is allowed", rule->customer_id,
                    INT32_MAX);
    if (rule->audience != RULE_CUSTOMER && rule->customer_id != 0)
        faults_tell(faults, "customer", "%" PRId32 " is given, but the rule is not for one customer",
                    rule->customer_id);
    if (rule->audience == RULE_GROUP && !rule_is_key(rule->group, RULE_KEY_MAX))
        faults_tell(faults, "group", "%s is not a group: " KEY_FORM, show_text(rule->group, &shown), RULE_KEY_MAX);
    if (rule->audience != RULE_GROUP && has_group)
        faults_tell(faults, "group", "%s is given, but the rule is not for a group", show_text(rule->group, &shown));
}

static void check_window(const struct rule *rule, struct faults *faults)
{
    struct shown starts, ends;

    check_fields(rule, RULE_FIELD_INSTANT, faults);
    if (rule->starts_at != 0 && rule->ends_at != 0 && rule->ends_at <= rule->starts_at)
        faults_tell(faults, "ends", "%s is not after the start, %s", show_instant(rule->ends_at, &ends),
                    show_instant(rule->starts_at, &starts));
}

bool rule_check(const struct rule *rule, rule_fault_f *fault, void *data)
{
    struct faults faults = {.tell = fault, .data = data};

    check_names(rule, &faults);
    if ((unsigned)rule->lane >= RULE_LANES)
        faults_tell(&faults, "lane", "%d is not a lane: contract and sale are allowed", (int)rule->lane);
    check_fields(rule, RULE_FIELD_NUMBER, &faults);
    check_value(rule, &faults);
    check_audience(rule, &faults);
    targets_check(rule, &faults);
    check_window(rule, &faults);
    return faults.count == 0;
}
