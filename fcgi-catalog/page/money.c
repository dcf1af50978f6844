/* SPDX-License-Identifier: MIT */
/* Prices as people read them. */
#include "fcgi-catalog/page/money.h"

#include <string.h>

#include "fcgi-catalog/catalog/currency.h"

static int exponent_of(const char *currency)
{
    int exponent;

    return currency_find(currency, &exponent) ? exponent : CURRENCY_EXPONENT_UNKNOWN;
}

const char *money_print_plain(int32_t amount, const char *currency, struct arena *arena)
{
    char text[CURRENCY_TEXT_SIZE];
    size_t length = currency_print(amount, exponent_of(currency), text);

    return arena_copy(arena, text, length);
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* As UTS 35, part 3 ("Currency Spacing"): where the pattern has no space, one stands between a letter and the number.
 * No line breaks there. */
const char *money_print(int32_t amount, const char *currency, const struct language *language, struct arena *arena)
{
    const char *number = language_number(language, money_print_plain(amount, currency, arena), arena);
    const char *sign = language_sign(language, currency);
    bool is_code = sign[0] != '\0' && is_letter(sign[strlen(sign) - 1]);

    if (sign[0] == '\0')
        return number;
    if (is_code && strcmp(language->pattern, "¤0") == 0)
        sign = arena_print(arena, "%s\u00a0", sign);
    return words_fill(words_fill(language->pattern, "¤", sign, arena), "0", number, arena);
}

int32_t money_step(int index, const char *currency)
{
    static const int32_t steps[MONEY_STEPS] = {5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
    int32_t unit = 1;

    for (int i = 0; i < exponent_of(currency); i++)
        unit *= 10;
    /* A unit without minor units (¥1) is worth about as little as a minor unit of another currency. */
    return steps[index] * (unit == 1 ? 100 : unit);
}
