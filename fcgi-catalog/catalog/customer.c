/* SPDX-License-Identifier: MIT */
/* The fields of a customer, and what each may hold. */
#include "fcgi-catalog/catalog/customer.h"

#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"

#define LOCAL_MAX 64
#define LABEL_MAX 63

static bool is_word(const char *text)
{
    size_t length = strlen(text);

    return text[0] != ' ' && text[length - 1] != ' ' && !field_has_control(text, length);
}

const struct customer_column customer_columns[CUSTOMER_FIELDS] = {
    [CUSTOMER_LOGIN] = {"login", offsetof(struct customer, login), 255, is_word,
                        "a text without control characters and spaces at its ends"},
    [CUSTOMER_EMAIL] = {"email", offsetof(struct customer, email), 254, customer_is_email,
                        "an address as ann@example.com"},
    [CUSTOMER_FIRST_NAME] = {"first_name", offsetof(struct customer, first_name), 500, NULL, NULL},
    [CUSTOMER_LAST_NAME] = {"last_name", offsetof(struct customer, last_name), 500, NULL, NULL},
};

static const char **member_of(struct customer *customer, enum customer_field field)
{
    return (const char **)((char *)customer + customer_columns[field].offset);
}

const char *customer_text(const struct customer *customer, enum customer_field field)
{
    const char *text = *(const char *const *)((const char *)customer + customer_columns[field].offset);

    return text != NULL ? text : "";
}

void customer_set(struct customer *customer, enum customer_field field, const char *text)
{
    *member_of(customer, field) = text;
}

/* ---- Addresses ---- */

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool is_label(const char *text, size_t length)
{
    if (length == 0 || length > LABEL_MAX || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_alphanumeric(text[i]) && text[i] != '-')
            return false;
    }
    return true;
}

static bool is_domain(const char *text)
{
    size_t length = strcspn(text, ".");

    while (is_label(text, length) && text[length] == '.') {
        text += length + 1;
        length = strcspn(text, ".");
    }
    return text[length] == '\0' && is_label(text, length);
}

bool customer_is_email(const char *text)
{
    size_t length = strlen(text), local = strcspn(text, "@");

    if (length > customer_columns[CUSTOMER_EMAIL].max || local == 0 || local > LOCAL_MAX || text[local] == '\0' ||
        field_has_control(text, length))
        return false;
    for (size_t i = 0; i < local; i++) {
        if (!is_alphanumeric(text[i]) && strchr(".!#$%&'*+/=?^_`{|}~-", text[i]) == NULL)
            return false;
    }
    return is_domain(text + local + 1);
}

/* ---- Faults ---- */

const char *customer_find_fault(enum customer_field field, const char *text, struct arena *arena)
{
    const struct customer_column *column = &customer_columns[field];
    size_t length = strlen(text);

    if (length == 0)
        return NULL;
    const char *shown = field_show(text, length, arena);
    if (length > column->max)
        return arena_print(arena, "%s %s is longer than %zu bytes, which are allowed", column->name, shown,
                           column->max);
    if (!text_is_utf8(text, length))
        return arena_print(arena, "%s %s is not UTF-8", column->name, shown);
    if (column->is_allowed != NULL && !column->is_allowed(text))
        return arena_print(arena, "%s %s is not allowed; %s is", column->name, shown, column->form);
    return NULL;
}
