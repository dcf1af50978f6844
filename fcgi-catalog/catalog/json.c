/* SPDX-License-Identifier: MIT */
/* The catalog's things as compact JSON. */
#include "fcgi-catalog/catalog/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
static void add_text(cJSON *object, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    cJSON *item = cJSON_CreateStringReference(text);
    insist(item);
    cJSON_AddItemToObjectCS(object, key, item);
}

static void add_number(cJSON *object, const char *key, int32_t number)
{
    if (number == 0)
        return;
    cJSON *item = cJSON_CreateNumber(number);
    insist(item);
    cJSON_AddItemToObjectCS(object, key, item);
}

char *json_print_product(const struct product *product)
{
    cJSON *object = cJSON_CreateObject();
    insist(object);
    add_number(object, "id", product->id);
    add_text(object, "slug", product->slug);
    add_text(object, "description", product->description);
    add_number(object, "price_in_cents", product->price_cents);
    char *text = cJSON_PrintUnformatted(object);
    insist(text);
    cJSON_Delete(object);
    return text;
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

/*
 * Nearly every share is a whole number of hundredths of a percent: at most four decimals, of which no shorter text is
 * the same float. Printed by hand, for printf costs more than all the rest of an answer. False: it is another number.
 */
static bool print_hundredths(struct json_pct *pct, float value)
{
    long hundredths = value > 0 && value < 1 ? lrintf(value * 10000) : 0;

    if (hundredths <= 0 || (float)hundredths / 10000 != value)
        return false;
    pct->length = sizeof "0.0000" - 1;
    memcpy(pct->text, "0.0000", pct->length + 1);
    for (size_t i = pct->length; hundredths > 0; hundredths /= 10)
        pct->text[--i] = (char)('0' + hundredths % 10);
    while (pct->text[pct->length - 1] == '0')
        pct->length--;
    return true;
}

/* The program keeps the C locale: the decimal sign is a point. */
static void print_shortest(struct json_pct *pct, float value)
{
    assert(isfinite(value));
    for (int precision = 1; precision <= FLT_DECIMAL_DIG; precision++) {
        pct->length = (size_t)snprintf(pct->text, sizeof pct->text, "%.*g", precision, (double)value);
        if (strtof(pct->text, NULL) == value)
            break;
    }
}

static void print_pct(struct json_pct *pct, float value)
{
    if (!print_hundredths(pct, value))
        print_shortest(pct, value);
    pct->value = value;
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
