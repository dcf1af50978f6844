/* SPDX-License-Identifier: MIT */
/* Prices as people read them. */
#include "fcgi-catalog/page/money.h"

#include <string.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/currency.h"

/* Signs that mean one currency to whoever reads English; the others stand as their codes. */
static const struct {
    char currency[4];
    const char *sign;
} signs[] = {
    {"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}, {"KRW", "₩"}, {"UAH", "₴"}, {"ILS", "₪"},
};

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

static const char *sign_of(const char *currency)
{
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        if (signs[i].currency[0] == currency[0] && strcmp(signs[i].currency, currency) == 0)
            return signs[i].sign;
    }
    return NULL;
}

/* Behind a code is a space at which no line breaks; between each three digits of the whole part a comma. */
const char *money_print(int32_t amount, const char *currency, struct arena *arena)
{
    const char *sign = sign_of(currency), *space = sign == NULL && currency[0] != '\0' ? "\u00a0" : "";
    char plain[CURRENCY_TEXT_SIZE];

    currency_print(amount, exponent_of(currency), plain);
    size_t whole = strspn(plain, "-0123456789");
    char *text = arena_get(arena, strlen(currency) + sizeof plain * 2);
    char *end = stpcpy(stpcpy(text, sign != NULL ? sign : currency), space);
    for (size_t i = 0; i < whole; i++) {
        size_t left = whole - 1 - i;
        *end++ = plain[i];
        if (left > 0 && left % 3 == 0 && plain[i] != '-')
            *end++ = ',';
    }
    strcpy(end, plain + whole);
    return text;
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
