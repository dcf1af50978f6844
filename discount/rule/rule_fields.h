/* SPDX-License-Identifier: MIT */
/*
 * The fields of a rule, one a row: struct rule, the compiled rule, the database's columns, the messages, the rule file,
 * checks and comparisons follow from it. Not in the table are the key, which says what rule it is, and the targets.
 *
 *   X(type, member, column, place, message, word, least, most, example)
 *
 *   type            what it is; RULE_FIELD_type without the prefix
 *   member          of struct rule and of struct compiled_rule
 *   column, place   in the table `rule`, and in the rows of its change log, which are never written anew
 *   message         the field of the message Rule
 *   word            in the rule file, and in faults; of a SWITCH, where it is off
 *   least, most     of a number, as the rule file allows it; 0 says that there is none
 *   example         a line of the rule file
 *
 * Code handles fields of the types MONEY, NUMBER, FLAG, SWITCH and INSTANT by this table only, others also by name.
 * The order is that in which fields of one type are printed and checked, and keeps the compiled rule without gaps.
 */
#ifndef DISCOUNT_RULE_RULE_FIELDS_H
#define DISCOUNT_RULE_RULE_FIELDS_H

/* clang-format off */
#define RULE_FIELDS(X)                                                                                                 \
    /* For people. */                                                                                                  \
    X(TEXT,     label,        label,       1,  label,       label,     0, 0, "")                                       \
    /* The IANA time zone that the window is seen in; NULL or "": UTC. */                                              \
    X(TEXT,     zone,         zone,        14, zone,        zone,      0, 0, "")                                       \
    /* Whom it is for: the group's key, where the audience is RULE_GROUP; the customer, where it is RULE_CUSTOMER. */  \
    X(GROUP,    group,        group_key,   9,  group,       group,     0, 0, "")                                       \
    X(CUSTOMER, customer_id,  customer_id, 8,  customer_id, customer,  0, 0, "")                                       \
    /* The percentage, the amount off, or the price to pay; 0 in a price list. */                                      \
    X(VALUE,    value,        value,       7,  price,       price,     0, 0, "")                                       \
    /* The list price from which it applies; 0: any. */                                                                \
    X(MONEY,    minimum,      minimum,     10, minimum,     minimum,   0, RULE_MONEY_MAX, "minimum 10000")             \
    /* The most that a percentage takes off; 0: no limit. */                                                           \
    X(MONEY,    cap,          cap,         11, cap,         cap,       1, RULE_MONEY_MAX, "cap 5000")                  \
    /* Of two that come to the same price the higher wins. */                                                          \
    X(NUMBER,   priority,     priority,    5,  priority,    priority,  -RULE_PRIORITY_MAX, RULE_PRIORITY_MAX,          \
                                                                                           "priority 10")              \
    X(LANE,     lane,         lane,        4,  lane,        lane,      0, 0, "")                                       \
    X(KIND,     kind,         kind,        6,  kind,        kind,      0, 0, "")                                       \
    /* When it wins, later lanes are not evaluated. */                                                                 \
    X(FLAG,     is_exclusive, exclusive,   3,  exclusive,   exclusive, 0, 1, "exclusive")                              \
    X(SWITCH,   is_enabled,   enabled,     2,  disabled,    disabled,  0, 1, "disabled")                               \
    /* It applies from here (0: always has) until before there (0: for ever). */                                       \
    X(INSTANT,  starts_at,    starts_at,   12, starts_at,   starts,    0, 0, "starts 2026-11-27 Europe/Berlin")        \
    X(INSTANT,  ends_at,      ends_at,     13, ends_at,     ends,      0, 0, "ends 2026-11-30 Europe/Berlin")
/* clang-format on */

enum rule_field_type {
    RULE_FIELD_TEXT,     /* for people */
    RULE_FIELD_GROUP,    /* the key of the group that it is for */
    RULE_FIELD_VALUE,    /* the percentage, the amount or the price */
    RULE_FIELD_CUSTOMER, /* the customer that it is for */
    RULE_FIELD_MONEY,    /* 0: none */
    RULE_FIELD_NUMBER,   /* 32 bits */
    RULE_FIELD_LANE,
    RULE_FIELD_KIND,
    RULE_FIELD_FLAG,   /* off, unless the rule file has the word */
    RULE_FIELD_SWITCH, /* on, unless the rule file has the word */
    RULE_FIELD_INSTANT,
};

#endif
