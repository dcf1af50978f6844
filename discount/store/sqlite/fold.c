/* SPDX-License-Identifier: MIT */
/* Case folding (Unicode's, with compatibility forms put together) by utf8proc, for SQLite. */
#include "discount/store/sqlite/fold.h"

#include <stdlib.h>
#include <utf8proc.h>

static void fold(sqlite3_context *context, int count, sqlite3_value **values)
{
    const utf8proc_uint8_t *text = sqlite3_value_text(values[0]);
    utf8proc_uint8_t *folded = NULL;

    (void)count;
    if (text == NULL)
        return; /* NULL */
    utf8proc_ssize_t length = utf8proc_map(text, sqlite3_value_bytes(values[0]), &folded,
                                           UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    if (length < 0) /* not UTF-8: equal to itself only */
        sqlite3_result_value(context, values[0]);
    else
        sqlite3_result_text(context, (const char *)folded, (int)length, free);
}

int fold_register(sqlite3 *db)
{
    return sqlite3_create_function(db, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, fold, NULL, NULL);
}
