/* SPDX-License-Identifier: MIT */
/*
 * Rules and changes as messages of proto/discount_admin.proto, and back. For the service and for discountctl.
 *
 * What is made lives in the arena and points into what it was made from, which must live as long.
 */
#ifndef DISCOUNT_WIRE_H
#define DISCOUNT_WIRE_H

#include <stdbool.h>

#include "common/arena.h"
#include "discount/rule/change.h"
#include "proto/discount_admin.pb-c.h"

/*
 * Reads a change. What a struct change cannot hold is told to `fault` (no kind of change, an unknown or unset lane or
 * kind, both a customer and a group, the reserved lane, the value of another kind); *change is set as far as possible,
 * of kind CHANGE_KINDS where the message has no kind. True: nothing was. It is not checked otherwise: change_check()
 * does.
 */
bool wire_read_change(const Ecommerce__Change *message, struct arena *arena, struct change *change, rule_fault_f *fault,
                      void *data);

Ecommerce__Change *wire_write_change(const struct change *change, struct arena *arena);

/* The changes that are no more than a key. */
#define WIRE_KEY_CHANGES 6
extern const struct wire_key_change {
    enum change_kind kind;
    Ecommerce__Change__ChangeCase change_case;
} wire_key_changes[WIRE_KEY_CHANGES];

/* Reads a rule that the service sent; products have slugs. */
void wire_read_rule(const Ecommerce__Rule *message, struct arena *arena, struct rule *rule);

/* A name that nobody guesses: 32 digits of hexadecimal. */
#define WIRE_ID_SIZE 33
void wire_make_id(char id[WIRE_ID_SIZE]);

/* A copy of a message, in the arena. */
void *wire_copy(const ProtobufCMessage *message, struct arena *arena);

/* Products need slugs. */
Ecommerce__Rule *wire_write_rule(const struct rule *rule, struct arena *arena);

#endif
