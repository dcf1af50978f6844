/* SPDX-License-Identifier: MIT */
/* What keys and labels look like. */
#include <string.h>
#include <utf8proc.h>

#include "discount/rule/rule.h"

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool rule_is_key(const char *text, size_t max)
{
    if (text == NULL)
        return false;
    size_t length = strnlen(text, max + 1);
    if (length == 0 || length > max)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (is_lower_or_digit(text[i]))
            continue;
        if (text[i] != '-' || i == 0 || i + 1 == length || text[i - 1] == '-')
            return false;
    }
    return true;
}

bool rule_is_label(const char *text)
{
    if (text == NULL)
        return false;
    size_t length = strlen(text), points = 0;
    for (size_t i = 0; i < length; points++) {
        utf8proc_int32_t point;
        utf8proc_ssize_t size =
            utf8proc_iterate((const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(length - i), &point);
        if (size <= 0 || points == RULE_LABEL_MAX)
            return false;
        utf8proc_category_t category = utf8proc_category(point);
        /* The separators of lines and paragraphs break a line as control characters do. */
        if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP)
            return false;
        i += (size_t)size;
    }
    return true;
}
