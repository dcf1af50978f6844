/* SPDX-License-Identifier: MIT */
/* Rules and changes become messages. */
#include "discount/wire/wire.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/platform.h"

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
#define WRITE_KIND_OF(constant, name, ...)                                                                             \
    case RULE_##constant:                                                                                              \
        message->kind = ECOMMERCE__KIND__KIND_##constant;                                                              \
        message->name = sizeof message->name == sizeof value ? value : narrow(value);                                  \
        return;
    const int64_t value = rule->is_price_list ? 0 : rule->value;

    switch (rule->kind) {
        RULE_KIND_ROWS(WRITE_KIND_OF)
    case RULE_KINDS:
        return;
    }
}

/* Fields that the message has in the same form. */
#define WRITE_TEXT(member, field) message->field = message_text(rule->member);
#define WRITE_MONEY(member, field) message->field = rule->member;
#define WRITE_NUMBER(member, field) message->field = rule->member;
#define WRITE_FLAG(member, field) message->field = rule->member;
#define WRITE_SWITCH(member, field) message->field = !rule->member;
#define WRITE_INSTANT(member, field) message->field = rule->member;
#define WRITE_LANE(member, field)
#define WRITE_KIND(member, field)
#define WRITE_VALUE(member, field)
#define WRITE_CUSTOMER(member, field)
#define WRITE_GROUP(member, field)
#define WRITE(type, member, column, place, field, ...) WRITE_##type(member, field)

Ecommerce__Rule *wire_write_rule(const struct rule *rule, struct arena *arena)
{
    Ecommerce__Rule *message = arena_get(arena, sizeof *message);

    ecommerce__rule__init(message);
    message->key = message_text(rule->key);
    RULE_FIELDS(WRITE)
    message->lane = rule->lane == RULE_LANE_SALE ? ECOMMERCE__LANE__LANE_SALE : ECOMMERCE__LANE__LANE_CONTRACT;
    write_value(rule, message);
    if (rule->audience == RULE_CUSTOMER)
        message->customer_id = rule->customer_id;
    if (rule->audience == RULE_GROUP)
        message->group = message_text(rule->group);
    write_targets(rule, arena, message);
    return message;
}

const struct wire_key_change wire_key_changes[WIRE_KEY_CHANGES] = {
    {CHANGE_REMOVE_RULE, ECOMMERCE__CHANGE__CHANGE_REMOVE_RULE},
    {CHANGE_ENABLE_RULE, ECOMMERCE__CHANGE__CHANGE_ENABLE_RULE},
    {CHANGE_DISABLE_RULE, ECOMMERCE__CHANGE__CHANGE_DISABLE_RULE},
    {CHANGE_REMOVE_GROUP, ECOMMERCE__CHANGE__CHANGE_REMOVE_GROUP},
    {CHANGE_CLEAR_GROUP, ECOMMERCE__CHANGE__CHANGE_CLEAR_GROUP},
    {CHANGE_REMOVE_PRODUCT, ECOMMERCE__CHANGE__CHANGE_REMOVE_PRODUCT},
};

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
        break;
    }
    for (size_t i = 0; i < WIRE_KEY_CHANGES; i++) {
        if (change->kind == wire_key_changes[i].kind) {
            message->change_case = wire_key_changes[i].change_case;
            message->remove_rule = message_text(change->key); /* the union's members of text lie at one place */
        }
    }
    return message;
}

/* ---- Ids and copies ---- */

void wire_make_id(char id[WIRE_ID_SIZE])
{
    unsigned char random[(WIRE_ID_SIZE - 1) / 2];

    platform_fill_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(id + 2 * i, 3, "%02x", random[i]);
}

static void *get_from_arena(void *arena, size_t size)
{
    return arena_get(arena, size);
}

static void leave_to_arena(void *arena, void *piece)
{
    (void)arena;
    (void)piece;
}

void *wire_copy(const ProtobufCMessage *message, struct arena *arena)
{
    ProtobufCAllocator allocator = {.alloc = get_from_arena, .free = leave_to_arena, .allocator_data = arena};
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = memory_get(size + 1);

    protobuf_c_message_pack(message, bytes);
    void *copy = protobuf_c_message_unpack(message->descriptor, &allocator, size, bytes);
    assert(copy != NULL); /* it was packed a moment ago */
    free(bytes);
    return copy;
}
