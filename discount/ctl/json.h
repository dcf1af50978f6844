/* SPDX-License-Identifier: MIT */
/*
 * What programs read: messages as JSON, by cJSON. Fields have the names of the proto file, all of them are there,
 * 64-bit numbers are exact, and enum values are their words in small letters ("out-priced").
 */
#ifndef DISCOUNT_CTL_JSON_H
#define DISCOUNT_CTL_JSON_H

#include <cjson/cJSON.h>
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/arena.h"

/* Makes cJSON never run out of memory (common/memory.h). Before anything else here. */
void json_start(void);

cJSON *json_message(const ProtobufCMessage *message);            /* NULL: null */
cJSON *json_messages(const void *const *messages, size_t count); /* an array of messages */
cJSON *json_number(int64_t number);

/* The word of an enum's value: "out-priced"; "?" for one that has none. */
const char *json_enum_word(const ProtobufCEnumDescriptor *type, int value, struct arena *arena);

/* Prints the document on one line and frees it. */
void json_print(FILE *out, cJSON *document);

#endif
