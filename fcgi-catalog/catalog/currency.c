/* SPDX-License-Identifier: MIT */
/* Currencies by their codes. */
#include "fcgi-catalog/catalog/currency.h"

#include <string.h>

/* ISO 4217, list one, but funds, precious metals, and codes for tests. */
static const char codes_0[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF ";
static const char codes_2[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ";
static const char codes_3[] = "BHD IQD JOD KWD LYD OMR TND ";

bool currency_find(const char *code, int *exponent)
{
    static const struct {
        const char *codes;
        int exponent;
    } lists[] = {{codes_2, 2}, {codes_0, 0}, {codes_3, 3}};

    *exponent = CURRENCY_EXPONENT_UNKNOWN;
    if (code[0] == '\0')
        return true;
    if (strlen(code) != 3 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return false;
    const char spaced[] = {code[0], code[1], code[2], ' ', '\0'};
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        if (strstr(lists[i].codes, spaced) == NULL)
            continue;
        *exponent = lists[i].exponent;
        return true;
    }
    return false;
}

size_t currency_print(int32_t amount, int exponent, char text[CURRENCY_TEXT_SIZE])
{
    char backwards[CURRENCY_TEXT_SIZE];
    uint32_t rest = amount < 0 ? 0u - (uint32_t)amount : (uint32_t)amount;
    size_t count = 0, length = 0;

    for (int place = 0; rest > 0 || place <= exponent; place++, rest /= 10) {
        if (place == exponent && exponent > 0)
            backwards[count++] = '.';
        backwards[count++] = (char)('0' + rest % 10);
    }
    if (amount < 0)
        text[length++] = '-';
    while (count > 0)
        text[length++] = backwards[--count];
    text[length] = '\0';
    return length;
}

enum currency_status currency_read(const char *text, int exponent, int32_t *amount)
{
    size_t whole = strspn(text, "0123456789");
    const char *decimals = text[whole] == '.' ? text + whole + 1 : text + whole;
    size_t fraction = strspn(decimals, "0123456789");
    int64_t value = 0;

    if (whole == 0 || decimals[fraction] != '\0' || (text[whole] == '.' && fraction == 0))
        return CURRENCY_MALFORMED;
    for (size_t i = (size_t)exponent; i < fraction; i++) {
        if (decimals[i] != '0')
            return CURRENCY_TOO_PRECISE;
    }
    for (size_t i = 0; i < whole + (size_t)exponent; i++) {
        bool is_whole = i < whole, is_given = is_whole || i - whole < fraction;
        char digit = is_whole ? text[i] : is_given ? decimals[i - whole] : '0';
        value = value * 10 + (digit - '0');
        if (value > INT32_MAX)
            return CURRENCY_OUT_OF_RANGE;
    }
    *amount = (int32_t)value;
    return CURRENCY_OK;
}
