/* SPDX-License-Identifier: MIT */
/* Records by key: their order, and the temporary file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/import/spool.h"

/* What the runs have, with '|' where the key changes. */
static const char *list(struct spool *spool, char *text)
{
    struct buffer bytes = {.length = 0};

    spool_sort(spool);
    for (size_t i = 0; i < spool->count; i++) {
        if (i > 0 && spool->runs[i].key != spool->runs[i - 1].key)
            buffer_append_byte(&bytes, '|');
        assert_true(spool_read(spool, &spool->runs[i], &bytes));
    }
    strcpy(text, buffer_text(&bytes));
    buffer_release(&bytes);
    spool_release(spool);
    return text;
}

static void records_of_a_key_come_together_in_the_order_of_its_first_one(void **state)
{
    (void)state;
    struct spool spool = {.count = 0};
    static const char *const keys[] = {"z", "z", "a", "z", "m", "a"};
    char text[100], record[3];

    for (size_t i = 0; i < 6; i++) {
        snprintf(record, sizeof record, "%s%zu", keys[i], i);
        spool_add(&spool, keys[i], NULL, i + 2, record, 2);
    }
    assert_int_equal(spool.count, 5);
    assert_string_equal(list(&spool, text), "z0z1z3|a2a5|m4");
}

static void what_is_kept_under_a_second_key_belongs_to_the_first(void **state)
{
    (void)state;
    struct spool spool = {.count = 0};
    char text[100];

    spool_add(&spool, "id:7", NULL, 2, "x", 1);
    spool_add(&spool, "sku", "id:7", 3, "P", 1);
    spool_add(&spool, "sku", NULL, 4, "y", 1);
    spool_add(&spool, "a", NULL, 5, "a", 1);
    spool_add(&spool, "id:7", NULL, 6, "z", 1);
    assert_string_equal(list(&spool, text), "xPyz|a");
}

static void what_is_too_much_for_memory_is_read_from_the_file(void **state)
{
    (void)state;
    enum { RECORD = 100000, KEYS = 7, RECORDS = 100 };
    static char record[RECORD];
    struct spool spool = {.count = 0};
    struct buffer bytes = {.length = 0};

    for (size_t i = 0; i < RECORDS; i++) {
        char key[2] = {(char)('a' + i % KEYS), '\0'};
        memset(record, (int)i, sizeof record);
        spool_add(&spool, key, NULL, i + 1, record, sizeof record);
        assert_true(spool.tail.room <= 2 * SPOOL_MEMORY + RECORD);
    }
    assert_non_null(spool.file);
    assert_true(spool.tail.length > 0);
    spool_sort(&spool);
    for (size_t i = 0, key = 0, number = 0; i < spool.count; i++, number += KEYS) {
        if (number >= RECORDS)
            number = ++key;
        bytes.length = 0;
        assert_true(spool_read(&spool, &spool.runs[i], &bytes));
        assert_int_equal(bytes.length, RECORD);
        assert_int_equal((unsigned char)bytes.bytes[0], number);
        assert_int_equal((unsigned char)bytes.bytes[RECORD - 1], number);
    }
    buffer_release(&bytes);
    spool_release(&spool);
}

/* Whatever the order of the checksums of the two keys is. */
static void all_that_is_kept_under_a_second_key_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct spool spool = {.count = 0};
        char key[10], other[10], text[100];
        snprintf(key, sizeof key, "k%d", i);
        snprintf(other, sizeof other, "o%d", i);
        spool_add(&spool, other, NULL, 2, "a", 1);
        spool_add(&spool, key, other, 3, "b", 1);
        spool_add(&spool, other, NULL, 4, "c", 1);
        spool_add(&spool, "x", NULL, 5, "|", 1);
        spool_add(&spool, other, NULL, 6, "d", 1);
        assert_string_equal(list(&spool, text), "abcd||");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_a_key_come_together_in_the_order_of_its_first_one),
        cmocka_unit_test(what_is_kept_under_a_second_key_belongs_to_the_first),
        cmocka_unit_test(all_that_is_kept_under_a_second_key_is_found),
        cmocka_unit_test(what_is_too_much_for_memory_is_read_from_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
