/* SPDX-License-Identifier: MIT */
/* The fields of a rule, one after the other. */
#include "discount/rule/rule.h"

#define ROW(kind_, member, column, place, message, word_, least_, most_, example)                                      \
    {.type = RULE_FIELD_##kind_,                                                                                       \
     .word = #word_,                                                                                                   \
     .offset = offsetof(struct rule, member),                                                                          \
     .least = least_,                                                                                                  \
     .most = most_},

const struct rule_field rule_fields[RULE_FIELD_COUNT] = {RULE_FIELDS(ROW)};

int64_t rule_field_get(const struct rule_field *field, const struct rule *rule)
{
    const void *member = (const char *)rule + field->offset;

    switch (field->type) {
    case RULE_FIELD_TEXT:
    case RULE_FIELD_GROUP:
        return 0;
    case RULE_FIELD_CUSTOMER:
    case RULE_FIELD_NUMBER:
        return *(const int32_t *)member;
    case RULE_FIELD_LANE:
        return *(const enum rule_lane *)member;
    case RULE_FIELD_KIND:
        return *(const enum rule_kind *)member;
    case RULE_FIELD_FLAG:
    case RULE_FIELD_SWITCH:
        return *(const bool *)member;
    case RULE_FIELD_VALUE:
    case RULE_FIELD_MONEY:
    case RULE_FIELD_INSTANT:
        break;
    }
    return *(const int64_t *)member;
}

void rule_field_set(const struct rule_field *field, struct rule *rule, int64_t value)
{
    void *member = (char *)rule + field->offset;

    switch (field->type) {
    case RULE_FIELD_NUMBER:
        *(int32_t *)member = (int32_t)value;
        return;
    case RULE_FIELD_LANE:
        *(enum rule_lane *)member = (enum rule_lane)value;
        return;
    case RULE_FIELD_FLAG:
    case RULE_FIELD_SWITCH:
        *(bool *)member = value != 0;
        return;
    case RULE_FIELD_MONEY:
    case RULE_FIELD_INSTANT:
        *(int64_t *)member = value;
        return;
    default: /* set by name */
        return;
    }
}

bool rule_field_prices(const struct rule_field *field)
{
    return field->type >= RULE_FIELD_MONEY ? field->type != RULE_FIELD_SWITCH : field->type == RULE_FIELD_VALUE;
}
