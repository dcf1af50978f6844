/* SPDX-License-Identifier: MIT */
/* Levenshtein's distance, a row of its table at a time. */
#include "discount/store/sqlite/near.h"

#include <stddef.h>

#define LENGTH_MAX 200

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static int measure(const unsigned char *a, int a_length, const unsigned char *b, int b_length)
{
    int row[LENGTH_MAX + 1];

    for (int j = 0; j <= b_length; j++)
        row[j] = j;
    for (int i = 1; i <= a_length; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

static void near(sqlite3_context *context, int count, sqlite3_value **values)
{
    const unsigned char *slug = sqlite3_value_text(values[0]), *other = sqlite3_value_text(values[1]);
    int slug_length = sqlite3_value_bytes(values[0]), other_length = sqlite3_value_bytes(values[1]);
    int most = other_length / 3 > 2 ? other_length / 3 : 2, apart = slug_length - other_length;

    (void)count;
    if (slug == NULL || other == NULL || slug_length > LENGTH_MAX || other_length > LENGTH_MAX || apart > most ||
        -apart > most)
        return; /* NULL */
    int distance = measure(slug, slug_length, other, other_length);
    if (distance <= most)
        sqlite3_result_int(context, distance);
}

int near_register(sqlite3 *db)
{
    return sqlite3_create_function(db, "near", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, near, NULL, NULL);
}
