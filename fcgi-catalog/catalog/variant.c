/* SPDX-License-Identifier: MIT */
/* Variants of a product. */
#include "fcgi-catalog/catalog/variant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/list_text.h"

#define NAME_SPECIAL "\\|;=:"
#define VALUE_SPECIAL "\\|;"

/* ---- As text ---- */

static void put_part(struct buffer *text, const char *name, char kind, const char *value)
{
    list_put(text, name, NAME_SPECIAL);
    buffer_append_byte(text, kind);
    list_put(text, value, VALUE_SPECIAL);
}

static void put_options(struct buffer *text, const struct product_variant *variant)
{
    for (size_t i = 0; i < variant->option_count; i++) {
        if (i > 0)
            buffer_append_byte(text, ';');
        put_part(text, variant->options[i].name, '=', variant->options[i].value);
    }
}

static void put_number(struct buffer *text, const char *name, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRId64, number);
    put_part(text, name, ':', digits);
}

static void put_variant(struct buffer *text, const struct product_variant *variant)
{
    if (variant->id != 0) {
        put_number(text, "id", variant->id);
        buffer_append_byte(text, ';');
    }
    put_options(text, variant);
    for (size_t i = 0; i < VARIANT_FIELD_COUNT; i++) {
        const struct field *field = &variant_table[i];
        if (field->kind == FIELD_KIND_TEXT && field_text(field, variant)[0] != '\0') {
            buffer_append_byte(text, ';');
            put_part(text, field->name, ':', field_text(field, variant));
        } else if (field->kind == FIELD_KIND_NUMBER &&
                   (i == VARIANT_INDEX_PRICE || field_number(field, variant) != 0)) {
            buffer_append_byte(text, ';');
            put_number(text, field->name, field_number(field, variant));
        }
    }
}

void variant_print_all(struct buffer *text, const struct product *product)
{
    for (size_t i = 0; i < product->variant_count; i++) {
        if (i > 0)
            buffer_append_byte(text, '|');
        put_variant(text, &product->variants[i]);
    }
}

const char *variant_print_options(const struct product_variant *variant, struct arena *arena)
{
    struct buffer text = {.arena = arena};

    put_options(&text, variant);
    return buffer_text(&text);
}

/* ---- Out of a text ---- */

char variant_next_part(const char **at, struct arena *arena, struct variant_part *part)
{
    char found;

    *part = (struct variant_part){.name = list_next(at, "=:;|", NAME_SPECIAL, &found, arena), .value = ""};
    part->kind = found == '=' ? VARIANT_OPTION : found == ':' ? VARIANT_FIELD : VARIANT_PART_WRONG;
    if (part->kind != VARIANT_PART_WRONG)
        part->value = list_next(at, ";|", VALUE_SPECIAL, &found, arena);
    return found;
}

void variant_add_option(struct product_variant *variant, const char *name, const char *value, struct arena *arena)
{
    struct product_option *options = arena_grow(arena, variant->options, variant->option_count, sizeof *options);

    options[variant->option_count++] = (struct product_option){.name = name, .value = value};
    variant->options = options;
}

bool variant_read_options(const char *text, struct arena *arena, struct product_variant *variant)
{
    struct variant_part part;
    char found;

    variant->options = NULL;
    variant->option_count = 0;
    do {
        found = variant_next_part(&text, arena, &part);
        if (part.kind != VARIANT_OPTION || part.name[0] == '\0' || part.value[0] == '\0')
            return false;
        variant_add_option(variant, part.name, part.value, arena);
    } while (found == ';');
    return found == '\0';
}

/* ---- What is allowed ---- */

static bool is_text(const char *text, size_t max)
{
    return strlen(text) <= max && text_is_utf8(text, strlen(text));
}

static const char *show(const char *text, struct arena *arena)
{
    return field_show(text, strlen(text), arena);
}

