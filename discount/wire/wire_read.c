/* SPDX-License-Identifier: MIT */
/* Messages become rules and changes. */
#include "discount/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Whom to tell, and whether there was something to tell. */
struct message_reading {
    struct arena *arena;
    rule_fault_f *fault;
    void *data;
    bool is_sound;
};

static void tell(struct message_reading *reading, const char *field, const char *message)
{
    reading->is_sound = false;
    if (reading->fault != NULL)
        reading->fault(reading->data, field, message);
}

static void tell_unknown(struct message_reading *reading, const char *field, int value, const char *allowed)
{
    char message[160];
    snprintf(message, sizeof message, "%s is %d, which is unknown; it is one of: %s", field, value, allowed);
    tell(reading, field, message);
}

static void read_lane(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
    switch ((int)message->lane) {
    case ECOMMERCE__LANE__LANE_CONTRACT:
        rule->lane = RULE_LANE_CONTRACT;
        return;
    case ECOMMERCE__LANE__LANE_SALE:
        rule->lane = RULE_LANE_SALE;
        return;
    case ECOMMERCE__LANE__LANE_UNSPECIFIED:
        tell(reading, "lane", "no lane is given; it is one of: contract, sale");
        return;
    case ECOMMERCE__LANE__LANE_CODE:
        tell(reading, "lane", "the lane code is reserved; it is one of: contract, sale");
        return;
    default:
        tell_unknown(reading, "lane", (int)message->lane, "contract, sale");
        return;
    }
}

static bool read_kind(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
#define READ_KIND_OF(constant, name, ...)                                                                              \
    case ECOMMERCE__KIND__KIND_##constant:                                                                             \
        rule->kind = RULE_##constant;                                                                                  \
        rule->value = message->name;                                                                                   \
        return true;

    switch ((int)message->kind) {
        RULE_KIND_ROWS(READ_KIND_OF)
    case ECOMMERCE__KIND__KIND_UNSPECIFIED:
        tell(reading, "kind", "no kind is given; it is one of: percent, amount, price");
        return false;
    default:
        tell_unknown(reading, "kind", (int)message->kind, "percent, amount, price");
        return false;
    }
}

/* A rule has one value: a value of another kind would be lost silently. */
static void refuse_value(struct message_reading *reading, const char *field, int64_t value, enum rule_kind kind)
{
    char message[160];

    if (value == 0)
        return;
    snprintf(message, sizeof message, "%s is %" PRId64 ", but the rule is of kind %s; leave it out", field, value,
             rule_kind_names[kind]);
    tell(reading, field, message);
}

