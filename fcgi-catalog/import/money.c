/* SPDX-License-Identifier: MIT */
/* Amounts of money. */
#include "fcgi-catalog/import/money.h"

#include <stdbool.h>
#include <string.h>

#include "fcgi-catalog/catalog/currency.h"

/* What stands before or behind an amount; a longer sign before one that it begins or ends with. */
static const struct {
    const char *sign, *currency;
} signs[] = {
    {"US$", "USD"},     {"R$", "BRL"},
    {"$", ""},          {"\u20ac", "EUR"},
    {"\u00a3", "GBP"},  {"\u00a5", ""},
    {"kr.", ""},        {"kr", ""},
    {"Fr.", "CHF"},     {"z\u0142", "PLN"},
    {"K\u010d", "CZK"}, {"Ft", "HUF"},
    {"\u20bd", "RUB"},  {"\u0440\u0443\u0431.", "RUB"},
    {"\u20b4", "UAH"},  {"\u20b9", "INR"},
    {"\u20a9", "KRW"},  {"\u20ba", "TRY"},
    {"\u20aa", "ILS"},  {"\u20ab", "VND"},
};

/* Bytes of white space at the beginning: spaces, and those that are not broken. */
static size_t measure_space(const char *text)
{
    static const char *const spaces[] = {" ", "\t", "\u00a0", "\u202f", "\u2009"};

    for (size_t i = 0; i < ARRAY_LENGTH(spaces); i++) {
        if (strncmp(text, spaces[i], strlen(spaces[i])) == 0)
            return strlen(spaces[i]);
    }
    return 0;
}

static bool ends_in(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* Takes white space from both ends. */
static const char *trim(const char *text, struct arena *arena)
{
    size_t space, end = 0;

    while ((space = measure_space(text)) > 0)
        text += space;
    for (size_t i = 0; text[i] != '\0';) {
        space = measure_space(text + i);
        i += space > 0 ? space : 1;
        end = space > 0 ? end : i;
    }
    return text[end] != '\0' ? arena_copy(arena, text, end) : text;
}

/* Takes a code or a sign from one end. */
static const char *take_currency(const char *text, struct money *money, struct arena *arena)
{
    size_t length = strlen(text);
    int exponent;

    for (size_t i = 0; i < 2 && length > 3; i++) {
        const char *at = i == 0 ? text : text + length - 3;
        const char *code = arena_copy(arena, at, 3);
        if (!currency_find(code, &exponent))
            continue;
        money->currency = code;
        return i == 0 ? text + 3 : arena_copy(arena, text, length - 3);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        size_t size = strlen(signs[i].sign);
        bool is_before = strncmp(text, signs[i].sign, size) == 0;
        if (!is_before && !ends_in(text, signs[i].sign))
            continue;
        money->currency = signs[i].currency;
        return is_before ? text + size : arena_copy(arena, text, length - size);
    }
    return text;
}

/* One byte for each sign of an amount: digits, '.', ',', '\'' and ' '. NULL: another one is there. */
static const char *simplify(const char *text, struct arena *arena)
{
    char *simple = arena_get(arena, strlen(text) + 1);
    size_t used = 0;

    while (*text != '\0') {
        size_t space = measure_space(text);
        bool is_apostrophe = strncmp(text, "\u2019", strlen("\u2019")) == 0;
        if (space == 0 && !is_apostrophe && strchr("0123456789.,'", *text) == NULL)
            return NULL;
        simple[used++] = space > 0 ? ' ' : is_apostrophe ? '\'' : *text;
        text += space > 0 ? space : is_apostrophe ? strlen("\u2019") : 1;
    }
    simple[used] = '\0';
    return simple;
}

static size_t count_of(const char *text, char sign)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == sign;
    return count;
}

/* The digits of whole units without the separators of thousands, all the same, or "" if they are not that. */
static const char *read_whole(const char *text, size_t length, struct arena *arena)
{
    char *digits = arena_get(arena, length + 1), separator = '\0';
    size_t used = 0, group = 0;

    for (size_t i = 0; i < length; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (is_digit) {
            digits[used++] = text[i];
            group++;
            continue;
        }
        if ((separator != '\0' && (separator != text[i] || group != 3)) || group == 0 || group > 3)
            return "";
        separator = text[i];
        group = 0;
    }
    digits[used] = '\0';
    return separator != '\0' && group != 3 ? "" : digits;
}

/* The place of the separator of decimals; the length: there is none. */
static size_t find_decimals(const char *text)
{
    const char *point = strrchr(text, '.'), *comma = strrchr(text, ',');
    size_t points = count_of(text, '.'), commas = count_of(text, ',');

    if (point != NULL && (comma == NULL || point > comma))
        return points == 1 ? (size_t)(point - text) : strlen(text);
    if (comma != NULL)
        return commas == 1 ? (size_t)(comma - text) : strlen(text);
    return strlen(text);
}

static bool is_ambiguous(const char *text, size_t at, int exponent)
{
    bool is_plain = strspn(text, "0123456789") == at && at >= 1 && at <= 3 && text[0] != '0';

    return is_plain && text[at] != '\0' && strlen(text + at + 1) == 3 && (text[at] == ',' || exponent != 3);
}

enum money_status money_read(const char *text, int exponent, struct arena *arena, struct money *money)
{
    *money = (struct money){.decimal = "", .whole = "", .currency = ""};
    text = trim(take_currency(trim(text, arena), money, arena), arena);
    text = simplify(text, arena);
    if (text == NULL || text[0] == '\0')
        return MONEY_MALFORMED;
    size_t at = find_decimals(text);
    const char *decimals = text + at + (text[at] != '\0'), *whole = read_whole(text, at, arena);
    if (whole[0] == '\0' || decimals[strspn(decimals, "0123456789")] != '\0' || (text[at] != '\0' && *decimals == '\0'))
        return MONEY_MALFORMED;
    money->decimal = *decimals != '\0' ? arena_print(arena, "%s.%s", whole, decimals) : whole;
    money->whole = arena_print(arena, "%s%s", whole, decimals);
    return is_ambiguous(text, at, exponent) ? MONEY_AMBIGUOUS : MONEY_OK;
}
