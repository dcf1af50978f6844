/* SPDX-License-Identifier: MIT */
/*
 * A change of what a shop describes: of a rule, a group, its members, a product. A change set is an array of them, made
 * whole or not at all. Rule files and messages are read into changes; the store writes changes.
 */
#ifndef DISCOUNT_RULE_CHANGE_H
#define DISCOUNT_RULE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discount/rule/rule.h"

#define CHANGE_MEMBERS_MAX 1000000 /* customers in one change */

/* A product that rules may name. */
struct known_product {
    int32_t id;
    const char *slug;
    int64_t floor; /* no rule takes the price below it; 0: none */
    /* In a list of the store: what the Catalog told of it. */
    bool is_in_shop;
    int32_t price;
    const char
        *categories; /* slugs with commas between them, those above its own included; NULL where not is_in_shop */
};

enum change_kind {
    CHANGE_SET_RULE,       /* rule */
    CHANGE_REMOVE_RULE,    /* key */
    CHANGE_ENABLE_RULE,    /* key */
    CHANGE_DISABLE_RULE,   /* key */
    CHANGE_SET_GROUP,      /* key, label; members stay */
    CHANGE_REMOVE_GROUP,   /* key; its members, too */
    CHANGE_CLEAR_GROUP,    /* key; it stays, without members */
    CHANGE_ADD_MEMBERS,    /* key, customer_ids */
    CHANGE_REMOVE_MEMBERS, /* key, customer_ids */
    CHANGE_SET_PRODUCT,    /* product */
    CHANGE_REMOVE_PRODUCT, /* key: its slug */
    CHANGE_CLEAR_ALL,      /* every rule, group, member and product */
    CHANGE_KINDS,
};

struct change {
    enum change_kind kind;
    struct rule rule; /* its products have slugs */
    const char *key;
    const char *label;
    const int32_t *customer_ids;
    size_t customer_count;
    struct known_product product;
    bool keeps_floor; /* the product's floor stays as it is, and product.floor is 0 */
};

/*
 * Tells `fault` what is wrong with a change by itself: the rule's faults, a malformed key, an id below 1, too many
 * members. True: nothing is wrong. Whether the rules, groups and products that it names exist, the store checks.
 */
bool change_check(const struct change *change, rule_fault_f *fault, void *data);

/* "rule black-friday", "group vip", "product iphone-x", "everything": what a change is about. Returns `text`. */
const char *change_subject(const struct change *change, char *text, size_t size);

#endif
