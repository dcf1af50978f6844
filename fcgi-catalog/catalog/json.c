/* SPDX-License-Identifier: MIT */
/* The catalog's things as compact JSON. */
#include "fcgi-catalog/catalog/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/memory.h"

/* ---- Once: products, by cJSON ---- */

/* cJSON hands out NULL for lack of memory only. */
static void insist(const void *made)
{
    if (made == NULL) {
        log_error("out-of-memory", "in=cJSON");
        _exit(MEMORY_EXIT_CODE);
    }
}

/* Keys are constants and texts outlive the printing: cJSON need not copy either. */
static void put_text(cJSON *object, const char *key, const char *text)
{
    cJSON *item = cJSON_CreateStringReference(text);
    insist(item);
    cJSON_AddItemToObjectCS(object, key, item);
}

static void put_number(cJSON *object, const char *key, int32_t number)
{
    cJSON *item = cJSON_CreateNumber(number);
    insist(item);
    cJSON_AddItemToObjectCS(object, key, item);
}

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static void add_text(cJSON *object, const char *key, const char *text)
{
    if (!is_empty(text))
        put_text(object, key, text);
}

static void add_number(cJSON *object, const char *key, int32_t number)
{
    if (number != 0)
        put_number(object, key, number);
}

static void add_time(cJSON *object, const char *key, int64_t seconds)
{
    char text[FIELD_TIME_SIZE];

    if (seconds <= 0 || seconds > FIELD_TIME_MAX)
        return;
    field_print_time(seconds, text);
    cJSON *item = cJSON_CreateString(text);
    insist(item);
    cJSON_AddItemToObjectCS(object, key, item);
}

static void add_texts(cJSON *object, const char *key, const char *const *texts, size_t count)
{
    if (count == 0)
        return;
    cJSON *array = cJSON_CreateArray();
    insist(array);
    for (size_t i = 0; i < count; i++) {
        cJSON *item = cJSON_CreateStringReference(texts[i]);
        insist(item);
        cJSON_AddItemToArray(array, item);
    }
    cJSON_AddItemToObjectCS(object, key, array);
}

static void add_images(cJSON *object, const struct product *product)
{
    if (product->image_count == 0)
        return;
    cJSON *array = cJSON_CreateArray();
    insist(array);
    for (size_t i = 0; i < product->image_count; i++) {
        cJSON *image = cJSON_CreateObject();
        insist(image);
        add_text(image, "url", product->images[i].url);
        add_text(image, "alt", product->images[i].alt);
        cJSON_AddItemToArray(array, image);
    }
    cJSON_AddItemToObjectCS(object, "images", array);
}

/* Prints and frees it. */
static char *print(cJSON *item)
{
    char *text = cJSON_PrintUnformatted(item);

    insist(text);
    cJSON_Delete(item);
    return text;
}

/* Adds a plain field. */
static void add_plain(cJSON *object, const struct field *field, const void *of)
{
    if (field->kind == FIELD_KIND_TEXT)
        add_text(object, field->name, field_text(field, of));
    else if (field->kind == FIELD_KIND_NUMBER)
        add_number(object, field->name, (int32_t)field_number(field, of));
    else
        add_time(object, field->name, field_number(field, of));
}

/* Prints the members of the object, without its braces, and frees it; a comma before them where others are. */
static void put_members(struct buffer *text, cJSON *object)
{
    char *printed = print(object);
    size_t length = strlen(printed);

    if (length > 2 && text->bytes[text->length - 1] != '{')
        buffer_append_byte(text, ',');
    buffer_append(text, printed + 1, length - 2);
    free(printed);
}

