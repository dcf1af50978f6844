/* SPDX-License-Identifier: MIT */
/* Messages as JSON, by the descriptors that protobuf-c generates. */
#include "discount/ctl/json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static void *get_memory(size_t size)
{
    return memory_get(size);
}

void json_start(void)
{
    cJSON_Hooks hooks = {.malloc_fn = get_memory, .free_fn = free};

    cJSON_InitHooks(&hooks);
}

cJSON *json_number(int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, number);
    return cJSON_CreateRaw(text);
}

/* The shortest that reads back as the same float. */
static cJSON *float_number(float number)
{
    char text[32];

    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    return cJSON_CreateRaw(text);
}

/* LANE_CONTRACT of the enum Lane is "contract". */
const char *json_enum_word(const ProtobufCEnumDescriptor *type, int value, struct arena *arena)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    if (found == NULL)
        return "?";
    const char *name = found->name + strlen(type->short_name) + 1;
    char *word = arena_copy(arena, name, strlen(name));
    for (char *c = word; *c != '\0'; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    return word;
}

static cJSON *enum_value(const ProtobufCEnumDescriptor *type, int value)
{
    struct arena arena = {0};

    cJSON *word = cJSON_CreateString(json_enum_word(type, value, &arena));
    arena_release(&arena);
    return word;
}

static cJSON *field_value(const ProtobufCFieldDescriptor *field, const void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
        return json_number(*(const int32_t *)member);
    case PROTOBUF_C_TYPE_INT64:
        return json_number(*(const int64_t *)member);
    case PROTOBUF_C_TYPE_FLOAT:
        return float_number(*(const float *)member);
    case PROTOBUF_C_TYPE_BOOL:
        return cJSON_CreateBool(*(const protobuf_c_boolean *)member);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_value(field->descriptor, *(const int *)member);
    case PROTOBUF_C_TYPE_STRING:
        return cJSON_CreateString(*(char *const *)member);
    case PROTOBUF_C_TYPE_MESSAGE:
        return json_message(*(ProtobufCMessage *const *)member);
    default: /* the contract has no other types */
        return cJSON_CreateNull();
    }
}

static size_t member_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
        return sizeof(int64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    default: /* other repeated fields have 32 bits */
        return sizeof(int32_t);
    }
}

static cJSON *repeated_value(const ProtobufCFieldDescriptor *field, const char *base)
{
    cJSON *array = cJSON_CreateArray();
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *members = *(const char *const *)(const void *)(base + field->offset);

    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(array, field_value(field, members + i * member_size(field->type)));
    return array;
}

cJSON *json_message(const ProtobufCMessage *message)
{
    const char *base = (const char *)message;

    if (message == NULL)
        return cJSON_CreateNull();
    cJSON *object = cJSON_CreateObject();
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        cJSON *value = field->label == PROTOBUF_C_LABEL_REPEATED ? repeated_value(field, base)
                                                                 : field_value(field, base + field->offset);
        cJSON_AddItemToObjectCS(object, field->name, value);
    }
    return object;
}

cJSON *json_messages(const void *const *messages, size_t count)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(array, json_message(messages[i]));
    return array;
}

/* cJSON escapes controls below U+0020. DEL and U+0080 to U+009F, which can only stand in strings, command terminals,
 * too. */
void json_print(FILE *out, cJSON *document)
{
    char *text = cJSON_PrintUnformatted(document);

    cJSON_Delete(document);
    for (const char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c, next = (unsigned char)c[1];
        if (byte == 0x7F) {
            fputs("\\u007f", out);
        } else if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
            fprintf(out, "\\u%04x", (unsigned)next);
            c++;
        } else {
            fputc(byte, out);
        }
    }
    fputc('\n', out);
    free(text);
}
