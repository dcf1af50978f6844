/* SPDX-License-Identifier: MIT */
/* Times as RFC 3339 writes them. */
#include <string.h>
#include <time.h>

#include "fcgi-catalog/catalog/field.h"

#define SECONDS_A_DAY INT64_C(86400)

/* The day in the Gregorian calendar, `days` days after 1970-01-01. The year is counted from March, so that the leap day
 * is its last, in eras of 400 years. A page prints a hundred timestamps; gmtime_r(3) and strftime(3) would take a tenth
 * of its making. */
static void find_day(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468, era = shifted / 146097;
    int day_of_era = (int)(shifted - era * 146097);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153;

    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = year_of_era + (int)era * 400 + (*month <= 2);
}

/* Writes `digits` digits of a number. */
static char *put_digits(char *at, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits;
}

void field_print_time(int64_t seconds, char text[FIELD_TIME_SIZE])
{
    int year, month, day, rest = (int)(seconds % SECONDS_A_DAY);
    char *at = text;

    find_day(seconds / SECONDS_A_DAY, &year, &month, &day);
    const int numbers[] = {year, month, day, rest / 3600, rest / 60 % 60, rest % 60};
    const char *behind = "--T::Z";
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        at = put_digits(at, numbers[i], i == 0 ? 4 : 2);
        *at++ = behind[i];
    }
    *at = '\0';
}

/* Reads `digits` digits and, unless it is NUL, the character behind them. */
static bool take_digits(const char **at, int digits, char behind, int max, int *number)
{
    *number = 0;
    for (; digits > 0; digits--, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *number = *number * 10 + (**at - '0');
    }
    if (behind != '\0' && *(*at)++ != behind)
        return false;
    return *number <= max;
}

/* The seconds up to the day's beginning. False: there is no such day; timegm(3) moved it into the next month. */
static bool read_day(const char **at, int64_t *seconds)
{
    struct tm parts = {0};
    int year, month, day;

    if (!take_digits(at, 4, '-', 9999, &year) || !take_digits(at, 2, '-', 12, &month) ||
        !take_digits(at, 2, '\0', 31, &day) || month == 0 || day == 0)
        return false;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    *seconds = (int64_t)timegm(&parts);
    return parts.tm_mday == day;
}

/* "Z" or "+01:00", as seconds that local time is ahead. */
static bool read_offset(const char **at, int *offset)
{
    int hours, minutes, sign = **at == '-' ? -1 : 1;

    *offset = 0;
    switch (*(*at)++) {
    case 'Z':
    case 'z':
        return true;
    case '+':
    case '-':
        break;
    default:
        return false;
    }
    if (!take_digits(at, 2, ':', 23, &hours) || !take_digits(at, 2, '\0', 59, &minutes))
        return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool field_read_time(const char *text, int64_t *seconds)
{
    int64_t begin;
    int hour, minute, second, offset;
    const char *at = text;

    if (!read_day(&at, &begin) || strchr("Tt ", *at) == NULL || *at++ == '\0')
        return false;
    /* 60: a leap second, read as the first second of the next minute. */
    if (!take_digits(&at, 2, ':', 23, &hour) || !take_digits(&at, 2, ':', 59, &minute) ||
        !take_digits(&at, 2, '\0', 60, &second))
        return false;
    if (*at == '.') {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits == 0)
            return false;
        at += digits + 1;
    }
    if (!read_offset(&at, &offset) || *at != '\0')
        return false;
    *seconds = begin + hour * 3600 + minute * 60 + second - offset;
    return *seconds >= 0 && *seconds <= FIELD_TIME_MAX;
}
