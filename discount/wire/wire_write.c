/* SPDX-License-Identifier: MIT */
/* Rules and changes become messages. */
#include "discount/wire/wire.h"

#include <string.h>

/* Messages do not change what their strings and arrays point to, but protobuf-c has no const. */
static char *message_text(const char *text)
{
    return (char *)(text != NULL ? text : protobuf_c_empty_string);
}

static char **write_slugs(struct arena *arena, const struct rule_product *products, size_t count)
{
    if (count == 0)
        return NULL;
    char **slugs = arena_get(arena, count * sizeof *slugs);
    for (size_t i = 0; i < count; i++)
        slugs[i] = message_text(products[i].slug);
    return slugs;
}

static void write_price_list(const struct rule *rule, struct arena *arena, Ecommerce__Rule *message)
{
    Ecommerce__ProductPrice *prices = arena_get(arena, rule->product_count * sizeof *prices);

    message->prices = arena_get(arena, rule->product_count * sizeof *message->prices);
    message->n_prices = rule->product_count;
    for (size_t i = 0; i < rule->product_count; i++) {
        ecommerce__product_price__init(&prices[i]);
        prices[i].product = message_text(rule->products[i].slug);
        prices[i].price = rule->products[i].price;
        message->prices[i] = &prices[i];
    }
}

static void write_targets(const struct rule *rule, struct arena *arena, Ecommerce__Rule *message)
{
    if (rule->is_price_list) {
        write_price_list(rule, arena, message);
    } else {
        message->include_products = write_slugs(arena, rule->products, rule->product_count);
        message->n_include_products = rule->product_count;
    }
    message->include_categories = (char **)rule->categories;
    message->n_include_categories = rule->category_count;
    message->exclude_products = write_slugs(arena, rule->excluded_products, rule->excluded_product_count);
    message->n_exclude_products = rule->excluded_product_count;
    message->exclude_categories = (char **)rule->excluded_categories;
    message->n_exclude_categories = rule->excluded_category_count;
}

/* A percentage that does not fit is far out of range either way; the nearest that fits is refused alike. */
static int32_t narrow(int64_t value)
{
    if (value > INT32_MAX)
        return INT32_MAX;
    return value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

static void write_value(const struct rule *rule, Ecommerce__Rule *message)
{
    switch (rule->kind) {
    case RULE_PERCENT:
        message->kind = ECOMMERCE__KIND__KIND_PERCENT;
        message->percent = narrow(rule->value);
        return;
    case RULE_AMOUNT:
        message->kind = ECOMMERCE__KIND__KIND_AMOUNT;
        message->amount = rule->value;
        return;
    case RULE_PRICE:
        message->kind = ECOMMERCE__KIND__KIND_PRICE;
        message->price = rule->is_price_list ? 0 : rule->value;
        return;
    case RULE_KINDS:
        return;
    }
}

Ecommerce__Rule *wire_write_rule(const struct rule *rule, struct arena *arena)
{
    Ecommerce__Rule *message = arena_get(arena, sizeof *message);

    ecommerce__rule__init(message);
    message->key = message_text(rule->key);
    message->label = message_text(rule->label);
    message->disabled = !rule->is_enabled;
    message->lane = rule->lane == RULE_LANE_SALE ? ECOMMERCE__LANE__LANE_SALE : ECOMMERCE__LANE__LANE_CONTRACT;
    message->priority = rule->priority;
    message->exclusive = rule->is_exclusive;
    write_value(rule, message);
    if (rule->audience == RULE_CUSTOMER)
        message->customer_id = rule->customer_id;
    if (rule->audience == RULE_GROUP)
        message->group = message_text(rule->group);
    write_targets(rule, arena, message);
    message->minimum = rule->minimum;
    message->cap = rule->cap;
    message->starts_at = rule->starts_at;
    message->ends_at = rule->ends_at;
    message->zone = message_text(rule->zone);
    return message;
}

static Ecommerce__Group *write_group(const struct change *change, struct arena *arena)
{
    Ecommerce__Group *message = arena_get(arena, sizeof *message);
    ecommerce__group__init(message);
    message->key = message_text(change->key);
    message->label = message_text(change->label);
    return message;
}

static Ecommerce__Members *write_members(const struct change *change, struct arena *arena)
{
    Ecommerce__Members *message = arena_get(arena, sizeof *message);
    ecommerce__members__init(message);
    message->group = message_text(change->key);
    message->customer_ids = (int32_t *)change->customer_ids;
    message->n_customer_ids = change->customer_count;
    return message;
}

static Ecommerce__KnownProduct *write_product(const struct known_product *product, struct arena *arena)
{
    Ecommerce__KnownProduct *message = arena_get(arena, sizeof *message);
    ecommerce__known_product__init(message);
    message->id = product->id;
    message->slug = message_text(product->slug);
    message->floor = product->floor;
    return message;
}

/* Changes that are no more than a key. */
static void write_key_change(const struct change *change, Ecommerce__Change *message)
{
    char *key = message_text(change->key);

    switch (change->kind) {
    case CHANGE_REMOVE_RULE:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_REMOVE_RULE;
        message->remove_rule = key;
        return;
    case CHANGE_ENABLE_RULE:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_ENABLE_RULE;
        message->enable_rule = key;
        return;
    case CHANGE_DISABLE_RULE:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_DISABLE_RULE;
        message->disable_rule = key;
        return;
    case CHANGE_REMOVE_GROUP:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_REMOVE_GROUP;
        message->remove_group = key;
        return;
    case CHANGE_CLEAR_GROUP:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_CLEAR_GROUP;
        message->clear_group = key;
        return;
    case CHANGE_REMOVE_PRODUCT:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_REMOVE_PRODUCT;
        message->remove_product = key;
        return;
    default:
        return;
    }
}

Ecommerce__Change *wire_write_change(const struct change *change, struct arena *arena)
{
    Ecommerce__Change *message = arena_get(arena, sizeof *message);

    ecommerce__change__init(message);
    switch (change->kind) {
    case CHANGE_SET_RULE:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_SET_RULE;
        message->set_rule = wire_write_rule(&change->rule, arena);
        break;
    case CHANGE_SET_GROUP:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_SET_GROUP;
        message->set_group = write_group(change, arena);
        break;
    case CHANGE_ADD_MEMBERS:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_ADD_MEMBERS;
        message->add_members = write_members(change, arena);
        break;
    case CHANGE_REMOVE_MEMBERS:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_REMOVE_MEMBERS;
        message->remove_members = write_members(change, arena);
        break;
    case CHANGE_SET_PRODUCT:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_SET_PRODUCT;
        message->set_product = write_product(&change->product, arena);
        message->keep_floor = change->keeps_floor;
        break;
    case CHANGE_CLEAR_ALL:
        message->change_case = ECOMMERCE__CHANGE__CHANGE_CLEAR_ALL;
        message->clear_all = true;
        break;
    default:
        write_key_change(change, message);
        break;
    }
    return message;
}