static const char *find_option_fault(const struct product_variant *variant, struct arena *arena)
{
    if (variant->option_count == 0 || variant->option_count > FIELD_OPTIONS_MAX)
        return arena_print(arena, "it has %zu options; 1 to %d are allowed", variant->option_count, FIELD_OPTIONS_MAX);
    for (size_t i = 0; i < variant->option_count; i++) {
        const struct product_option *option = &variant->options[i];
        const char *const texts[] = {option->name, option->value};
        for (size_t j = 0; j < ARRAY_LENGTH(texts); j++) {
            if (texts[j][0] == '\0' || !is_text(texts[j], FIELD_OPTION_MAX) ||
                field_has_control(texts[j], strlen(texts[j])))
                return arena_print(arena, "an option's %s is %s; 1 to %d bytes without control characters are allowed",
                                   j == 0 ? "name" : "value", show(texts[j], arena), FIELD_OPTION_MAX);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(variant->options[j].name, option->name) == 0)
                return arena_print(arena, "the option %s is there twice; once is allowed", show(option->name, arena));
        }
    }
    return NULL;
}

static const char *find_field_fault(const struct product_variant *variant, struct arena *arena)
{
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (field->kind == FIELD_KIND_NUMBER) {
            if (field_number(field, variant) < 0)
                return arena_print(arena, "%s is %" PRId64 "; 0 to %zu are allowed", field->name,
                                   field_number(field, variant), field->max);
            continue;
        }
        const char *text = field_text(field, variant);
        if (!is_text(text, field->max))
            return arena_print(arena, "%s %s is not UTF-8, or longer than %zu bytes", field->name, show(text, arena),
                               field->max);
        if (field->is_allowed != NULL && !field->is_allowed(text))
            return arena_print(arena, "%s is %s; %s are allowed", field->name, show(text, arena), field->form);
    }
    return NULL;
}

static bool is_same_option(const struct product_option *a, const struct product_option *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0;
}

static bool has_option(const struct product_variant *variant, const struct product_option *option)
{
    for (size_t i = 0; i < variant->option_count; i++) {
        if (is_same_option(&variant->options[i], option))
            return true;
    }
    return false;
}

bool variant_has_same_options(const struct product_variant *a, const struct product_variant *b)
{
    for (size_t i = 0; a->option_count == b->option_count && i < a->option_count; i++) {
        if (!has_option(b, &a->options[i]))
            return false;
    }
    return a->option_count == b->option_count;
}

bool variant_prints_same_options(const struct product_variant *a, const struct product_variant *b)
{
    for (size_t i = 0; a->option_count == b->option_count && i < a->option_count; i++) {
        if (!is_same_option(&a->options[i], &b->options[i]))
            return false;
    }
    return a->option_count == b->option_count;
}

const char *variant_fault(const struct product *product, size_t index, struct arena *arena)
{
    const struct product_variant *variant = &product->variants[index];
    const char *fault = find_option_fault(variant, arena);

    if (fault == NULL)
        fault = find_field_fault(variant, arena);
    if (fault == NULL && variant->id < 0)
        fault = arena_print(arena, "its id is %" PRId32 "; 1 to %d are allowed", variant->id, INT32_MAX);
    for (size_t i = 0; fault == NULL && i < index; i++) {
        if (variant->id != 0 && product->variants[i].id == variant->id)
            fault = arena_print(arena, "its id is that of variant %zu; each has its own", i + 1);
        else if (variant_has_same_options(&product->variants[i], variant))
            fault = arena_print(arena, "its options are those of variant %zu; no two variants have the same", i + 1);
    }
    return fault != NULL ? arena_print(arena, "variant %zu: %s", index + 1, fault) : NULL;
}

const struct field *variant_find_field(const char *name)
{
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

const char *variant_list_fields(struct arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < VARIANT_FIELD_COUNT; i++)
        list = arena_print(arena, "%s, %s", list, variant_table[i].name);
    return list;
}

/* ---- Looking up ---- */

int32_t variant_lowest_price(const struct product *product)
{
    int32_t lowest = product->variant_count > 0 ? product->variants[0].price_cents : product->price_cents;

    for (size_t i = 1; i < product->variant_count; i++) {
        if (product->variants[i].price_cents < lowest)
            lowest = product->variants[i].price_cents;
    }
    return lowest;
}

int32_t variant_highest_price(const struct product *product)
{
    int32_t highest = product->variant_count > 0 ? 0 : product->price_cents;

    for (size_t i = 0; i < product->variant_count; i++) {
        if (product->variants[i].price_cents > highest)
            highest = product->variants[i].price_cents;
    }
    return highest;
}

const struct product_variant *variant_find(const struct product *product, int32_t id)
{
    for (size_t i = 0; i < product->variant_count; i++) {
        if (product->variants[i].id == id)
            return &product->variants[i];
    }
    return NULL;
}