/* Prints the fields of the table from one place to another, with `id` when they are the first. */
static void put_fields(struct buffer *text, const struct product *product, unsigned fields, size_t from, size_t to,
                       const char *currency)
{
    cJSON *object = cJSON_CreateObject();

    insist(object);
    if (from == 0)
        add_number(object, "id", product->id);
    for (const struct field *field = &field_table[from]; field < &field_table[to]; field++) {
        if ((fields & field->bit) == 0)
            continue;
        switch (field->kind) {
        case FIELD_KIND_TEXT:
        case FIELD_KIND_NUMBER:
        case FIELD_KIND_TIME:
            add_plain(object, field, product);
            break;
        case FIELD_KIND_CATEGORIES:
            add_texts(object, field->name, product->categories, product->own_category_count);
            break;
        case FIELD_KIND_TAGS:
            add_texts(object, field->name, product->tags, product->tag_count);
            break;
        case FIELD_KIND_IMAGES:
            add_images(object, product);
            break;
        case FIELD_KIND_CURRENCY:
            add_text(object, field->name, currency);
            break;
        case FIELD_KIND_VARIANTS:
        case FIELD_KIND_DISCOUNT:
            break;
        }
    }
    put_members(text, object);
}

static void put_variant(struct buffer *text, const struct product_variant *variant)
{
    cJSON *object = cJSON_CreateObject(), *options = cJSON_CreateArray();

    insist(object);
    insist(options);
    add_number(object, "id", variant->id);
    for (size_t i = 0; i < variant->option_count; i++) {
        cJSON *option = cJSON_CreateObject();
        insist(option);
        put_text(option, "name", variant->options[i].name);
        put_text(option, "value", variant->options[i].value);
        cJSON_AddItemToArray(options, option);
    }
    cJSON_AddItemToObjectCS(object, "options", options);
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (field == &variant_table[VARIANT_INDEX_PRICE])
            put_number(object, field->name, variant->price_cents); /* also 0: no other variant's is meant */
        else
            add_plain(object, field, variant);
    }
    put_members(text, object);
}

static void put_variants(struct buffer *text, const struct product *product, size_t *seams)
{
    static const char key[] = "\"variants\":[";

    if (product->variant_count == 0)
        return;
    if (text->bytes[text->length - 1] != '{')
        buffer_append_byte(text, ',');
    buffer_append(text, key, sizeof key - 1);
    for (size_t i = 0; i < product->variant_count; i++) {
        if (i > 0)
            buffer_append_byte(text, ',');
        buffer_append_byte(text, '{');
        put_variant(text, &product->variants[i]);
        seams[i] = text->length;
        buffer_append_byte(text, '}');
    }
    buffer_append_byte(text, ']');
}

size_t json_print_product(const struct product *product, unsigned fields, const char *currency, char **text,
                          size_t *seams)
{
    struct buffer json = {.length = 0};

    buffer_append_byte(&json, '{');
    put_fields(&json, product, fields, 0, FIELD_INDEX_DISCOUNT, currency);
    seams[0] = json.length;
    put_fields(&json, product, fields, FIELD_INDEX_DISCOUNT, FIELD_INDEX_VARIANTS, currency);
    if ((fields & FIELD_VARIANTS) != 0)
        put_variants(&json, product, seams + 1);
    put_fields(&json, product, fields, FIELD_INDEX_VARIANTS, FIELD_COUNT, currency);
    buffer_append_byte(&json, '}');
    *text = (char *)buffer_text(&json);
    return json.length;
}

static cJSON *make_category(const struct category_entry *category)
{
    cJSON *object = cJSON_CreateObject(), *count = cJSON_CreateNumber((double)category->product_count);

    insist(object);
    insist(count);
    put_text(object, "slug", category->slug);
    add_text(object, "name", category->name);
    add_text(object, "parent", category->parent);
    cJSON_AddItemToObjectCS(object, "product_count", count);
    return object;
}

static cJSON *make_categories(const struct category_list *categories)
{
    cJSON *array = cJSON_CreateArray();

    insist(array);
    for (size_t i = 0; i < categories->count; i++)
        cJSON_AddItemToArray(array, make_category(&categories->items[i]));
    return array;
}

char *json_print_categories(const struct category_list *categories)
{
    return print(make_categories(categories));
}

char *json_print_category(const struct category_entry *category, const struct category_list *children)
{
    cJSON *object = make_category(category);

    cJSON_AddItemToObjectCS(object, "children", make_categories(children));
    return print(object);
}