static void refuse_other_values(struct message_reading *reading, const Ecommerce__Rule *message, enum rule_kind kind)
{
#define REFUSE_VALUE(constant, name, ...)                                                                              \
    if (kind != RULE_##constant)                                                                                       \
        refuse_value(reading, #name, message->name, kind);

    RULE_KIND_ROWS(REFUSE_VALUE)
    if (kind != RULE_PRICE && message->n_prices > 0)
        tell(reading, "price", "a price list goes with kind price only");
}

static void read_audience(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
    bool has_group = message->group != NULL && message->group[0] != '\0';

    if (has_group && message->customer_id != 0)
        tell(reading, "audience", "both a customer and a group are given; a rule is for one of them, or for everybody");
    if (has_group) {
        rule->audience = RULE_GROUP;
        rule->group = message->group;
    } else if (message->customer_id != 0) {
        rule->audience = RULE_CUSTOMER;
        rule->customer_id = message->customer_id;
    }
}

static struct rule_product *read_products(struct arena *arena, char *const *slugs, size_t count)
{
    struct rule_product *products = arena_get(arena, count * sizeof *products);
    for (size_t i = 0; i < count; i++)
        products[i] = (struct rule_product){.slug = slugs[i]};
    return products;
}

static void read_price_list(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
    if (message->n_include_products > 0)
        tell(reading, "include",
             "both prices and included products are given; the products of a price list are all it "
             "is for");
    if (message->price != 0)
        tell(reading, "price", "both a price and a price list are given; a rule has one of them");
    rule->value = 0;
    rule->is_price_list = true;
    rule->product_count = message->n_prices;
    rule->products = arena_get(reading->arena, message->n_prices * sizeof *rule->products);
    for (size_t i = 0; i < message->n_prices; i++) {
        rule->products[i].slug = message->prices[i]->product;
        rule->products[i].id = 0;
        rule->products[i].price = message->prices[i]->price;
    }
}

static void read_targets(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
    if (rule->kind == RULE_PRICE && message->n_prices > 0) {
        read_price_list(reading, message, rule);
    } else if (message->n_include_products > 0) {
        rule->products = read_products(reading->arena, message->include_products, message->n_include_products);
        rule->product_count = message->n_include_products;
    }
    rule->categories = (const char **)message->include_categories;
    rule->category_count = message->n_include_categories;
    if (message->n_exclude_products > 0) {
        rule->excluded_products = read_products(reading->arena, message->exclude_products, message->n_exclude_products);
        rule->excluded_product_count = message->n_exclude_products;
    }
    rule->excluded_categories = (const char **)message->exclude_categories;
    rule->excluded_category_count = message->n_exclude_categories;
}

/* Fields that the message has in the same form; lanes, kinds, values and audiences have another. */
#define READ_TEXT(member, field) rule->member = message->field;
#define READ_MONEY(member, field) rule->member = message->field;
#define READ_NUMBER(member, field) rule->member = message->field;
#define READ_FLAG(member, field) rule->member = message->field;
#define READ_SWITCH(member, field) rule->member = !message->field;
#define READ_INSTANT(member, field) rule->member = message->field;
#define READ_LANE(member, field)
#define READ_KIND(member, field)
#define READ_VALUE(member, field)
#define READ_CUSTOMER(member, field)
#define READ_GROUP(member, field)
#define READ(type, member, column, place, field, ...) READ_##type(member, field)

static void read_rule(struct message_reading *reading, const Ecommerce__Rule *message, struct rule *rule)
{
    *rule = (struct rule){.key = message->key};
    RULE_FIELDS(READ)
    read_lane(reading, message, rule);
    if (read_kind(reading, message, rule))
        refuse_other_values(reading, message, rule->kind);
    read_audience(reading, message, rule);
    read_targets(reading, message, rule);
}

static void read_members(const Ecommerce__Members *message, enum change_kind kind, struct change *change)
{
    *change = (struct change){.kind = kind,
                              .key = message->group,
                              .customer_ids = message->customer_ids,
                              .customer_count = message->n_customer_ids};
}

static void read_product(const Ecommerce__KnownProduct *message, bool keeps_floor, struct change *change)
{
    *change = (struct change){.kind = CHANGE_SET_PRODUCT,
                              .product = {.id = message->id, .slug = message->slug, .floor = message->floor},
                              .keeps_floor = keeps_floor};
}

bool wire_read_change(const Ecommerce__Change *message, struct arena *arena, struct change *change, rule_fault_f *fault,
                      void *data)
{
    struct message_reading reading = {.arena = arena, .fault = fault, .data = data, .is_sound = true};

    *change = (struct change){.kind = CHANGE_KINDS};
    for (size_t i = 0; i < WIRE_KEY_CHANGES; i++) {
        if (message->change_case == wire_key_changes[i].change_case) {
            /* The members of a union of pointers to text lie at one place. */
            *change = (struct change){.kind = wire_key_changes[i].kind, .key = message->remove_rule};
            return true;
        }
    }
    switch (message->change_case) {
    case ECOMMERCE__CHANGE__CHANGE_SET_RULE:
        *change = (struct change){.kind = CHANGE_SET_RULE};
        read_rule(&reading, message->set_rule, &change->rule);
        break;
    case ECOMMERCE__CHANGE__CHANGE_SET_GROUP:
        *change = (struct change){
            .kind = CHANGE_SET_GROUP, .key = message->set_group->key, .label = message->set_group->label};
        break;
    case ECOMMERCE__CHANGE__CHANGE_ADD_MEMBERS:
        read_members(message->add_members, CHANGE_ADD_MEMBERS, change);
        break;
    case ECOMMERCE__CHANGE__CHANGE_REMOVE_MEMBERS:
        read_members(message->remove_members, CHANGE_REMOVE_MEMBERS, change);
        break;
    case ECOMMERCE__CHANGE__CHANGE_SET_PRODUCT:
        read_product(message->set_product, message->keep_floor, change);
        break;
    case ECOMMERCE__CHANGE__CHANGE_CLEAR_ALL:
        *change = (struct change){.kind = CHANGE_CLEAR_ALL};
        if (!message->clear_all)
            tell(&reading, "", "clear_all is false; it is true or left out");
        break;
    default:
        tell(&reading, "", "this change says nothing; each sets, removes, enables, disables or clears one thing");
        break;
    }
    return reading.is_sound;
}

void wire_read_rule(const Ecommerce__Rule *message, struct arena *arena, struct rule *rule)
{
    struct message_reading reading = {.arena = arena, .is_sound = true};
    read_rule(&reading, message, rule);
}
