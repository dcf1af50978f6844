/* SPDX-License-Identifier: MIT */
/* What is in a row of a query. */
#include "fcgi-catalog/store/sqlite/row.h"

#include <string.h>

#include "common/text.h"

/* How many bytes the UTF-8 character at `text` has; 0: it is none. */
static size_t measure_character(const char *text, size_t length)
{
    for (size_t n = 1; n <= 4 && n <= length; n++) {
        if (text_is_utf8(text, n))
            return n;
    }
    return 0;
}

static char *mend_text(struct arena *arena, const char *text, size_t length)
{
    char *mended = arena_get(arena, length * 3 + 1), *end = mended;

    for (size_t i = 0; i < length;) {
        size_t n = measure_character(text + i, length - i);
        memcpy(end, n > 0 ? text + i : "\xef\xbf\xbd", n > 0 ? n : 3);
        end += n > 0 ? n : 3;
        i += n > 0 ? n : 1;
    }
    *end = '\0';
    return mended;
}

const char *row_copy_text(sqlite3_stmt *row, int column, struct arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);

    if (text == NULL)
        return "";
    return text_is_utf8(text, length) ? arena_copy(arena, text, length) : mend_text(arena, text, length);
}

const char *row_mend_text(const char *text, struct arena *arena)
{
    size_t length = strlen(text);

    return text_is_utf8(text, length) ? text : mend_text(arena, text, length);
}