char *json_print_applied(const struct applied_rules *rules)
{
    cJSON *array = cJSON_CreateArray();

    insist(array);
    for (size_t i = 0; i < rules->count; i++) {
        const struct applied_rule *rule = &rules->items[i];
        cJSON *object = cJSON_CreateObject();
        insist(object);
        put_text(object, "rule", rule->key);
        put_text(object, "label", rule->label);
        put_text(object, "lane", rule->lane);
        put_number(object, "price_before", rule->before_cents);
        put_number(object, "price_after", rule->after_cents);
        cJSON_AddItemToArray(array, object);
    }
    return print(array);
}

/* ---- With every answer: discounts, by hand ---- */

#define PUT(at, literal) put_bytes(at, literal, sizeof(literal) - 1)

static inline char *put_bytes(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static char *put_int32(char *at, int32_t number)
{
    char digits[10];
    size_t first = sizeof digits;
    uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;

    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *at++ = '-';
    return put_bytes(at, digits + first, sizeof digits - first);
}

/* "0.", then `digits` with zeros before them, `decimals` places in all. */
static void lay_out(struct json_pct *pct, uint32_t digits, int decimals)
{
    assert((size_t)decimals + 2 < sizeof pct->text);
    memset(pct->text, '0', 2 + (size_t)decimals);
    pct->text[1] = '.';
    pct->length = 2 + (size_t)decimals;
    pct->text[pct->length] = '\0';
    for (size_t i = pct->length; digits > 0; digits /= 10)
        pct->text[--i] = (char)('0' + digits % 10);
}

/*
 * Shares of price lists differ from product to product, and printf costs more than all the rest of an answer. A whole
 * number of up to nine digits and a power of ten up to 10^22 are exact as doubles, so their quotient is the decimal
 * rounded once; as a float it is the one that the text means, unless that quotient is half-way between two floats.
 */
static bool print_exact(struct json_pct *pct, float value)
{
    static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    for (int decimals = 1; decimals < (int)ARRAY_LENGTH(powers); decimals++) {
        double digits = rint((double)value * powers[decimals]), same = digits / powers[decimals];
        uint64_t bits;
        if (digits >= 1e9)
            return false;
        memcpy(&bits, &same, sizeof bits);
        if ((bits & 0x1fffffff) == 0x10000000)
            return false;
        if ((float)same == value) {
            lay_out(pct, (uint32_t)digits, decimals);
            return true;
        }
    }
    return false;
}

/* The same by printf, for any other float. The program keeps the C locale: the decimal sign is a point. */
static void print_shortest(struct json_pct *pct, float value)
{
    char text[32];

    for (int precision = 0; precision < FLT_DECIMAL_DIG; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, (double)value); /* d.ddde-dd */
        if (strtof(text, NULL) == value)
            break;
    }
    char *exponent = strchr(text, 'e');
    int decimals = -atoi(exponent + 1);
    uint32_t digits = 0;
    for (const char *at = text; at < exponent; at++) {
        if (*at != '.')
            digits = digits * 10 + (uint32_t)(*at - '0');
    }
    if (text[1] == '.')
        decimals += (int)(exponent - text) - 2;
    lay_out(pct, digits, decimals);
}

static void print_pct(struct json_pct *pct, float value)
{
    assert(value > 0 && value <= 1);
    pct->value = value;
    if (value == 1) {
        pct->text[0] = '1';
        pct->length = 1;
    } else if (!print_exact(pct, value)) {
        print_shortest(pct, value);
    }
}

char *json_put_discount_value(char *at, const struct quote *quote, struct json_pct *last)
{
    at = PUT(at, "\"discount_value\":{");
    if (quote->pct != 0) {
        if (quote->pct != last->value)
            print_pct(last, quote->pct);
        at = PUT(at, "\"pct\":");
        at = put_bytes(at, last->text, last->length);
    }
    if (quote->value_cents != 0) {
        if (quote->pct != 0)
            *at++ = ',';
        at = PUT(at, "\"value_in_cents\":");
        at = put_int32(at, quote->value_cents);
    }
    *at++ = '}';
    return at;
}
